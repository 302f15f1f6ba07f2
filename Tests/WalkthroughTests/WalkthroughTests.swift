import Foundation
import ReportFixtures
import Testing

/// What the documents tell people to type works, and prints what they say it prints.
@Suite(.serialized, .enabled(if: BuiltProgram.isReady, "\(BuiltProgram.advice)"))
struct WalkthroughTests {
    @Test(arguments: ["student", "instructor", "lab-author", "ci"])
    func `every line of a walk-through does what it says`(name: String) async throws {
        let page = try String(contentsOf: Shell.root.appendingPathComponent("docs/\(name).md"), encoding: .utf8)
        let walkthrough = Walkthrough(name: name, text: page)
        let shell = try Shell()
        defer { shell.remove() }
        // A file that comes later replaces one of before, so the shell writes them in their turn.
        var commands: [String] = []
        for (index, step) in walkthrough.steps.enumerated() {
            switch step {
            case .file(let path, let text):
                try shell.write(text, to: ".files/\(index)")
                commands.append(
                    "mkdir -p \"$(dirname '\(path)')\" && cp '\(shell.folder.path)/.files/\(index)' '\(path)'")
            case .command(let text, _, _): commands.append(text)
            }
        }
        let answers = try await shell.run(commands)
        try #require(answers.count == walkthrough.steps.count, "\(answers.last?.lines ?? [])")
        var compared = 0
        for (step, answer) in zip(walkthrough.steps, answers) {
            guard case .command(let text, let line, let output) = step else { continue }
            let place = "docs/\(name).md:\(line): \(text)"
            // A submission that fails checks is a result like any other; anything else is a mistake in the page.
            #expect(
                answer.status == 0 || answer.status == 1 && text.hasPrefix("skylab grade"), "\(place)\n\(answer.lines)")
            guard !output.isEmpty else { continue }
            compared += 1
            #expect(matches(answer.lines[...], output[...]), "\(place) prints\n\(answer.lines.joined(separator: "\n"))")
        }
        #expect(compared >= 3)
    }

    @Test(arguments: [
        (["a", "b"], ["a", "b"], true), (["a", "b"], ["a"], false), (["a"], ["a", "b"], false),
        (["a", "b"], ["…"], true),
        ([], ["…"], true), (["x", "a", "y"], ["…", "a", "…"], true), (["x", "y"], ["…", "a", "…"], false),
        (["took 3.1 s, 8 calls"], ["took …, 8 calls"], true), (["took 3.1 s, 9 calls"], ["took …, 8 calls"], false),
        (["aXbYc"], ["a…b…c"], true), (["ab"], ["ab…b"], false), (["…"], ["a…"], false),
    ])
    func `an ellipsis stands for lines or for a part of one`(lines: [String], pattern: [String], expected: Bool) {
        #expect(matches(lines[...], pattern[...]) == expected)
    }

    @Test func `every link of the documents leads to a file`() throws {
        let manager = FileManager.default
        let pages = try manager.contentsOfDirectory(atPath: Shell.root.path + "/docs").filter { $0.hasSuffix(".md") }
        var links = 0
        for page in ["README.md", "CONTRIBUTING.md"] + pages.map({ "docs/\($0)" }) {
            let file = Shell.root.appendingPathComponent(page)
            let text = try String(contentsOf: file, encoding: .utf8)
            for part in text.components(separatedBy: "](").dropFirst() {
                let target = String(part.prefix { $0 != ")" && $0 != "#" && !$0.isWhitespace })
                guard !target.isEmpty, !target.contains(":") else { continue }
                links += 1
                let path = file.deletingLastPathComponent().appendingPathComponent(target).standardized.path
                #expect(manager.fileExists(atPath: path), "\(page) links to \(target)")
            }
        }
        #expect(links > 20)
    }

    @Test func `files, commands and what they print are read from a page`() {
        let page = """
            Text with `code`:

            `a/b.sh`:

            ```bash
            echo "$1"
            ```

            ```console
            $ one \\
              two
            printed
            $ three
            ```

            ```
            no file
            ```
            """
        let steps = Walkthrough(name: "x", text: page).steps.map { "\($0)" }
        #expect(
            steps == [
                #"file(path: "a/b.sh", text: "echo \"$1\"\n")"#,
                #"command(text: "one \\\n  two", line: 10, output: ["printed"])"#,
                #"command(text: "three", line: 13, output: [])"#,
            ])
    }
}
