import GradeModel
import ReportFixtures
import SafeText
import TerminalReport
import Testing

private func output(
    _ result: GradeResult, style: TerminalStyle = TerminalStyle(), audience: Audience = .student
) -> [String] {
    var report = TerminalReport(style: style, audience: audience)
    var lines = report.lines(
        for: .started(
            lab: result.labID, title: result.labTitle, submission: result.submission, checks: result.checks.count))
    if let program = result.program { lines += report.lines(for: .programFinished(program)) }
    for check in result.checks { lines += report.lines(for: .checkFinished(check)) }
    lines += report.lines(for: .finished(result))
    return lines
        + report.closingLines(
            result, outputs: [.init(label: "Report", path: "out/index.html"), .init(label: "JUnit", path: "out/a.xml")])
}

@Test(arguments: Sample.allCases)
func `the lines of a sample are the golden ones`(sample: Sample) {
    let text = output(sample.result, style: TerminalStyle(width: 80)).joined(separator: "\n") + "\n"
    #expect(Golden.difference(Array(text.utf8), from: "fixtures/reports/\(sample.rawValue).txt") == nil)
}

@Test func `why nothing could be run is not said again under every check`() {
    var result = Sample.base
    result.checks = ["a", "b", "c"].map {
        CheckResult(
            id: $0, title: $0, kind: "state", verdict: .failed, points: .zero, maximum: Points(1),
            message: "Not run: nothing there")
    }
    let lines = output(result)
    #expect(lines.filter { $0.contains("Not run: nothing there") }.count == 1)
    #expect(lines.filter { $0.hasPrefix("✗ ") }.count == 3)
}

@Test func `without Unicode and colour every byte is printable ASCII`() {
    for text in Hostile.texts {
        for line in output(Hostile.result(text), style: TerminalStyle(unicode: false), audience: .instructor) {
            #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(text)")
        }
    }
}

@Test func `only our own colours reach the terminal`() {
    for text in Hostile.texts {
        for line in output(Hostile.result(text), style: TerminalStyle(colour: true), audience: .instructor) {
            var rest = line
            for code in ["0", "1", "2", "31", "32", "33", "35"] {
                rest = rest.split(separator: "\u{1B}[\(code)m", omittingEmptySubsequences: false).joined()
            }
            #expect(!rest.unicodeScalars.contains { isUnsafe($0.value) }, "\(text)")
        }
    }
}

@Test func `colour adds nothing but colour`() {
    let plain = output(Sample.mixed.result)
    let coloured = output(Sample.mixed.result, style: TerminalStyle(colour: true)).map { $0.safe(TextRules()) }
    #expect(plain == coloured)
}

@Test(arguments: [24, 40, 60, 100])
func `no wrapped line is wider than the terminal but those of check names and paths`(width: Int) {
    var result = Sample.mixed.result
    result.checks[1].message =
        "Обидва екземпляри в одній зоні доступності. 両方のインスタンスが同じゾーンにあります。" + String(repeating: "x", count: 200)
    for line in output(result, style: TerminalStyle(width: width)) where line.hasPrefix("    ") {
        #expect(displayWidth(line) <= width, "\(line)")
    }
}

@Test func `a student reads nothing of hidden checks and an instructor all`() {
    let student = output(Sample.mixed.result).joined(separator: "\n")
    #expect(!student.contains("CANARY") && !student.contains("hidden-canary"))
    let instructor = output(Sample.mixed.result, audience: .instructor).joined(separator: "\n")
    #expect(instructor.contains("CANARY-HIDDEN message") && instructor.contains("CANARY-NODETAIL"))
}

@Test(arguments: [
    ("a bb ccc", 8, ["a bb ccc"]), ("aaaa bbbb cc", 9, ["aaaa bbbb", "cc"]), ("東京東京東京", 8, ["東京東京", "東京"]),
    ("abcdefghij", 8, ["abcdefgh", "ij"]), ("a\n\nb", 8, ["a", "", "b"]), ("", 8, [""]),
    ("Привіт світе", 8, ["Привіт", "світе"]),
])
func `text breaks between words and at the width that people see`(text: String, width: Int, lines: [String]) {
    #expect(wrapped(text, width: width) == lines)
}

@Test(arguments: [("a", 1), ("é", 1), ("e\u{301}", 1), ("東", 2), ("👩‍💻", 2), ("❤️", 2), ("Ї", 1), ("ｱ", 1), ("Ａ", 2)])
func `a character has the columns that terminals give it`(text: String, width: Int) {
    #expect(displayWidth(text) == width)
}

@Test func `no line is a command of a build server`() {
    let commands = ["##vso[", "##teamcity[", "##[", "[[ATTACHMENT|", "[[PROPERTY|", "section_start:", "section_end:"]
    for text in Hostile.texts {
        for line in output(Hostile.result(text), audience: .instructor) {
            // GitHub's runner takes a line for a command whatever space is before it.
            #expect(!line.drop { $0 == " " || $0 == "\t" }.hasPrefix("::"), "\(text)")
            for command in commands { #expect(!line.contains(command), "\(text)") }
        }
    }
}
