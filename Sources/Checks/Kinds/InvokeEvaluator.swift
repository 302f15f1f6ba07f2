import GradeModel
import JMESPath
package import JSONValue
import LabFormat

/// `invoke`: holds what a function answers to each event against what is expected.
struct InvokeEvaluator: CheckEvaluator {
    let check: InvokeCheck

    private static let maximumEvidence = 50

    func evaluate(in context: any CheckContext) throws(CheckFault) -> CheckOutcome {
        var evidence: [Evidence] = []
        var good = 0
        var wrong: (fact: Evidence, event: JSON)?
        for one in check.cases {
            let invoked: InvokedFunction
            do {
                invoked = try context.invoke(check.function, qualifier: check.qualifier, event: one.event)
            } catch {
                throw CheckFault("'\(check.function)' cannot be invoked: \(error)")
            }
            let facts = try facts(one, invoked)
            evidence += facts
            if let bad = facts.first(where: { !$0.holds }) {
                if wrong == nil { wrong = (bad, one.event) }
            } else {
                good += 1
            }
        }
        // What is wrong comes first, so that it is never cut off.
        let ordered = evidence.filter { !$0.holds } + evidence.filter(\.holds)
        let event = Wording.describe(wrong?.event ?? .null)
        return CheckOutcome(
            passed: wrong == nil, share: CheckOutcome.Share(reached: good, possible: check.cases.count),
            message: wrong.map {
                "\(check.function) with the event \(event): expected \($0.fact.property) to be \($0.fact.expected), found \($0.fact.actual)."
            } ?? "",
            expected: wrong?.fact.expected ?? "\(check.cases.count) right answer(s)",
            actual: wrong?.fact.actual ?? "\(good) right answer(s)",
            evidence: Array(ordered.prefix(Self.maximumEvidence)),
            placeholders: [
                "expected": .string(wrong?.fact.expected ?? ""), "actual": .string(wrong?.fact.actual ?? ""),
                "event": .string(event), "function": .string(check.function),
            ])
    }

    private func facts(_ one: InvokeCheck.Case, _ invoked: InvokedFunction) throws(CheckFault) -> [Evidence] {
        let subject = Wording.describe(one.event)
        if let problem = invoked.problem {
            return [
                Evidence(
                    subject: subject, property: "the invocation", expected: "an answer", actual: problem, holds: false)
            ]
        }
        let failure = invoked.failure
        var facts: [Evidence] = []
        if failure != nil || one.error != nil {
            facts.append(
                Evidence(
                    subject: subject, property: "error", expected: one.error ?? "absent",
                    actual: failure.map { "\($0.type): \($0.message)" } ?? "absent", holds: failure?.type == one.error))
        }
        guard failure == nil || one.error != nil else { return facts }
        for (path, matchers) in one.expectations {
            let expected = matchers.map(\.expectation).joined(separator: ", and ")
            switch try StateEvaluator.search(path, invoked.payload) {
            case .success(let value):
                facts.append(
                    Evidence(
                        subject: subject, property: path.source, expected: expected, actual: Wording.describe(value),
                        holds: matchers.allSatisfy { $0.holds(for: value) }))
            case .failure(let error):
                facts.append(
                    Evidence(
                        subject: subject, property: path.source, expected: expected, actual: error.description,
                        holds: false))
            }
        }
        if facts.isEmpty {
            facts.append(
                Evidence(subject: subject, property: "error", expected: "absent", actual: "absent", holds: true))
        }
        return facts
    }
}

/// What came of an invocation.
package struct InvokedFunction: Sendable {
    /// The answer; null where there is none.
    package var payload: JSON
    /// What the function failed with.
    package var failure: (type: String, message: String)?
    /// Why it was not run at all.
    package var problem: String?

    package init(payload: JSON, failure: (type: String, message: String)? = nil, problem: String? = nil) {
        self.payload = payload
        self.failure = failure
        self.problem = problem
    }
}
