import Checks
import GradeModel
import JSONValue
import Testing

struct DocumentCheckTests {
    private func document(_ body: String, _ document: ReadDocument, more: String = "") throws -> CheckResult {
        var region = TestRegion()
        region.document = document
        return try #require(try grade("- id: one\n  points: 10\n  document: \(body)\(more)", region).first)
    }

    private let schema = "{schema: \"aws:ecs:RegisterTaskDefinition\", file: taskdef.json}"

    @Test func `a document that fits passes`() throws {
        let good = ReadDocument(name: "taskdef.json", value: ["family": "web"])
        #expect(try document(schema, good).verdict == .passed)
    }

    @Test func `a violation is told with pointer and line`() throws {
        let bad = ReadDocument(
            name: "taskdef.json", value: ["cpu": 256],
            violations: [.init(pointer: "/cpu", line: 3, message: "must be text")])
        let result = try document(schema, bad)
        #expect(result.verdict == .failed)
        #expect(result.message == "taskdef.json: /cpu must be text (line 3)")
        let own = try document(schema, bad, more: "\n  fail: \"{{file}} {{line}} {{pointer}} {{message}}\"")
        #expect(own.message == "taskdef.json 3 /cpu must be text")
    }

    @Test func `what cannot be read fails, and nothing that is expected of it holds`() throws {
        let none = ReadDocument(
            name: "taskdef.json", value: nil, violations: [.init(pointer: "", message: "there is no such file")])
        let result = try document("{file: taskdef.json, expect: {family: {absent: true}}}", none)
        #expect(result.verdict == .failed)
        #expect(result.message == "taskdef.json: there is no such file")
    }

    @Test func `matchers hold for what stands in the document`() throws {
        let value = ReadDocument(name: "taskdef.json", value: ["family": "web", "cpu": "256"])
        #expect(try document("{file: taskdef.json, expect: {family: {eq: web}}}", value).verdict == .passed)
        let wrong = "{file: taskdef.json, expect: {family: {eq: web}, cpu: {eq: \"512\"}}}"
        #expect(try document(wrong, value).message == "taskdef.json: expected cpu to be '512', found '256'.")
        #expect(try document(wrong, value, more: "\n  score: proportional").points == Points(5))
    }
}
