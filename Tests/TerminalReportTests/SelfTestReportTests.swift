import GradeModel
import ReportFixtures
import TerminalReport
import Testing

/// What an author of a lab reads of its self-tests.
struct SelfTestReportTests {
    private static func result(_ points: Int, breaks: Bool = false) -> GradeResult {
        var result = Sample.base
        result.checks = [
            CheckResult(
                id: "owned", title: "t", kind: "state", verdict: breaks ? .error : points == 10 ? .passed : .failed,
                points: Points(points), maximum: Points(10), message: "the region is gone")
        ]
        return result
    }

    @Test func `a line tells the score, and what is not as expected stands below it`() {
        var report = SelfTestReport(
            style: TerminalStyle(unicode: true), paths: ["solutions/cli", "bad/untagged\u{1B}[2J"])
        #expect(
            report.lines("solutions/cli", Self.result(10), seconds: 0.84, differences: [])
                == ["✓ solutions/cli  10/10    0.8 s"])
        #expect(
            report.lines(
                "bad/untagged\u{1B}[2J", Self.result(10), seconds: 1, differences: ["the score is 10, expected 6"])
                == ["✗ bad/untagged   10/10    1.0 s", "    the score is 10, expected 6"])
        #expect(
            report.lines("bad/none", Self.result(0, breaks: true), seconds: 1, differences: ["x"])
                == ["! bad/none       0/10     1.0 s", "    the region is gone"])
        #expect(report.hasDifferences && report.hasErrors)
        #expect(
            report.closingLines(neverFailed: ["owned"]) == [
                "", "3 self-tests: 1 as expected, 1 not, 1 could not be graded",
                "No self-test fails owned: a check that was never seen to fail may not be able to.",
            ])
    }
}
