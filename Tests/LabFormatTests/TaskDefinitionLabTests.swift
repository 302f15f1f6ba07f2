import JSONValue
import LabFormat
import Testing

/// Labs whose submissions are task definitions: the interface, the checks, what is given, and documents themselves.
struct TaskDefinitionLabTests {
    static let good = """
        lab: v1
        id: demo
        title: Demo
        points: 10
        interfaces: {taskdef: {entry: "taskdef.{json,yaml}"}}
        given:
          - {call: "ecs:CreateCluster", with: {clusterName: web}}
        checks:
          - id: valid
            points: 4
            document: {file: "${entry}", schema: "aws:ecs:RegisterTaskDefinition"}
          - id: runs
            points: 6
            run_task: {family: web, within: 60s, expect: {lastStatus: {eq: RUNNING}}, order: [a, b], exit_codes: {a: 0}}
        """

    @Test func `a task definition may end in several ways`() throws {
        let lab = try LoadedLab.parse(Array(Self.good.utf8)).lab
        #expect(lab.interfaces.map(\.entry) == ["taskdef.json", "taskdef.yaml"])
        #expect(lab.interfaces.map(\.kind) == [.taskdef, .taskdef])
        #expect(lab.given.map(\.operation) == ["CreateCluster"])
        guard case .document(let document) = lab.checks[0].kind, case .runTask(let run) = lab.checks[1].kind else {
            Issue.record("other kinds")
            return
        }
        #expect(document.source == .entry)
        #expect(document.schema?.service == "ecs")
        #expect(document.schema?.operation == "RegisterTaskDefinition")
        #expect(run.run.seconds == 60)
        #expect(run.order == ["a", "b"])
        #expect(run.exitCodes.map(\.code) == [0])
    }

    static let cases: [(old: String, new: String, expected: String)] = [
        (
            "taskdef.{json,yaml}", "taskdef.{json,toml}",
            "lab.yaml:5:31: error: 'entry' of a task definition must end with .json, .yaml or .yml, for instance taskdef.{json,yaml}, not 'taskdef.{json,toml}'"
        ),
        (
            "aws:ecs:RegisterTaskDefinition", "ecs:RegisterTaskDefinition",
            "lab.yaml:11:42: error: 'schema' must be aws, a service and an operation, for instance aws:ecs:RegisterTaskDefinition, not 'ecs:RegisterTaskDefinition'"
        ),
        (
            ", schema: \"aws:ecs:RegisterTaskDefinition\"", "",
            "lab.yaml:11:15: error: 'document' needs 'schema', 'expect' or both"
        ),
        (
            "file: \"${entry}\"", "file: taskdef",
            "lab.yaml:11:22: error: 'file' must end with .json, .yaml or .yml, or be ${entry}, not 'taskdef'"
        ),
        (
            "{taskdef: {entry: \"taskdef.{json,yaml}\"}}", "{cli: {entry: a.sh}}",
            ""
        ),
        (
            "expect: {lastStatus: {eq: RUNNING}}, order: [a, b], exit_codes: {a: 0}", "cluster: web",
            "lab.yaml:14:15: error: a 'run_task' check must expect something: expect, order or exit_codes"
        ),
        (
            "order: [a, b]", "order: [a]",
            "lab.yaml:14:86: error: 'order' needs the names of two containers or more, each once"
        ),
        (
            "order: [a, b]", "with: {count: 2}",
            "lab.yaml:14:85: error: 'with' cannot have 'count': that is the check's own"
        ),
        (
            "call: \"ecs:CreateCluster\"", "call: CreateCluster",
            "lab.yaml:7:12: error: 'call' must be a service and an operation, for instance ec2:StopInstances, not 'CreateCluster'"
        ),
    ]

    @Test(arguments: cases)
    func `a mistake is named and located`(old: String, new: String, expected: String) throws {
        #expect(Self.good.contains(old))
        #expect(LabDiagnosticTests.diagnostics(Self.good.replacing(old, with: new)).joined(separator: "|") == expected)
    }

    @Test func `a program is no document`() {
        let text = Self.good.replacing("{taskdef: {entry: \"taskdef.{json,yaml}\"}}", with: "{cli: {entry: a.sh}}")
            .replacing("schema: \"aws:ecs:RegisterTaskDefinition\"", with: "expect: {family: {eq: web}}")
        #expect(LabDiagnosticTests.diagnostics(text).first?.contains("needs 'schema' or another 'file'") == true)
    }

    // MARK: Documents

    @Test func `places of a document of JSON are those of its keys`() throws {
        let text = "{\n  \"a\\u0062\": {\"x\": [1,\n    {\"y~/\": \"}\"}]},\n  \"z\" : null\n}"
        let document = try LocatedDocument(Array(text.utf8), path: "a.json")
        #expect(document.value["z"] == .null)
        #expect(document.location(of: "/ab") == SourceLocation(line: 2, column: 3))
        #expect(document.location(of: "/ab/x/1/y~0~1") == SourceLocation(line: 3, column: 6))
        #expect(document.location(of: "/z") == SourceLocation(line: 4, column: 3))
        // What is not there is where it would be.
        #expect(document.location(of: "/z/more") == SourceLocation(line: 4, column: 3))
    }

    @Test func `a document of YAML is read as a lab is`() throws {
        let document = try LocatedDocument(Array("a:\n  - b: 1\n    c: \"on\"\n".utf8), path: "a.yaml")
        #expect(document.value == ["a": [["b": 1, "c": "on"]]])
        #expect(document.location(of: "/a/0/c") == SourceLocation(line: 3, column: 5))
        let doubt = #expect(throws: DocumentError.self) { try LocatedDocument(Array("a: on\n".utf8), path: "a.yml") }
        #expect(doubt?.location == SourceLocation(line: 1, column: 4))
        let alias = #expect(throws: DocumentError.self) {
            try LocatedDocument(Array("a: &x 1\nb: *x\n".utf8), path: "a.yml")
        }
        #expect(alias?.message == "YAML anchors and aliases are not allowed here: write the value out")
    }

    @Test func `what is no JSON is refused where it goes wrong`() {
        let error = #expect(throws: DocumentError.self) {
            try LocatedDocument(Array("{\n\"a\": 1,,\n}".utf8), path: "a.json")
        }
        #expect(error?.location == SourceLocation(line: 2, column: 8))
    }

    @Test func `no cut of a document traps`() {
        let text = Array("{\"a\": [1, {\"b\\\"\": \"c\"}], \"d\": {\"e\": true}}".utf8)
        var read = 0
        for end in text.indices where (try? LocatedDocument(Array(text[..<end]), path: "a.json")) != nil { read += 1 }
        for end in text.indices where (try? LocatedDocument(Array(text[..<end]), path: "a.yaml")) != nil { read += 1 }
        #expect(read < text.count)
    }
}
