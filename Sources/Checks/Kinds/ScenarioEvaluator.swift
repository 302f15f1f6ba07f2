import GradeModel
import JSONValue
import LabFormat
import Scenarios

/// `scenario`: every cell must show what is expected; the worst one speaks for all.
struct ScenarioEvaluator: CheckEvaluator {
    let check: ScenarioCheck

    private static let timelineLines = 40

    /// What one cell showed.
    private struct Finding {
        var cell: PlayedCell
        var facts: [Evidence]
        /// What the region held in the end, where that was asked for.
        var final: CheckOutcome?

        var holds: Bool { facts.allSatisfy(\.holds) }
    }

    func evaluate(in context: any CheckContext) throws(CheckFault) -> CheckOutcome {
        let cells: [PlayedCell]
        do {
            cells = try context.play(check.of)
        } catch {
            throw CheckFault("scenario '\(check.of)': \(error)")
        }
        var findings: [Finding] = []
        for cell in cells { findings.append(try judge(cell)) }
        guard let shown = findings.first(where: { !$0.holds }) ?? findings.first else {
            throw CheckFault("scenario '\(check.of)' has no cells")
        }
        let wrong = shown.facts.first { !$0.holds }
        let fact = wrong ?? shown.facts.first
        let good = findings.count(where: \.holds)
        return CheckOutcome(
            passed: good == findings.count, share: CheckOutcome.Share(reached: good, possible: findings.count),
            message: wrong.map { sentence($0, shown) } ?? "",
            expected: fact.map { "\($0.property) \($0.expected)" } ?? "",
            actual: fact?.actual ?? "", evidence: evidence(findings), placeholders: placeholders(shown, fact))
    }

    // MARK: One cell

    private func judge(_ cell: PlayedCell) throws(CheckFault) -> Finding {
        let name = cell.name
        guard let evidence = cell.evidence else {
            let fact = Evidence(
                subject: name, property: "address", expected: "something to send requests to",
                actual: cell.problem ?? "nothing", holds: false)
            return Finding(cell: cell, facts: [fact])
        }
        var facts: [Evidence] = []
        func add(_ property: String, _ expected: String, _ actual: String, _ holds: Bool) {
            facts.append(Evidence(subject: name, property: property, expected: expected, actual: actual, holds: holds))
        }
        if let least = check.availability {
            add(
                "availability", "at least \(Self.percent(least))",
                "\(Self.percent(evidence.availability)): \(evidence.lost) of \(evidence.requests) requests lost",
                evidence.availability >= least)
        }
        if let most = check.recovery {
            for recovery in evidence.recoveries {
                let duration = recovery.duration.map { Double($0) / 1000 }
                add(
                    "recovery from \(recovery.fault)", "at most \(Self.seconds(most))",
                    duration.map(Self.seconds) ?? "never", duration.map { $0 <= most } ?? false)
            }
            if evidence.recoveries.isEmpty {
                add("recovery", "at most \(Self.seconds(most))", "no fault was begun", false)
            }
        }
        if let most = check.longestGap {
            let gap = Double(evidence.longestGap) / 1000
            add("longest gap", "at most \(Self.seconds(most))", Self.seconds(gap), gap <= most)
        }
        if let most = check.lost { add("lost requests", "at most \(most)", "\(evidence.lost)", evidence.lost <= most) }
        if let bounds = check.servedBy {
            let targets = evidence.targets.map { "\($0.id) (\($0.served))" }
            add(
                "served by", bounds.phrase,
                targets.isEmpty ? "none" : "\(targets.count): \(targets.joined(separator: ", "))",
                bounds.contains(targets.count))
        }
        var final: CheckOutcome?
        if let then = check.then {
            let outcome = try StateEvaluator(check: then).evaluate(in: cell.region)
            final = outcome
            let wrong = outcome.evidence.first { !$0.holds }
            add(
                "in the end", wrong?.expected ?? outcome.expected, outcome.passed ? outcome.actual : outcome.message,
                outcome.passed)
        }
        return Finding(cell: cell, facts: facts, final: final)
    }

    private static func percent(_ share: Double) -> String {
        // Rounded down, so that 99.996 % does not read as 100 %.
        let hundredths = Int((share * 10_000).rounded(.down))
        let rest = hundredths % 100
        return "\(hundredths / 100)"
            + (rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)") + " %"
    }

    private static func seconds(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    // MARK: The whole

    private func sentence(_ fact: Evidence, _ finding: Finding) -> String {
        let place = finding.cell.name.isEmpty ? "" : "With \(finding.cell.name): "
        return "\(place)\(fact.property): expected \(fact.expected), got \(fact.actual)."
    }

    private func placeholders(_ finding: Finding, _ fact: Evidence?) -> [String: JSON] {
        let evidence = finding.cell.evidence
        let recovery = evidence?.recoveries.max { ($0.duration ?? .max) < ($1.duration ?? .max) }
        return [
            "expected": .string(fact?.expected ?? ""), "actual": .string(fact?.actual ?? ""),
            "cell": .string(finding.cell.name),
            "availability": .string(Self.percent(evidence?.availability ?? 0)),
            "lost": .integer(evidence?.lost ?? 0), "requests": .integer(evidence?.requests ?? 0),
            "recovery": .string(
                recovery.map { $0.duration.map { Self.seconds(Double($0) / 1000) } ?? "never" } ?? "never"),
            "longest_gap": .string(Self.seconds(Double(evidence?.longestGap ?? 0) / 1000)),
        ]
    }

    /// Facts first, what is wrong before what is right, and then each cell's timeline.
    private func evidence(_ findings: [Finding]) -> [Evidence] {
        let facts = findings.flatMap(\.facts)
        let timelines = (findings.filter { !$0.holds } + findings.filter(\.holds)).flatMap(timeline)
        return Array((facts.filter { !$0.holds } + facts.filter(\.holds) + timelines).prefix(100))
    }

    private func timeline(_ finding: Finding) -> [Evidence] {
        guard let evidence = finding.cell.evidence else { return [] }
        var lines: [(time: Int, text: String)] = evidence.events.map { ($0.time, $0.text) }
        lines += evidence.segments.map { segment in
            var text = "\(segment.served) served"
            if !segment.targets.isEmpty { text += " by \(segment.targets.prefix(4).joined(separator: ", "))" }
            if segment.lost > 0 {
                text += ", \(segment.lost) lost (\(segment.failures.prefix(3).joined(separator: ", ")))"
            }
            return (segment.start, text)
        }
        lines.sort { $0.time < $1.time }
        return lines.prefix(Self.timelineLines).map { line in
            Evidence(
                subject: finding.cell.name, property: "at \(Self.seconds(Double(line.time) / 1000))", expected: "",
                actual: line.text, holds: true)
        }
    }
}
