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
