import GradeModel
import JSONValue
import LabFormat
import LoadBalancing
import Scenarios

/// `http`: holds every answer against the expected status, and counts who served.
struct HTTPEvaluator: CheckEvaluator {
    let check: HTTPCheck

    func evaluate(in context: any CheckContext) throws(CheckFault) -> CheckOutcome {
        let fetched: Fetched
        do {
            fetched = try context.get(check.url, times: check.times)
        } catch {
            throw CheckFault("'\(check.url.source)' cannot be asked for: \(error)")
        }
        let good = fetched.answers.filter { holds($0.outcome) }
        let bad = fetched.answers.first { !holds($0.outcome) }
        let expected = "status " + check.status.map(\.expectation).joined(separator: ", and ")
        let actual =
            fetched.problem ?? bad.map { describe($0.outcome) } ?? good.first.map { describe($0.outcome) } ?? "nothing"
        var evidence = [
            Evidence(
                subject: fetched.url, property: "\(good.count) of \(check.times) answers", expected: expected,
                actual: actual, holds: good.count == check.times)
        ]
        var targets: [String] = []
        for id in good.compactMap(\.targetID) where !targets.contains(id) { targets.append(id) }
        if let bounds = check.servedBy {
            evidence.append(
                Evidence(
                    subject: fetched.url, property: "served by", expected: bounds.phrase,
                    actual: targets.isEmpty ? "none" : "\(targets.count): \(Wording.list(targets.map { .string($0) }))",
                    holds: bounds.contains(targets.count)))
        }
        let wrong = evidence.first { !$0.holds }
        return CheckOutcome(
            passed: wrong == nil, share: CheckOutcome.Share(reached: good.count, possible: max(check.times, 1)),
            message: wrong.map { "GET \($0.subject), \($0.property): expected \($0.expected), got \($0.actual)." }
                ?? "",
            expected: wrong?.expected ?? expected, actual: wrong?.actual ?? actual, evidence: evidence,
            placeholders: [
                "expected": .string(wrong?.expected ?? expected), "actual": .string(wrong?.actual ?? actual),
                "url": .string(fetched.url), "served_by": .integer(targets.count),
            ])
    }

    private func holds(_ outcome: RoutedRequest.Outcome) -> Bool {
        guard case .status(let status) = outcome else { return false }
        return check.status.allSatisfy { $0.holds(for: .integer(status)) }
    }

    private func describe(_ outcome: RoutedRequest.Outcome) -> String {
        if case .status(let status) = outcome { "status \(status)" } else { outcome.words }
    }
}
