package import GradeModel

/// Results that tests of several reports share: a good one, a mixed one, broken ones and a hostile one.
package enum Sample: String, CaseIterable, Sendable {
    case passed, mixed
    case noEntry = "no-entry"
    case sandboxFailure = "sandbox-failure"

    package var result: GradeResult {
        switch self {
        case .passed: Self.allPassed
        case .mixed: Self.mixedResult
        case .noEntry: Self.withoutEntry
        case .sandboxFailure: Self.withoutSandbox
        }
    }
}

extension Sample {
    /// Every check passed, the program exited with 0.
    private static var allPassed: GradeResult {
        var result = base
        result.checks = [
            check("pair-exists", "Two instances exist", .passed, 10, 10),
            check("pair-runs", "Both instances run", .passed, 10, 10),
            check("two-zones", "They are in two Availability Zones", .passed, 20, 20),
        ]
        return result
    }

    /// One of every verdict and every visibility; the program was stopped at its limit.
    private static var mixedResult: GradeResult {
        var result = base
        result.submission = "k7f2q9"
        result.checks = [
            check("pair-exists", "Two instances exist", .passed, 10, 10),
            check(
                "two-zones", "They are in two Availability Zones", .failed, 0, 20,
                message: "Both instances are in the same Availability Zone.", expected: "2 different values",
                actual: "us-east-1a, us-east-1a",
                hints: ["Give each RunInstances call a subnet in a zone of its own: look at `SubnetId`."],
                evidence: [
                    Evidence(
                        subject: "i-0a1b2c3d4e5f60718", property: "Placement.AvailabilityZone",
                        expected: "different from the others", actual: "us-east-1a", holds: false),
                    Evidence(
                        subject: "i-0f1e2d3c4b5a69788", property: "Placement.AvailabilityZone",
                        expected: "different from the others", actual: "us-east-1a", holds: false),
                ]),
            check(
                "tagged", "Both instances carry the tag Role=web", .partial, 5, 10,
                message: "1 of 2 instances carries the tag.", expected: "Role=web on 2 instances",
                actual: "Role=web on 1 instance", hints: ["CreateTags takes several resource ids at once."],
                evidence: [
                    Evidence(
                        subject: "i-0a1b2c3d4e5f60718", property: "Tags.Role", expected: "web", actual: "web",
                        holds: true),
                    Evidence(
                        subject: "i-0f1e2d3c4b5a69788", property: "Tags.Role", expected: "web", actual: "(no such tag)",
                        holds: false),
                ]),
            check(
                "survives-zone-loss", "The service survives the loss of a zone", .skipped, 0, 20,
                message: "Not run: needs two-zones.", blockedBy: ["two-zones"]),
            check(
                "reachable", "Port 443 is open to the world", .error, 0, 10,
                message: "The reachability model gave no answer within 5 s."),
            check(
                "no-detail", "Nothing is left over", .failed, 0, 5, visibility: .noDetail,
                message: "CANARY-NODETAIL two volumes are left", expected: "CANARY-NODETAIL", actual: "CANARY-NODETAIL",
                hints: ["CANARY-NODETAIL"]),
            check(
                "hidden-canary", "CANARY-HIDDEN title", .failed, 0, 15, visibility: .hidden,
                message: "CANARY-HIDDEN message", expected: "CANARY-HIDDEN", actual: "CANARY-HIDDEN",
                hints: ["CANARY-HIDDEN"]),
            check(
                "after-hidden", "Something that waits", .skipped, 0, 5, message: "Not run: needs hidden-canary.",
                blockedBy: ["hidden-canary"]),
            check("extra", "Encrypted volumes", .passed, 5, 5, extraCredit: true),
        ]
        result.program?.ending = .limit(.wallTime)
        result.program?.standardError = CapturedOutput(
            head: "\u{1B}[1;31merror:\u{1B}[0m waiter InstanceRunning failed: Max attempts exceeded\n", totalBytes: 64)
        result.program?.usage = ResourceUsage(
            wallSeconds: 30.01, cpuSeconds: 4.25, virtualSeconds: 615, peakMemoryBytes: 96 << 20, peakProcesses: 3,
            apiCalls: 27, leftRunning: 1)
        result.sandboxLayers[3] = SandboxLayer(
            name: "memory limit", active: false, detail: "no cgroup controller can be written; polled every 20 ms")
        result.sandboxTier = "reduced"
        return result
    }

    /// The submission had nothing that could be run.
    private static var withoutEntry: GradeResult {
        var result = base
        result.program = nil
        result.apiCalls = []
        result.topology = nil
        result.problem = "There is neither solution.sh nor solution.py in the submission: add one of them."
        result.checks = [
            check("pair-exists", "Two instances exist", .skipped, 0, 10, message: "Not run: nothing was submitted.")
        ]
        return result
    }

    /// The sandbox could not be set up.
    private static var withoutSandbox: GradeResult {
        var result = base
        result.program = nil
        result.apiCalls = []
        result.topology = nil
        result.problem = "The sandbox could not be set up: unshare(CLONE_NEWUSER): Operation not permitted."
        result.problemCause = .infrastructure
        result.checks = []
        return result
    }

    package static func check(
        _ id: String, _ title: String, _ verdict: Verdict, _ points: Int, _ maximum: Int, extraCredit: Bool = false,
        visibility: Visibility = .visible, message: String = "", expected: String? = nil, actual: String? = nil,
        hints: [String] = [], blockedBy: [String] = [], evidence: [Evidence] = []
    ) -> CheckResult {
        CheckResult(
            id: id, title: title, kind: "state", verdict: verdict, points: Points(points), maximum: Points(maximum),
            extraCredit: extraCredit, visibility: visibility, message: message, expected: expected, actual: actual,
            hints: hints, blockedBy: blockedBy, evidence: evidence, seconds: 0.012)
    }
}
