import GradeModel
import JMESPath
import JSONValue
import LabFormat

/// `state`: counts the selected resources, the different values among them, and looks at each.
struct StateEvaluator: CheckEvaluator {
    let check: StateCheck

    /// A selected resource and what it is called.
    struct Resource {
        var value: JSON
        var name: String
    }

    /// What a part of the check found.
    struct Finding {
        var evidence: [Evidence]
        var share: CheckOutcome.Share
        var offender: Resource?

        var holds: Bool { evidence.allSatisfy(\.holds) }
    }

    private static let maximumEvidence = 50

    func evaluate(in context: any CheckContext) throws(CheckFault) -> CheckOutcome {
        let all: [JSON]
        do {
            all = try context.select(check.selector)
        } catch {
            throw CheckFault("'\(check.selector)' cannot be selected: \(error)")
        }
        var selected: [Resource] = []
        // Resources of which the condition cannot be told, because something in them has another type than it expects.
        var undecided: [(resource: Resource, reason: String)] = []
        for (position, value) in all.enumerated() {
            let name = context.identifier(of: value, selector: check.selector) ?? "number \(position + 1)"
            let resource = Resource(value: value, name: name)
            switch try decide(value) {
            case .success(true): selected.append(resource)
            case .success(false): break
            case .failure(let error): undecided.append((resource, error.description))
            }
        }
        var findings = [count(selected, undecided)]
        if !selected.isEmpty {
            for (path, bounds) in check.distinct { findings.append(try distinct(path, bounds, selected)) }
            if !check.each.isEmpty { findings.append(try each(selected)) }
        } else if !check.distinct.isEmpty || !check.each.isEmpty {
            findings[0].share = .whole(false)
        }
        return outcome(findings, selected)
    }

    private func decide(_ value: JSON) throws(CheckFault) -> Result<Bool, JMESPathError> {
        guard let condition = check.condition else { return .success(true) }
        return try Self.search(condition, value).map(\.isTruthy)
    }

    /// Evaluates an expression. A value of an unexpected type is a fact about the resource; a bound reached is a fault.
    static func search(
        _ expression: JMESPathExpression, _ value: JSON
    ) throws(CheckFault) -> Result<JSON, JMESPathError> {
        do {
            return .success(try expression.search(value))
        } catch  where error.kind == .limit {
            throw CheckFault("'\(expression.source)': \(error)")
        } catch {
            return .failure(error)
        }
    }

    // MARK: Parts

    /// What cannot be decided counts as not selected where more are wanted, and as selected where fewer are.
    private func count(_ selected: [Resource], _ undecided: [(resource: Resource, reason: String)]) -> Finding {
        let bounds = check.count
        let holds = bounds.contains(selected.count) && bounds.contains(selected.count + undecided.count)
        var actual = "\(selected.count)"
        if !selected.isEmpty { actual += ": \(Wording.list(selected.map { .string($0.name) }))" }
        if !undecided.isEmpty { actual += "; undecided: \(Wording.list(undecided.map { .string($0.resource.name) }))" }
        var evidence = [Evidence(subject: "", property: "count", expected: bounds.phrase, actual: actual, holds: holds)]
        if !holds {
            evidence += undecided.prefix(5).map { item in
                Evidence(
                    subject: item.resource.name, property: check.condition?.source ?? "", expected: "true or false",
                    actual: item.reason, holds: false)
            }
        }
        let wanted = bounds.minimum ?? 1
        var share = CheckOutcome.Share.whole(holds)
        var offender: Resource?
        if !holds, selected.count < wanted {
            share = CheckOutcome.Share(reached: selected.count, possible: wanted)
            offender = undecided.first?.resource
        } else if !holds, let most = bounds.maximum, !selected.isEmpty {
            share = CheckOutcome.Share(reached: most, possible: max(selected.count + undecided.count, most + 1))
            offender = selected.count > most ? selected[most] : undecided.first?.resource
        }
        return Finding(evidence: evidence, share: share, offender: offender)
    }

    private func distinct(
        _ path: JMESPathExpression, _ bounds: CountBounds, _ selected: [Resource]
    ) throws(CheckFault) -> Finding {
        var values: [JSON] = []
        var seen: Set<[UInt8]> = []
        var offender: Resource?
        for resource in selected {
            let value = try Self.search(path, resource.value)
            if case .success(let value) = value, !value.isNull, seen.insert(value.serialized(.sortedKeys)).inserted {
                values.append(value)
            } else if offender == nil {
                offender = resource
            }
        }
        let actual = values.isEmpty ? "0" : "\(values.count): \(Wording.list(values))"
        let evidence = Evidence(
            subject: "", property: "different values of \(path.source)", expected: bounds.phrase, actual: actual,
            holds: bounds.contains(values.count))
        var share = CheckOutcome.Share.whole(evidence.holds)
        if !evidence.holds, let wanted = bounds.minimum, values.count < wanted {
            share = CheckOutcome.Share(reached: values.count, possible: wanted)
        }
        return Finding(evidence: [evidence], share: share, offender: evidence.holds ? nil : offender)
    }

