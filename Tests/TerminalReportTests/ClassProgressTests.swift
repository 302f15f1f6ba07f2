import GradeModel
import ReportFixtures
import TerminalReport
import Testing

/// The status bar of a batch and the lines above it.
struct ClassProgressTests {
    private static let plain = TerminalStyle(unicode: true)

    private static func result(_ points: Int, breaks: Bool = false) -> GradeResult {
        var result = Sample.base
        result.checks = [
            CheckResult(
                id: "two-zones", title: "t", kind: "state", verdict: breaks ? .error : points == 10 ? .passed : .failed,
                points: Points(points), maximum: Points(10), message: "one\u{1B}[2J zone")
        ]
        return result
    }

    /// Ten of forty are done after ten seconds, two are under way.
    private static func progress(_ style: TerminalStyle = plain) -> ClassProgress {
        var progress = ClassProgress(style: style)
        progress.total = 40
        for number in 0..<10 {
            progress.start("s\(number)", at: 0)
            _ = progress.finish("s\(number)", result(number < 8 ? 10 : 0, breaks: number == 9))
        }
        progress.start("ada", at: 2)
        progress.check("two-zones", of: "ada")
        progress.start("bob\u{202E}", at: 9)
        return progress
    }

    @Test func `the bar says how many, how they did, how long still, and what runs`() {
        #expect(
            Self.progress().bar(columns: 120, at: 10)
                == "[=====>                  ] 10/40  8 ✓  1 ✗  1 !  eta 30s  1.0/s  running: ada two-zones 8s, bob\\u{202E} 1s"
        )
    }

    @Test(arguments: 20...140) func `the bar is never wider than the terminal and always says how many`(columns: Int) {
        for style in [Self.plain, TerminalStyle(unicode: false)] {
            let bar = Self.progress(style).bar(columns: columns, at: 10)
            #expect(displayWidth(bar) <= columns, "\(bar)")
            #expect(bar.contains("10/40"))
        }
    }

    @Test func `long times are in minutes and hours`() {
        #expect(Self.progress().counter(at: 48) == "10/40  8 ✓  1 ✗  1 !  eta 2m24s  0.2/s")
        #expect(Self.progress().counter(at: 7200).contains("eta 6h0m"))
    }

    @Test func `a failure scrolls by on one safe line that fits, and a full score does not`() {
        var progress = ClassProgress(style: TerminalStyle(unicode: false, width: 40))
        progress.total = 3
        #expect(progress.finish("ada", Self.result(10)) == nil)
        let failed = progress.finish("b\u{202E}ob", Self.result(0))
        #expect(failed == "  FAIL b\\u{202E}ob  0/10  two-zones:...")
        let broken = progress.finish("cem", Self.result(0, breaks: true))
        #expect(broken?.hasPrefix("  ERR  cem  error  ") == true)
        #expect(progress.counter(at: 1) == "3/3  1 PASS  1 FAIL  1 ERR")
    }

    @Test func `colours are added to the same words`() {
        var progress = ClassProgress(style: TerminalStyle(colour: true))
        let line = progress.finish("bob", Self.result(0))
        #expect(line?.hasPrefix("  \u{1B}[31m✗\u{1B}[0m bob  0/10  two-zones: one") == true)
    }
}
