import GradeModel
import Grading
import LabFormat
import Testing

/// What of a result is not as the author of a lab expects.
struct SelfTestDifferencesTests {
    private static let lab = """
        lab: v1
        id: mine
        title: {en: Mine}
        points: 10
        interfaces: {cli: {entry: solution.sh}}
        network: emulator
        checks:
          - {id: running, title: r, points: 6, state: {select: ec2:instance, count: 1}}
          - {id: owned, title: o, points: 4, requires: [running], state: {select: ec2:instance, count: 1}}
        selftest:
          - {path: a, score: 6, passes: [running], fails: [owned]}
          - {path: b, score: {min: 1, max: 5}, skips: [owned], verdict: passed}
        """

    private static func result(_ running: Verdict, _ owned: Verdict) -> GradeResult {
        func check(_ id: String, _ verdict: Verdict, _ points: Int) -> CheckResult {
            CheckResult(
                id: id, title: id, kind: "state", verdict: verdict, points: Points(verdict == .passed ? points : 0),
                maximum: Points(points), message: "")
        }
        return GradeResult(
            engineVersion: "1", labID: "mine", labTitle: "Mine", labDigest: "", submission: "s", submissionDigest: "",
            seed: "s", region: "us-east-1", startedAt: "", seconds: 1, program: nil, problem: nil,
            checks: [check("running", running, 6), check("owned", owned, 4)], sandboxTier: "full", sandboxLayers: [],
            apiCalls: [], stateDigest: "")
    }

    @Test func `each expectation that is not met is named`() throws {
        let (lab, _) = try LoadedLab.parse(Array(Self.lab.utf8))
        let (first, second) = (lab.selftests[0], lab.selftests[1])
        #expect(first.differences(from: Self.result(.passed, .failed)) == [])
        #expect(
            first.differences(from: Self.result(.passed, .passed)) == [
                "the score is 10, expected 6", "owned is passed, expected to fail",
            ])
        #expect(
            second.differences(from: Self.result(.failed, .error)) == [
                "the score is 0, expected 1 to 5", "the verdict is error, expected passed",
                "owned is error, expected to be skipped",
            ])
        #expect(lab.checksNeverFailed.map(\.id) == ["running"])
    }
}
