import Foundation
import ReportFixtures
import Testing
import Yams

/// The script lines of the files in `docs/ci`, run as the build server's runner runs them.
@Suite(.serialized, .enabled(if: BuiltProgram.isReady, "\(BuiltProgram.advice)"))
struct PipelineTests {
    private struct Outcome {
        var status: Int32
        var lines: [String]
        var summary: String
        var junit: String
        var hasReport: Bool
    }

    /// Runs a script in a folder whose `solution` is one of the lab's submissions.
    private func run(_ script: [String], on submission: String, more: [String: String]) async throws -> Outcome {
        let shell = try Shell()
        defer { shell.remove() }
        let manager = FileManager.default
        try manager.copyItem(
            at: Shell.root.appendingPathComponent("labs/ec2-ha-pair/\(submission)"),
            to: shell.folder.appendingPathComponent("solution"))
        // Both runners stop at the first line that fails.
        let answers = try await shell.run(["( set -eo pipefail\n\(script.joined(separator: "\n"))\n)"], more: more)
        let answer = try #require(answers.first)
        func text(_ path: String) -> String {
            (try? String(contentsOf: shell.folder.appendingPathComponent(path), encoding: .utf8)) ?? ""
        }
        return Outcome(
            status: answer.status, lines: answer.lines, summary: text("summary.md"), junit: text("junit.xml"),
            hasReport: manager.fileExists(atPath: shell.folder.path + "/skylab-report/index.html"))
    }

    private func file(_ name: String) throws -> Node {
        let text = try String(contentsOf: Shell.root.appendingPathComponent("docs/ci/\(name)"), encoding: .utf8)
        return try #require(try Yams.compose(yaml: text))
    }

    @Test func `the workflow for GitHub Actions annotates, sums up and ends as the submission deserves`() async throws {
        let workflow = try file("github.yml")
        let steps = Array(try #require(workflow["jobs"]?["grade"]?["steps"]?.sequence))
        let script = steps.compactMap { $0["run"]?.string }
        #expect(!script.isEmpty)
        let kept = steps.compactMap { $0["with"]?["path"]?.string }
        #expect(kept == ["skylab-report\njunit.xml\n"])
        let more = ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary.md"]
        let wrong = try await run(script, on: "bad/ssh-open", more: more)
        #expect(wrong.status == 1 && wrong.hasReport)
        #expect(
            wrong.lines.contains { $0.hasPrefix("::error title=Nobody can log in from the internet (0/10)::") },
            "\(wrong.lines)")
        #expect(wrong.lines.contains("Score    90/100  (9 passed, 1 failed)"))
        #expect(wrong.summary.contains("90/100 points") && wrong.summary.contains("| ✗ failed | Nobody can log in"))
        #expect(wrong.junit.contains("failures=\"1\""))
        let right = try await run(script, on: "solutions/cli", more: more)
        #expect(right.status == 0 && right.junit.contains("failures=\"0\""))
        #expect(!right.lines.contains { $0.hasPrefix("::") })
    }

    @Test func `the file for GitLab CI reports by JUnit and ends as the submission deserves`() async throws {
        let job = try #require(try file("gitlab.yml")["grade"])
        let script = job["script"]?.sequence?.compactMap(\.string) ?? []
        #expect(script.count == 2)
        #expect(job["artifacts"]?["reports"]?["junit"]?.string == "junit.xml")
        let wrong = try await run(script, on: "bad/ssh-open", more: ["GITLAB_CI": "true"])
        #expect(wrong.status == 1 && wrong.hasReport && wrong.junit.contains("failures=\"1\""), "\(wrong.lines)")
        #expect(wrong.summary.isEmpty)
        let right = try await run(script, on: "solutions/cli", more: ["GITLAB_CI": "true"])
        #expect(right.status == 0 && right.junit.contains("failures=\"0\""), "\(right.lines)")
    }

    @Test func `a summary is added to what the step's file has already, and one that cannot be written is an error`()
        async throws
    {
        let shell = try Shell()
        defer { shell.remove() }
        try shell.write("before\n", to: "summary.md")
        let grade = "skylab grade ec2-ha-pair labs/ec2-ha-pair/bad/no-entry --no-report --format github"
        let answers = try await shell.run([
            "export GITHUB_STEP_SUMMARY=summary.md", grade, "cat summary.md",
            "GITHUB_STEP_SUMMARY=/none/there \(grade)",
        ])
        try #require(answers.count == 4)
        #expect(answers[1].status == 1)
        #expect(answers[2].lines.first == "before" && answers[2].lines.contains { $0.contains("0/100 points") })
        #expect(answers[3].status == 6 && answers[3].lines.contains { $0.contains("/none/there") })
    }

    @Test func `a student's folder that is called like the lab does not take its place`() async throws {
        let shell = try Shell()
        defer { shell.remove() }
        try shell.write("lab: v1\nid: ec2-ha-pair\ntitle: {en: Easy}\npoints: 1\n", to: "ec2-ha-pair/lab.yaml")
        let answers = try await shell.run([
            "skylab grade ec2-ha-pair labs/ec2-ha-pair/bad/no-entry --no-report",
            "skylab grade ./ec2-ha-pair . --no-report",
        ])
        try #require(answers.count == 2)
        #expect(answers[0].status == 1 && answers[0].lines.contains { $0.contains("0/100") }, "\(answers[0])")
        // By its path it is read, and has no checks.
        #expect(answers[1].status == 2, "\(answers[1])")
    }
}
