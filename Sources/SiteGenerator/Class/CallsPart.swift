import Archives
import GradeModel

/// What a submission's page has of its API calls, and their archive: made once where both audiences see the same.
struct CallsPart {
    let markup: Markup
    /// The HTTP archive in a zip: it is eight times as small, and a class has a thousand of them. Empty without calls.
    let archive: [UInt8]
    private let result: GradeResult

    init(_ page: SubmissionPage, _ generator: SiteGenerator, archivedName: String) throws(ArchiveError) {
        result = page.result
        markup = generator.calls(of: page)
        archive =
            result.apiCalls.isEmpty ? [] : try ZipArchive.packed(HARFile(page.result).bytes, name: archivedName)
    }

    /// Whether another result's page has the same: the calls, and the resources that they link to.
    func isPart(of other: GradeResult) -> Bool {
        other.apiCalls == result.apiCalls && other.topology == result.topology && other.region == result.region
            && other.startedAt == result.startedAt && other.engineVersion == result.engineVersion
    }
}
