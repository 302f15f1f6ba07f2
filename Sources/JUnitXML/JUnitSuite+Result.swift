package import GradeModel
import SafeText

extension JUnitSuite {
    /// The suite that a grading becomes, for an audience.
    ///
    /// Every check is a case. A problem outside the checks is a case of its own, `submission`, so that a file never
    /// looks well because there was nothing to check. The program's output goes with the first case that did not pass.
    package init(_ full: GradeResult, audience: Audience) {
        let result = full.shown(to: audience)
        let lab = result.labID.junitLine
        let submission = result.submission.junitLine
        var cases: [Case] = []
        var names = UniqueNames()
        let className = "\(lab).\(submission)"
        if let problem = result.problem {
            cases.append(
                Case(
                    name: names.claim("submission"), className: className, seconds: 0,
                    outcome: problem.junitOutcome(cause: result.problemCause)))
        }
        for check in result.checks {
            cases.append(
                Case(
                    name: names.claim(check.id.junitLine), className: className, seconds: check.seconds,
                    outcome: check.junitOutcome))
        }
        if let program = result.program, let place = cases.firstIndex(where: \.wantsOutput) ?? cases.indices.first {
            cases[place].standardOutput = program.standardOutput.junitText
            cases[place].standardError = program.standardError.junitText
        }
        self.init(
            name: "\(lab).\(submission)", package: lab, seconds: result.seconds,
            timestamp: utcTimestamp(result.startedAt), properties: result.junitProperties, cases: cases)
    }
}

extension JUnitSuite.Case {
    fileprivate var wantsOutput: Bool {
        switch outcome {
        case .failure, .error: true
        case .passed, .skipped: false
        }
    }
}

extension GradeResult {
    fileprivate var junitProperties: [(name: String, value: String)] {
        var properties: [(name: String, value: String)] = [
            ("grade.score", score.description), ("grade.max", maximum.description),
            ("lab.id", labID), ("lab.title", labTitle), ("lab.digest", labDigest),
            ("submission", submission), ("submission.digest", submissionDigest),
            ("seed", seed), ("region", region), ("state.digest", stateDigest), ("engine.version", engineVersion),
            ("sandbox.tier", sandboxTier),
            ("sandbox.layers", sandboxLayers.filter(\.active).map(\.name).joined(separator: ", ")),
        ]
        if let program {
            properties += [
                ("program.interface", program.interface), ("program.entry", program.entry),
                ("program.ending", program.ending.words(limits: program.limits)),
            ]
        }
        let missing = apiCalls.count(where: \.notEmulated)
        properties += [("api.calls", String(apiCalls.count))]
        if missing > 0 { properties.append(("api.not_emulated", String(missing))) }
        return properties.map { ($0.name, $0.value.junitLine) }
    }
}

/// Names in the order they come, each made unique by a number.
private struct UniqueNames {
    private var taken: Set<String> = []

    mutating func claim(_ wanted: String) -> String {
        let base = wanted.isEmpty ? "check" : wanted
        var name = base
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(base)#\(number)"
            number += 1
        }
        return name
    }
}

extension String {
    /// The text on one line, fit for a name or a property.
    var junitLine: String { safe(.line(limit: 512)) }
}

extension CapturedOutput {
    /// Beginning and end with a mark between them; nil where there is nothing.
    fileprivate var junitText: String? {
        guard totalBytes > 0 || !head.isEmpty else { return nil }
        return joined.safe(.report(limit: 64 << 10))
    }
}
