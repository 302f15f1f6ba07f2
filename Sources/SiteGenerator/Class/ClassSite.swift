import Digests
import GradeModel
import JSONValue
import ReportFiles
package import ResultsFolder
import SafeText

/// The site of a class: one tree for students and one for instructors, made of one or more results folders.
///
/// The students' tree holds nothing of hidden checks, no names, and no page that leads from one student to another.
package struct ClassSite: Sendable {
    package struct Options: Sendable {
        /// Whether instructors see names in the place of codes.
        package var showsNames = false
        /// Results that are worked on at a time.
        package var workers = 2

        package init() {}
    }

    /// What was written.
    package struct Outcome: Sendable {
        package var files: Int
        package var bytes: Int
        package var students: Int
    }

    private let generator: SiteGenerator
    private let pseudonyms: Pseudonyms
    private let options: Options

    package init(_ generator: SiteGenerator, pseudonyms: Pseudonyms, options: Options = Options()) {
        self.generator = generator
        self.pseudonyms = pseudonyms
        self.options = options
    }

    /// One result on its way to its pages.
    private struct Job: Sendable {
        var lab: Int
        var student: Student
        var code: String
        var label: String
        var previous: String?
        var following: String?
    }

    /// Writes both trees into `folder`, all at once. Equal results and an equal key give equal bytes.
    package func write(_ results: [ResultsFolder], to folder: String) async throws -> Outcome {
        let writer = try FileTreeWriter(to: folder)
        let counter = ByteCounter()
        let add: @Sendable (Audience, String, [UInt8]) throws -> Void = { audience, path, bytes in
            counter.add(bytes.count)
            try writer.add(bytes, at: "\(audience.rawValue)/\(path)")
        }
        let slugs = labSlugs(results)
        let jobs = self.jobs(results)
        let summaries = try await summaries(jobs, results, slugs, add)
        let engine = results.first?.manifest.engineVersion ?? ""
        for audience in Audience.allCases {
            let labs = results.enumerated().map { index, results in
                LabSummary(
                    slug: slugs[index], id: results.manifest.labID, title: results.manifest.labTitle,
                    submissions: zip(jobs, summaries).filter { $0.0.lab == index }.map {
                        SubmissionSummary(
                            code: $0.0.code, label: audience == .instructor ? $0.0.label : $0.0.code,
                            isHandedIn: $0.0.student.submission != nil, outcome: $0.1[audience] ?? nil)
                    })
            }
            let pages = ClassPages(generator: generator, audience: audience, labs: labs, engine: engine)
            try add(audience, "index.html", pages.dashboard)
            try add(audience, "404.html", pages.missing)
            try add(audience, "robots.txt", Array("User-agent: *\nDisallow: /\n".utf8))
            try add(audience, ".nojekyll", [])
            try add(audience, "site.json", siteFile(results, audience))
            for asset in generator.assets { try add(audience, "assets/\(asset.name)", asset.bytes) }
            for lab in labs {
                for page in pages.pages(of: lab) { try add(audience, page.path, page.bytes) }
            }
            for code in Set(jobs.map(\.code)).sorted() {
                try add(audience, "s/\(code)/index.html", pages.student(code))
            }
        }
        let files = try writer.commit()
        return Outcome(files: files, bytes: counter.total, students: Set(jobs.map(\.code)).count)
    }

    private func labSlugs(_ results: [ResultsFolder]) -> [String] {
        var taken: Set<String> = []
        return results.map { results in
            let slug = fileNameSlug(results.manifest.labID)
            var name = slug
            var number = 2
            // `index` is the page of the student's labs.
            while name == "index" || !taken.insert(name).inserted {
                name = "\(slug.prefix(32))-\(number)"
                number += 1
            }
            return name
        }
    }

    /// Sorted by code in each lab, which says nothing about anybody.
    private func jobs(_ results: [ResultsFolder]) -> [Job] {
        results.enumerated().flatMap { index, results in
            let sorted = results.students.map { (pseudonyms.code(of: $0.id), $0) }.sorted { $0.0 < $1.0 }
            return sorted.enumerated().map { place, entry in
                let (code, student) = entry
                let name = student.name.map { "\($0) (\(student.id))" } ?? student.id
                return Job(
                    lab: index, student: student, code: code, label: options.showsNames ? name : code,
                    previous: place > 0 ? sorted[place - 1].0 : nil,
                    following: place + 1 < sorted.count ? sorted[place + 1].0 : nil)
            }
        }
    }

    private typealias Summaries = [Audience: SubmissionSummary.Outcome?]

    /// Makes the pages of all submissions, and what the pages of the class need of them, in the jobs' order.
    private func summaries(
        _ jobs: [Job], _ results: [ResultsFolder], _ slugs: [String],
        _ add: @escaping @Sendable (Audience, String, [UInt8]) throws -> Void
    ) async throws -> [Summaries] {
        let workers = max(1, min(options.workers, 16, jobs.count))
        return try await withThrowingTaskGroup(of: [(Int, Summaries)].self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var done: [(Int, Summaries)] = []
                    for index in stride(from: worker, to: jobs.count, by: workers) {
                        try Task.checkCancellation()
                        let job = jobs[index]
                        done.append((index, try pages(of: job, results[job.lab], slugs[job.lab], add)))
                    }
                    return done
                }
            }
            var all = [Summaries](repeating: [:], count: jobs.count)
            for try await part in group { for (index, summary) in part { all[index] = summary } }
            return all
        }
    }

    private func pages(
        of job: Job, _ results: ResultsFolder, _ slug: String,
        _ add: (Audience, String, [UInt8]) throws -> Void
    ) throws -> Summaries {
        guard let result = try results.result(of: job.student) else { return [:] }
        let attempts = try results.attempts(of: job.student)
        var summaries: Summaries = [:]
        var last: CallsPart?
        for audience in Audience.allCases {
            var shown = result.shown(to: audience)
            let label: String
            if audience == .instructor, options.showsNames {
                label = job.label
                shown.submission = job.label
            } else {
                label = job.code
                shown = shown.anonymous(job.student, code: job.code)
            }
            summaries[audience] = SubmissionSummary.Outcome(shown, attempts: attempts.count)
            let page = SubmissionPage(shown, harFile: shown.apiCalls.isEmpty ? nil : "\(slug).har.zip")
            let calls =
                if let last, last.isPart(of: shown) { last } else {
                    try CallsPart(page, generator, archivedName: "\(slug).har")
                }
            last = calls
            var values = page.values
            values["calls"] = .text(calls.markup)
            values["forStaff"] = .flag(audience == .instructor)
            values["hasCrumbs"] = true
            values["crumbs"] = .list(
                [
                    ("Class", "../../index.html"), (result.labTitle, "../../labs/\(slug)/index.html"),
                    (label, "index.html"), ("Submission", nil),
                ].map { PageObject(["label": .line($0.0), "href": .line($0.1)]) })
            if audience == .instructor {
                values["hasNeighbours"] = .flag(job.previous != nil || job.following != nil)
                values["previous"] = .line(job.previous.map { "../\($0)/index.html" })
                values["following"] = .line(job.following.map { "../\($0)/index.html" })
            }
            values["hasAttempts"] = .flag(attempts.count > 1)
            values["attempts"] = .list(attempts.count > 1 ? rows(attempts, audience) : [])
            try add(
                audience, "s/\(job.code)/\(slug).html", generator.page("submission", values, assets: "../../assets"))
            if let harFile = page.harFile { try add(audience, "s/\(job.code)/\(harFile)", calls.archive) }
        }
        return summaries
    }

    private func rows(_ attempts: [GradeResult], _ audience: Audience) -> [PageObject] {
        attempts.suffix(50).enumerated().map { index, attempt in
            let shown = attempt.shown(to: audience)
            let number = attempts.count - min(attempts.count, 50) + index + 1
            return PageObject([
                "number": .number(number), "time": .text(timeMarkup(shown.startedAt)), "points": .number(shown.score),
                "maximum": .number(shown.maximum), "current": .flag(number == attempts.count),
            ])
        }
    }

    /// What made the site, of what.
    private func siteFile(_ results: [ResultsFolder], _ audience: Audience) -> [UInt8] {
        let file: JSON = .object([
            "schemaVersion": 1, "tool": "Skylab", "audience": .string(audience.rawValue),
            "labs": .array(
                results.map { results in
                    .object([
                        "id": .string(results.manifest.labID), "digest": .string(results.manifest.labDigest),
                        "engineVersion": .string(results.manifest.engineVersion),
                        "finishedAt": results.manifest.finishedAt.map(JSON.string) ?? .null,
                    ])
                }),
        ])
        return file.serialized([.pretty, .sortedKeys]) + [0x0A]
    }
}
