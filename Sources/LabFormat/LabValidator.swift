import GradeModel

/// What can only be seen with the whole lab at hand: ids, references, cycles and sums.
struct LabValidator {
    let lab: Lab
    let pointsLocation: SourceLocation
    let diagnostics: Diagnostics

    func validate() {
        reportDuplicates()
        for check in lab.checks { reportUnknown(check.requires, "'requires' of '\(check.id)'", at: check.location) }
        reportScenarios()
        reportDocuments()
        reportTellTales()
        reportCycles()
        reportSum()
        for test in lab.selftests { validate(test) }
    }

    private var ids: [String] { lab.checks.map(\.id) }

    private func reportDuplicates() {
        var first: [String: SourceLocation] = [:]
        for check in lab.checks {
            if let earlier = first[check.id] {
                diagnostics.error("the id '\(check.id)' is already used in line \(earlier.line)", at: check.location)
            } else {
                first[check.id] = check.location
            }
        }
    }

    private func reportUnknown(_ references: [String], _ name: String, at location: SourceLocation) {
        for id in references where !ids.contains(id) {
            diagnostics.error(
                "\(name) names '\(id)', which is no check\(Suggestion.ending(for: id, among: ids))", at: location)
        }
    }

    /// A check plays a scenario that there is, and every scenario is played by some check.
    private func reportScenarios() {
        let known = lab.scenarios.map(\.id)
        var played: Set<String> = []
        for case .scenario(let check) in lab.checks.map(\.kind) {
            played.insert(check.of)
            if !known.contains(check.of) {
                diagnostics.error(
                    "'of' names '\(check.of)', which is no scenario\(Suggestion.ending(for: check.of, among: known))",
                    at: check.location)
            }
        }
        for scenario in lab.scenarios where !played.contains(scenario.id) {
            diagnostics.warning("no check plays the scenario '\(scenario.id)'", at: scenario.location)
        }
    }

    /// Where a submission may be a program, its entry is no document: what the program sends is looked at, which needs a
    /// schema to know which call is meant.
    private func reportDocuments() {
        guard let other = lab.interfaces.first(where: { $0.kind != .taskdef }) else { return }
        for case .document(let check) in lab.checks.map(\.kind) where check.source == .entry && check.schema == nil {
            diagnostics.error(
                "'document' needs 'schema' or another 'file': of the interface '\(other.kind.rawValue)' the entry is no document",
                at: check.location)
        }
    }

    /// A check that is skipped names what it was blocked by, so nothing may be seen before what it requires.
    private func reportTellTales() {
        let checks = Dictionary(lab.checks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for check in lab.checks {
            for required in check.requires.compactMap({ checks[$0] }) where required.secrecy > check.secrecy {
                diagnostics.error(
                    "'\(check.id)' (\(check.visibility.rawValue)) requires '\(required.id)' (\(required.visibility.rawValue)) "
                        + "and would tell its outcome by being skipped",
                    at: check.location)
            }
        }
    }

    /// Reports each cycle once, at its first check in the file.
    private func reportCycles() {
        let checks = Dictionary(lab.checks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var finished: Set<String> = []
        for check in lab.checks where !finished.contains(check.id) {
            // Depth first, without recursion: a lab may have many checks.
            var path = [check.id]
            var remaining = [check.requires]
            while let id = path.last, var next = remaining.popLast() {
                guard let successor = next.popLast() else {
                    finished.insert(id)
                    path.removeLast()
                    continue
                }
                remaining.append(next)
                if let start = path.firstIndex(of: successor) {
                    let cycle = (path[start...] + [successor]).joined(separator: " → ")
                    diagnostics.error(
                        "'requires' runs in a circle: \(cycle)", at: checks[successor]?.location ?? check.location)
                } else if !finished.contains(successor), let definition = checks[successor] {
                    path.append(successor)
                    remaining.append(definition.requires)
                }
            }
        }
    }

    private func reportSum() {
        let sum = lab.checks.reduce(Points.zero) { $0 + ($1.extraCredit ? .zero : $1.points) }
        if sum != lab.points {
            diagnostics.error(
                "'points' is \(lab.points), but the checks without extra credit add up to \(sum)", at: pointsLocation)
        } else if sum == .zero {
            diagnostics.error("a lab must be worth some points", at: pointsLocation)
        }
    }

    private func validate(_ test: SelfTest) {
        reportUnknown(test.fails, "'fails' of selftest '\(test.path)'", at: test.location)
        reportUnknown(test.passes, "'passes' of selftest '\(test.path)'", at: test.location)
        reportUnknown(test.skips, "'skips' of selftest '\(test.path)'", at: test.location)
        let named = test.fails + test.passes + test.skips
        for id in Set(named) where named.filter({ $0 == id }).count > 1 {
            diagnostics.error("selftest '\(test.path)' names '\(id)' more than once", at: test.location)
        }
        let most = lab.checks.reduce(Points.zero) { $0 + $1.points }
        if let score = test.score, score.lowerBound > most {
            diagnostics.error(
                "selftest '\(test.path)' expects \(score.lowerBound) points; all checks together are worth \(most)",
                at: test.location)
        }
    }
}

extension CheckDefinition {
    /// How long the verdict stays hidden from students.
    fileprivate var secrecy: Int {
        switch visibility {
        case .visible, .noDetail: 0
        case .afterDueDate: 1
        case .afterPublished: 2
        case .hidden, .staff: 3
        }
    }
}
