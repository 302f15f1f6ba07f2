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

/// `2026-11-23T18:00:57Z` without its zone; nil for anything that is not such a time.
func utcTimestamp(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count == 20, bytes[19] == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int? {
        bytes[range].allSatisfy { (0x30...0x39).contains($0) } ? bytes[range].reduce(0) { $0 * 10 + Int($1 & 15) } : nil
    }
    let separators: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
    guard separators.allSatisfy({ Character(Unicode.Scalar(bytes[$0.0])) == $0.1 }),
        let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
        let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
        year > 0, (1...12).contains(month), hour < 24, minute < 60, second < 60
    else { return nil }
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    let longest = month == 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    guard (1...longest).contains(day) else { return nil }
    return String(text.dropLast())
}
