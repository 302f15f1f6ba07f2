/// Who has to act on a problem outside the checks.
package enum ProblemCause: String, Codable, Sendable {
    /// The student: no entry, two entries, not readable.
    case submission
    /// Those who run the grader: the sandbox or the emulator broke.
    case infrastructure
}

/// Everything that one grading found out. Terminal, JUnit, HTML and JSON are projections of it.
///
/// Stored as JSON; the schema is documented in `docs/result-schema.md` and only ever grows within a version.
package struct GradeResult: Codable, Sendable, Equatable {
    package static let currentSchemaVersion = 1

    package var schemaVersion: Int = GradeResult.currentSchemaVersion
    package var engineVersion: String
    package var labID: String
    package var labTitle: String
    /// SHA-256 of everything in the lab that grading depends on, in hexadecimal.
    package var labDigest: String
    /// What the submission is called in reports: the name of its folder.
    package var submission: String
    package var submissionDigest: String
    package var seed: String
    package var region: String
    /// When the grading began, ISO 8601 in UTC without a fraction.
    package var startedAt: String
    /// Real seconds from loading the lab to the last check.
    package var seconds: Double
    /// Nil when the submission could not be run at all; `problem` says why.
    package var program: ProgramRun?
    /// What went wrong outside every check: no entry, two interfaces, not readable.
    package var problem: String?
    /// Whose the problem is; only `infrastructure` makes the score mean nothing.
    package var problemCause: ProblemCause = .submission
    package var checks: [CheckResult]
    package var sandboxTier: String
    package var sandboxLayers: [SandboxLayer]
    package var apiCalls: [APICall]
    /// SHA-256 of the world after the run, in hexadecimal.
    package var stateDigest: String
    /// What there was in the region after the run; nil where nothing was run.
    package var topology: Topology?

    package init(
        engineVersion: String, labID: String, labTitle: String, labDigest: String, submission: String,
        submissionDigest: String, seed: String, region: String, startedAt: String, seconds: Double,
        program: ProgramRun?, problem: String?, checks: [CheckResult], sandboxTier: String,
        sandboxLayers: [SandboxLayer], apiCalls: [APICall], stateDigest: String,
        problemCause: ProblemCause = .submission, topology: Topology? = nil
    ) {
        self.engineVersion = engineVersion
        self.labID = labID
        self.labTitle = labTitle
        self.labDigest = labDigest
        self.submission = submission
        self.submissionDigest = submissionDigest
        self.seed = seed
        self.region = region
        self.startedAt = startedAt
        self.seconds = seconds
        self.program = program
        self.problem = problem
        self.checks = checks
        self.sandboxTier = sandboxTier
        self.sandboxLayers = sandboxLayers
        self.apiCalls = apiCalls
        self.stateDigest = stateDigest
        self.problemCause = problemCause
        self.topology = topology
    }

    /// Points earned, extra credit included.
    package var score: Points { checks.reduce(.zero) { $0 + $1.points } }
    /// Points to be had without extra credit.
    package var maximum: Points { checks.reduce(.zero) { $0 + ($1.extraCredit ? .zero : $1.maximum) } }
    /// Whether the grader broke somewhere, so that the score means nothing.
    package var hasError: Bool {
        (problem != nil && problemCause == .infrastructure) || checks.contains { $0.verdict == .error }
    }
    /// Whether every check that counts passed.
    package var allPassed: Bool {
        problem == nil && !checks.isEmpty
            && checks.allSatisfy { $0.verdict == .passed || ($0.extraCredit && $0.verdict != .error) }
    }
}
