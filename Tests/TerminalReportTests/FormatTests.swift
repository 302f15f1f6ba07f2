import Foundation
import GradeModel
import ReportFixtures
import TerminalReport
import Testing

private func events(of result: GradeResult) -> [RunEvent] {
    [.started(lab: result.labID, title: result.labTitle, submission: result.submission, checks: result.checks.count)]
        + [.programStarted(interface: "cli", entry: "solution.sh")]
        + (result.program.map { [.programFinished($0)] } ?? [])
        + result.checks.flatMap { [.checkStarted(id: $0.id), .checkFinished($0)] } + [.finished(result)]
}

@Test(arguments: Sample.allCases)
func `TAP, annotations, summary and JSON lines of a sample are the golden ones`(sample: Sample) {
    let name = "fixtures/reports/\(sample.rawValue)"
    let github = GitHubReport(sample.result, audience: .student)
    let tap = TAPReport(sample.result, audience: .student).text
    #expect(Golden.difference(Array(tap.utf8), from: name + ".tap") == nil)
    let annotations = github.annotations.map { $0 + "\n" }.joined()
    #expect(Golden.difference(Array(annotations.utf8), from: name + ".github.txt") == nil)
    #expect(Golden.difference(Array(github.summary.utf8), from: name + ".github.md") == nil)
    var writer = JSONLines(audience: .student)
    let lines = events(of: sample.result).compactMap { writer.line(for: $0) }.map { $0 + "\n" }.joined()
    #expect(Golden.difference(Array(lines.utf8), from: name + ".jsonl") == nil)
    for text in [tap, annotations, github.summary, lines] { #expect(!text.contains("CANARY")) }
}

@Test func `a text cannot add a line, a directive or a test point to TAP`() {
    for text in Hostile.texts {
        let lines = TAPReport(Hostile.result(text), audience: .instructor).text.split(separator: "\n")
        let points = lines.filter { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") }
        #expect(points.count == 10, "\(text)")
        #expect(!lines.contains { $0.hasPrefix("Bail out!") })
        for line in lines.dropFirst(2) where !line.hasPrefix("  ") {
            #expect(line.split(separator: " # ").count <= 2 && (line.hasPrefix("ok ") || line.hasPrefix("not ok ")))
        }
    }
}

@Test func `a text cannot add a workflow command or end its own`() {
    for text in Hostile.texts {
        let annotations = GitHubReport(Hostile.result(text), audience: .instructor).annotations
        #expect(annotations.count <= 10)
        for line in annotations {
            #expect(!line.contains("\n") && !line.contains("\r"))
            #expect(line.hasPrefix("::error title=") || line.hasPrefix("::warning title="))
            let title = line.dropFirst(2).split(separator: "::", maxSplits: 1)[0].split(separator: "=", maxSplits: 1)
            #expect(title.count < 2 || !(title[1].contains(":") || title[1].contains(",")))
        }
        let summary = GitHubReport(Hostile.result(text), audience: .instructor).summary
        #expect(!summary.contains("<") && !summary.contains("]("))
    }
}

@Test func `every event is one JSON object a line, whatever is in it`() throws {
    for text in Hostile.texts {
        var writer = JSONLines(audience: .instructor)
        for event in events(of: Hostile.result(text)) {
            let written = writer.line(for: event)
            let line = try #require(written)
            #expect(!line.contains("\n"))
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect((object?["event"] as? String)?.isEmpty == false && object?["schemaVersion"] as? Int == 1)
        }
    }
}
