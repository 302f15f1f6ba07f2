import Foundation
import GradeModel
import ReportFiles
import ReportFixtures
import SiteGenerator
import TestPrograms
import Testing

/// Writes the reports of all samples and one that holds every hostile text; the paths of their pages.
private func writePages(to folder: URL) throws -> [String] {
    let site = try SiteGenerator(site: Golden.root + "/site")
    var results = Sample.allCases.map { ($0.rawValue, $0.result) }
    results.append(("hostile", Hostile.result(Hostile.texts.joined(separator: " "))))
    return try results.map { name, result in
        let report = "\(folder.path)/\(name)"
        try site.submissionReport(result, audience: .instructor).write(to: report)
        return "\(report)/index.html"
    }
}

private func expectNothing(of script: String, about arguments: [String]) async throws {
    let outcome = try await Script.run(script, arguments)
    if outcome.status == 77 { try Test.cancel("\(outcome.output)") }
    #expect(outcome.status == 0, "\(outcome.output)")
}

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `Chromium finds no fault with pages opened from the disk`() async throws {
    let folder = try Script.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await expectNothing(of: "check_page.py", about: writePages(to: folder))
}

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `the Nu Html Checker finds no fault with pages and style sheet`() async throws {
    let folder = try Script.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try await expectNothing(
        of: "check_html.py", about: writePages(to: folder) + [Golden.root + "/site/assets/site.css"])
}

/// The site of a class on the disk. Nine students are of all the kinds that `ClassFixture` makes up.
private func withClass(students: Int = 9, _ body: (URL) async throws -> Void) async throws {
    let folder = try Script.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let fixture = try ClassFixture(students: students, in: folder, attempts: 2)
    let out = folder.appendingPathComponent("site")
    _ = try await fixture.site().write([fixture.results], to: out.path)
    try await body(out)
}

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `a reader who follows every link of a class's site meets no fault, with and without JavaScript`() async throws {
    try await withClass { site in
        // What students are given has no way from one to another, so each of their pages is a beginning.
        try await expectNothing(of: "check_site.py", about: [site.path + "/instructor", site.path + "/student"])
    }
}

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `the Nu Html Checker finds no fault with the site of a class`() async throws {
    try await withClass(students: 25) { site in
        let pages = try ClassFixture.files(below: site).keys.filter { $0.hasSuffix(".html") }.sorted()
        #expect(pages.count > 100)
        try await expectNothing(of: "check_html.py", about: pages.map { "\(site.path)/\($0)" })
    }
}
