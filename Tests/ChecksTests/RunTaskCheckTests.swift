import Checks
import GradeModel
import JSONValue
import Testing

struct RunTaskCheckTests {
    private func run(_ body: String, _ outcome: TaskOutcome, more: String = "") throws -> CheckResult {
        var region = TestRegion()
        region.task = outcome
        return try #require(try grade("- id: one\n  points: 10\n  run_task: \(body)\(more)", region).first)
    }

    /// A task whose container `init` has ended, and whose `app` runs.
    private let task: JSON = [
        "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3", "lastStatus": "RUNNING",
        "containers": [
            ["name": "init", "lastStatus": "STOPPED", "exitCode": 0, "runtimeId": "1"],
            ["name": "app", "lastStatus": "RUNNING", "runtimeId": "2"],
        ],
    ]

    @Test func `a task is held against matchers`() throws {
        let outcome = TaskOutcome(task: task)
        #expect(try run("{family: web, expect: {lastStatus: {eq: RUNNING}}}", outcome).verdict == .passed)
        let bad = try run("{family: web, expect: {lastStatus: {eq: STOPPED}}}", outcome)
        #expect(bad.message == "web:3: expected lastStatus to be 'STOPPED', found 'RUNNING'.")
    }

    @Test func `a container comes before another only where that one waits for it`() throws {
        let body = "{family: web, order: [init, app]}"
        #expect(try run(body, TaskOutcome(task: task, waits: ["app": ["init"]])).verdict == .passed)
        let none = try run(body, TaskOutcome(task: task))
        #expect(none.message == "web:3: expected the order to be init before app, found app does not wait for init.")
        #expect(try run("{family: web, order: [init, db]}", TaskOutcome(task: task)).actual == "no container db")
    }

    @Test func `exit codes must be there and right`() throws {
        let outcome = TaskOutcome(task: task)
        #expect(try run("{family: web, exit_codes: {init: 0}}", outcome).verdict == .passed)
        #expect(try run("{family: web, exit_codes: {init: 1}}", outcome).actual == "0")
        #expect(try run("{family: web, exit_codes: {app: 0}}", outcome).actual == "none, it is RUNNING")
        #expect(try run("{family: web, exit_codes: {db: 0}}", outcome).actual == "no such container")
    }

    @Test func `a task that was not started fails, whatever is expected`() throws {
        let outcome = TaskOutcome(problem: "RESOURCE:MEMORY")
        let result = try run(
            "{family: web, expect: {lastStatus: {absent: true}}}", outcome, more: "\n  fail: \"{{status}}: {{reason}}\""
        )
        #expect(result.verdict == .failed)
        #expect(result.message == "not started: RESOURCE:MEMORY")
    }

    @Test func `why a task has stopped is part of the message`() throws {
        let stopped: JSON = ["lastStatus": "STOPPED", "stoppedReason": "CannotPullContainerError: no such image"]
        let result = try run("{family: web, expect: {lastStatus: {eq: RUNNING}}}", TaskOutcome(task: stopped))
        #expect(result.message.hasSuffix("The task has stopped: CannotPullContainerError: no such image"))
    }
}
