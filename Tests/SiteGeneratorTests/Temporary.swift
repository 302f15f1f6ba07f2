import Glibc
import GradeModel
import ReportFiles
import ReportFixtures
import SiteGenerator
import Testing

@Test(.enabled(if: getenv("SITE_OUT") != nil)) func `write samples`() throws {
    let out = String(cString: try #require(getenv("SITE_OUT")))
    let site = try SiteGenerator(site: Golden.root + "/site")
    for sample in Sample.allCases {
        for audience in Audience.allCases {
            try site.submissionReport(sample.result, audience: audience).write(to: "\(out)/\(sample.rawValue)-\(audience.rawValue)")
        }
    }
    #expect(Bool(true))
}
