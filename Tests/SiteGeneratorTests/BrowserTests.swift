import Foundation
import GradeModel
import ReportFiles
import ReportFixtures
import SiteGenerator
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

private func expectNothing(of script: String, about arguments: [String]) throws {
    let outcome = try Script.run(script, arguments)
    if outcome.status == 77 { try Test.cancel("\(outcome.output)") }
    #expect(outcome.status == 0, "\(outcome.output)")
}

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `Chromium finds no fault with pages opened from the disk`() throws {
    let folder = try Script.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try expectNothing(of: "check_page.py", about: writePages(to: folder))
}

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `the Nu Html Checker finds no fault with pages and style sheet`() throws {
    let folder = try Script.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try expectNothing(of: "check_html.py", about: writePages(to: folder) + [Golden.root + "/site/assets/site.css"])
}

/// The site of a class of 25 on the disk.
private func withClass(_ body: (URL) throws -> Void) async throws {
    let folder = try Script.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let fixture = try ClassFixture(students: 25, in: folder, attempts: 2)
    let out = folder.appendingPathComponent("site")
    _ = try await fixture.site().write([fixture.results], to: out.path)
    try body(out)
}

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `a reader who follows every link of a class's site meets no fault, with and without JavaScript`() async throws {
    try await withClass { site in
        // What students are given has no way from one to another, so each of their pages is a beginning.
        try expectNothing(of: "check_site.py", about: ["--axe", site.path + "/instructor", site.path + "/student"])
    }
}

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `the Nu Html Checker finds no fault with the site of a class`() async throws {
    try await withClass { site in
        let pages = try ClassFixture.files(below: site).keys.filter { $0.hasSuffix(".html") }.sorted()
        #expect(pages.count > 100)
        try expectNothing(of: "check_html.py", about: pages.map { "\(site.path)/\($0)" })
    }
}
