import GradeModel
import JMESPath
package import JSONValue
import LabFormat

/// `run_task`: holds a task against what is expected of it.
struct RunTaskEvaluator: CheckEvaluator {
    let check: RunTaskCheck

    private static let maximumEvidence = 50

    func evaluate(in context: any CheckContext) throws(CheckFault) -> CheckOutcome {
        let outcome: TaskOutcome
        do {
            outcome = try context.runTask(check.run)
        } catch {
            throw CheckFault("a task of '\(check.run.family)' cannot be run: \(error)")
        }
        let facts = try facts(outcome)
        let wrong = facts.first { !$0.holds }
        let reason = outcome.task["stoppedReason"]?.stringValue ?? outcome.problem ?? ""
        let status = outcome.task["lastStatus"]?.stringValue ?? "not started"
        var message =
            wrong.map { "\($0.subject): expected \($0.property) to be \($0.expected), found \($0.actual)." } ?? ""
        if wrong != nil, outcome.problem == nil, !reason.isEmpty { message += " The task has stopped: \(reason)" }
        return CheckOutcome(
            passed: wrong == nil,
            share: CheckOutcome.Share(
                reached: outcome.problem == nil ? facts.count(where: \.holds) : 0, possible: max(facts.count, 1)),
            message: message, expected: wrong?.expected ?? "a task as expected", actual: wrong?.actual ?? status,
            evidence: Array((facts.filter { !$0.holds } + facts.filter(\.holds)).prefix(Self.maximumEvidence)),
            placeholders: [
                "expected": .string(wrong?.expected ?? ""), "actual": .string(wrong?.actual ?? ""),
                "family": .string(check.run.family), "status": .string(status), "reason": .string(reason),
            ])
    }

    private func facts(_ outcome: TaskOutcome) throws(CheckFault) -> [Evidence] {
        let subject = outcome.name ?? check.run.family
        if let problem = outcome.problem {
            return [
                Evidence(subject: subject, property: "the task", expected: "started", actual: problem, holds: false)
            ]
        }
        var facts: [Evidence] = []
        for (path, matchers) in check.expectations {
            facts.append(try StateEvaluator.fact(subject, outcome.task, path, matchers))
        }
        for (first, second) in zip(check.order, check.order.dropFirst()) {
            facts.append(order(first, second, outcome, subject))
        }
        for (name, code) in check.exitCodes {
            let container = container(name, outcome)
            let found = container?["exitCode"]?.intValue
            let actual =
                found.map(String.init) ?? container.map { "none, it is \($0["lastStatus"]?.stringValue ?? "unknown")" }
                ?? "no such container"
            facts.append(
                Evidence(
                    subject: subject, property: "the exit code of \(name)", expected: "\(code)", actual: actual,
                    holds: found == code))
        }
        return facts
    }

    private func container(_ name: String, _ outcome: TaskOutcome) -> JSON? {
        outcome.task["containers"]?.arrayValue?.first { $0["name"]?.stringValue == name }
    }

    /// ECS starts a container before another only where that one waits for it.
    private func order(_ first: String, _ second: String, _ outcome: TaskOutcome, _ subject: String) -> Evidence {
        let missing = [first, second].first { container($0, outcome) == nil }
        let idle = [first, second].first { container($0, outcome)?["runtimeId"]?.stringValue == nil }
        let waits = outcome.waits[second]?.contains(first) ?? false
        let actual =
            missing.map { "no container \($0)" } ?? idle.map { "\($0) was not started" }
            ?? (waits ? "\(second) waits for \(first)" : "\(second) does not wait for \(first)")
        return Evidence(
            subject: subject, property: "the order", expected: "\(first) before \(second)", actual: actual,
            holds: missing == nil && idle == nil && waits)
    }
}

/// What became of a task.
package struct TaskOutcome: Sendable {
    /// As DescribeTasks shows it; null where it was not started.
    package var task: JSON
    /// Containers, and those that each waits for, at first or second hand.
    package var waits: [String: Set<String>]
    /// Why it was not started.
    package var problem: String?

    package init(task: JSON = .null, waits: [String: Set<String>] = [:], problem: String? = nil) {
        self.task = task
        self.waits = waits
        self.problem = problem
    }

    /// `family:revision`.
    var name: String? {
        task["taskDefinitionArn"]?.stringValue?.split(separator: "/").last.map(String.init)
    }
}