    private func each(_ selected: [Resource]) throws(CheckFault) -> Finding {
        var evidence: [Evidence] = []
        var good = 0
        var offender: Resource?
        for resource in selected {
            var isGood = true
            for (path, matchers) in check.each {
                let fact = try Self.look(at: resource, path, matchers)
                isGood = isGood && fact.holds
                evidence.append(fact)
            }
            if isGood { good += 1 } else if offender == nil { offender = resource }
        }
        let possible = max(selected.count, check.count.minimum ?? 1)
        return Finding(
            evidence: evidence, share: CheckOutcome.Share(reached: good, possible: possible), offender: offender)
    }

    private static func look(
        at resource: Resource, _ path: JMESPathExpression, _ matchers: [Matcher]
    ) throws(CheckFault) -> Evidence { try fact(resource.name, resource.value, path, matchers) }

    /// Whether what a path finds in a value satisfies all matchers.
    static func fact(
        _ subject: String, _ value: JSON, _ path: JMESPathExpression, _ matchers: [Matcher]
    ) throws(CheckFault) -> Evidence {
        let expected = matchers.map(\.expectation).joined(separator: ", and ")
        switch try search(path, value) {
        case .success(let value):
            return Evidence(
                subject: subject, property: path.source, expected: expected, actual: Wording.describe(value),
                holds: matchers.allSatisfy { $0.holds(for: value) })
        case .failure(let error):
            // Not even a negative matcher holds for what cannot be evaluated.
            return Evidence(
                subject: subject, property: path.source, expected: expected, actual: error.description, holds: false)
        }
    }

    // MARK: The whole

    private func outcome(_ findings: [Finding], _ selected: [Resource]) -> CheckOutcome {
        let failed = findings.filter { !$0.holds }
        let facts = findings.flatMap(\.evidence)
        // What is wrong comes first, so that it is never cut off.
        let ordered = facts.filter { !$0.holds } + facts.filter(\.holds)
        let first = failed.first?.evidence.first { !$0.holds } ?? facts.first
        let offender = failed.lazy.compactMap(\.offender).first
        let wrong = failed.flatMap { $0.evidence.filter { !$0.holds }.prefix(1) }
        var placeholders: [String: JSON] = [
            "count": .integer(selected.count), "expected": .string(first?.expected ?? ""),
            "actual": .string(first?.actual ?? ""),
            "offender": offender?.value ?? .null,
        ]
        if let minimum = check.count.minimum { placeholders["min"] = .integer(minimum) }
        if let maximum = check.count.maximum { placeholders["max"] = .integer(maximum) }
        placeholders["distinct"] = .integer(distinctCount(selected))
        return CheckOutcome(
            passed: failed.isEmpty,
            share: findings.dropFirst().reduce(findings[0].share) { $0.least($1.share) },
            message: wrong.map(sentence).joined(separator: " "),
            expected: first.map(expectation) ?? "", actual: first?.actual ?? "",
            evidence: Array(ordered.prefix(Self.maximumEvidence)), placeholders: placeholders)
    }

    private func distinctCount(_ selected: [Resource]) -> Int {
        guard let path = check.distinct.first?.path else { return 0 }
        let values = selected.compactMap { try? path.search($0.value) }.filter { !$0.isNull }
        return Set(values.map { $0.serialized(.sortedKeys) }).count
    }

    private func expectation(_ fact: Evidence) -> String {
        fact.property == "count" && fact.subject.isEmpty ? "\(fact.expected) \(subject)" : fact.expected
    }

    private var subject: String {
        check.condition.map { "\(check.selector) where \($0.source)" } ?? check.selector
    }

    private func sentence(_ fact: Evidence) -> String {
        if fact.subject.isEmpty, fact.property == "count" {
            return "Expected \(fact.expected) \(subject), found \(fact.actual)."
        }
        if fact.subject.isEmpty { return "Expected \(fact.expected) \(fact.property), found \(fact.actual)." }
        return "\(fact.subject): expected \(fact.property) to be \(fact.expected), found \(fact.actual)."
    }
}
