import GradeModel
import LabFormat
import Testing

/// What a student reads of a task definition that was handed in.
@Suite(.enabled(if: Machine.hasClients, "aws or boto3 is missing: run `make setup`"))
struct TaskDefinitionGradingTests {
    private func message(_ submission: String, _ check: String) async throws -> String {
        let lab = try LabCatalog(roots: ["\(LabSelfTests.root)/labs"]).lab(named: "ecs-task-definition")
        let result = try await Machine.grade(lab, "\(lab.folder)/\(submission)")
        return try #require(result.checks.first { $0.id == check }).message
    }

    @Test func `what does not fit is named with its line`() async throws {
        #expect(
            try await message("bad/numbers", "valid")
                == "taskdef.json: /cpu must be text, not the number 256: put it in quotes (line 7)")
    }

    @Test func `what is no JSON is located`() async throws {
        let message = try await message("bad/comma", "valid")
        #expect(message.hasPrefix("taskdef.json: not JSON: "))
        #expect(message.hasSuffix("(line 8)"))
    }

    @Test func `a task that does not start says why`() async throws {
        #expect(try await message("bad/wrong-group", "runs").contains("The specified log group does not exist"))
    }
}
