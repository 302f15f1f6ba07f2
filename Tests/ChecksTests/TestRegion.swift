import Checks
import GradeModel
import JSONValue
import LabFormat
import LoadBalancing
import Reachability
import Testing

/// A region that consists of what a test puts into it.
struct TestRegion: CheckContext {
    struct UnknownSelector: Error, CustomStringConvertible {
        var description: String { "no such selector" }
    }

    var resources: [String: [JSON]] = [:]
    var params: [String: JSON] { [:] }

    func select(_ selector: String) throws -> [JSON] {
        guard let found = resources[selector] else { throw UnknownSelector() }
        return found
    }

    // A region without a network.

    func endpoints(of resource: JSON, selector: String) throws -> [ReachabilityEndpoint] { throw UnknownSelector() }

    func analyze(_ query: ReachabilityQuery) throws -> PathAnalysis { throw UnknownSelector() }

    func get(_ url: ExpressionTemplate, times: Int) throws -> Fetched { throw UnknownSelector() }

    func play(_ scenario: String) throws -> [PlayedCell] { throw UnknownSelector() }

    var document = ReadDocument(name: "taskdef.json", value: .null)
    var task = TaskOutcome()

    func document(_ source: DocumentCheck.Source, _ schema: DocumentCheck.Schema?) throws -> ReadDocument { document }

    func runTask(_ run: RunTaskCheck.Run) throws -> TaskOutcome { task }

    /// A function that answers with its event, and fails where the event is none.
    func invoke(_ function: String, qualifier: String?, event: JSON) throws -> InvokedFunction {
        guard function == "echo" else { return InvokedFunction(payload: .null, problem: "Function not found") }
        guard event != .null else { return InvokedFunction(payload: .null, failure: ("ValueError", "no event")) }
        return InvokedFunction(payload: event)
    }

    /// Instances as DescribeInstances shows them, with their tags as a mapping.
    static func instances(_ items: [(zone: String, state: String, tags: JSONObject)]) -> TestRegion {
        let records = items.enumerated().map { index, item -> JSON in
            [
                "InstanceId": .string("i-\(index + 1)"), "State": ["Name": .string(item.state)],
                "Placement": ["AvailabilityZone": .string(item.zone)], "Tags": .object(item.tags),
            ]
        }
        return TestRegion(resources: ["ec2:instance": records])
    }
}

/// Grades with checks written in YAML; each is worth 10 points unless it says so.
func grade(_ checks: String, points: Int = 10, _ region: TestRegion, attempt: Int = 1) throws -> [CheckResult] {
    let indented = checks.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(
        separator: "\n")
    let text = """
        lab: v1
        id: test
        title: Test
        points: \(points)
        interfaces: {cli: {entry: solution.sh}}
        checks:
        \(indented)
        """
    let lab = try LoadedLab.parse(Array(text.utf8)).lab
    return CheckRunner(lab: lab, attempt: attempt).run(in: region)
}

/// Grades with one `state` check.
func gradeState(_ state: String, _ region: TestRegion, _ more: String = "") throws -> CheckResult {
    let results = try grade("- {id: one, points: 10, state: \(state)\(more.isEmpty ? "" : ", \(more)")}", region)
    return try #require(results.first)
}
