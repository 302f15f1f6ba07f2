import Checks
import CloudState
import EmulatorCore
import JSONValue
import LabFormat
import LoadBalancing
import Reachability
import Scenarios
import ServiceModel

/// What checks see of a region: as it is after the run, or as a scenario leaves it. Each kind of resource is looked up
/// once.
final class RegionEvidence: CheckContext {
    let world: World
    let region: String
    let caller: Caller
    private let scenarios: [ScenarioDefinition]
    private let probes: Probes
    private let analyzer: PathAnalyzer
    private var known: [String: [JSON]] = [:]
    private var played: [String: [PlayedCell]] = [:]
    let params: [String: JSON] = [:]

    /// What was tried out before the checks are evaluated, and what was handed in.
    struct Probes {
        var invocations = Invocations()
        var tasks = TaskRuns()
        var documents: SubmittedDocuments?
    }

    init(
        _ world: World, region: String, caller: Caller, scenarios: [ScenarioDefinition],
        probes: Probes = Probes()
    ) {
        self.world = world
        self.region = region
        self.caller = caller
        self.scenarios = scenarios
        self.probes = probes
        analyzer = PathAnalyzer(world, region: region)
    }

    func select(_ selector: String) throws -> [JSON] {
        if let resources = known[selector] { return resources }
        guard let kind = ResourceSelector.named(selector) else {
            let names = ResourceSelector.all.map(\.name).joined(separator: ", ")
            throw GradingError("there are no resources '\(selector)'; the emulator has \(names)")
        }
        let resources = try world.resources(kind, region: region, caller: caller)
        known[selector] = resources
        return resources
    }

    /// All that can be selected, as one text: what the state digest is made of.
    func everything() throws -> String {
        var object = JSONObject()
        for selector in ResourceSelector.all { object[selector.name] = .array(try select(selector.name)) }
        return JSON.object(object).serializedString([.sortedKeys])
    }

    // MARK: The network

    func endpoints(of resource: JSON, selector: String) throws -> [ReachabilityEndpoint] {
        switch selector {
        case "ec2:instance": return resource["InstanceId"]?.stringValue.map { [.instance(id: $0)] } ?? []
        case "ec2:network-interface":
            return resource["NetworkInterfaceId"]?.stringValue.map { [.interface(id: $0)] } ?? []
        case "ec2:internet-gateway":
            return resource["InternetGatewayId"]?.stringValue.map { [.internetGateway(id: $0)] } ?? []
        case "elbv2:load-balancer":
            let arn = resource["LoadBalancerArn"]?.stringValue ?? ""
            let balancer = world.regions.first { $0.name == region }?.elb.loadBalancers[arn]
            return balancer?.zones.map { .interface(id: $0.interfaceID) } ?? []
        default:
            throw GradingError(
                "'\(selector)' is no end of a connection; ec2:instance, ec2:network-interface, ec2:internet-gateway and elbv2:load-balancer are"
            )
        }
    }

    func analyze(_ query: ReachabilityQuery) throws -> PathAnalysis { analyzer.analyze(query) }

    func get(_ url: ExpressionTemplate, times: Int) throws -> Fetched {
        let address = try ScenarioAddress(url, StateDocument(self).document(for: [url]))
        guard let parsed = address.url else { return Fetched(url: address.text, problem: address.problem) }
        var plan = ClientPlan(parsed, world, region: region)
        return Fetched(url: address.text, answers: (0..<times).map { _ in plan.next() })
    }

    func invoke(_ function: String, qualifier: String?, event: JSON) throws -> InvokedFunction {
        guard let result = probes.invocations.result(function, qualifier, event) else {
            throw GradingError("the event was not sent")
        }
        return result
    }

    func document(_ source: DocumentCheck.Source, _ schema: DocumentCheck.Schema?) throws -> ReadDocument {
        guard let documents = probes.documents else { throw GradingError("there is no submission here") }
        return try documents.read(source, schema)
    }

    func runTask(_ run: RunTaskCheck.Run) throws -> TaskOutcome {
        guard let outcome = probes.tasks.outcome(run) else { throw GradingError("the task was not run") }
        return outcome
    }

    // MARK: Scenarios

    func play(_ scenario: String) throws -> [PlayedCell] {
        if let cells = played[scenario] { return cells }
        guard let definition = scenarios.first(where: { $0.id == scenario }) else {
            throw GradingError("there is no scenario '\(scenario)'")
        }
        let cells = try definition.cells.map { try play(definition, cell: $0) }
        played[scenario] = cells
        return cells
    }

    private func play(_ scenario: ScenarioDefinition, cell: [(name: String, value: String)]) throws -> PlayedCell {
        let name = cell.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        let document = try StateDocument(self, matrix: cell).document(for: [scenario.client.url])
        let address = try ScenarioAddress(scenario.client.url, document)
        guard let url = address.url else { return PlayedCell(name: name, problem: address.problem, region: self) }
        let steps = scenario.steps.map { ScenarioStep($0, cell: cell, region: region, caller: caller) }
        let evidence = try ScenarioPlayer.play(
            steps, on: world, region: region, url: url, requestsPerSecond: scenario.client.requestsPerSecond)
        return PlayedCell(
            name: name, evidence: evidence,
            region: RegionEvidence(evidence.world, region: region, caller: caller, scenarios: []))
    }
}

/// The address that a client's template gives, or why it gives none.
struct ScenarioAddress {
    let text: String
    let url: ClientURL?
    let problem: String

    init(_ template: ExpressionTemplate, _ document: JSON) throws {
        text = try template.value(in: document).stringValue ?? ""
        let isFilled = template.isFilled(in: document)
        let parsed = isFilled ? ClientURL(text) : nil
        url = parsed.flatMap { $0.host.isEmpty ? nil : $0 }
        problem = isFilled ? "'\(text)' is no URL" : "what '\(template.source)' names is not there"
    }
}

/// What `${…}` is evaluated on: `state` with the resources by selector (`elbv2_load_balancer` for `elbv2:load-balancer`),
/// and `matrix` with the cell's values.
struct StateDocument {
    private let evidence: RegionEvidence
    private let matrix: [(name: String, value: String)]

    init(_ evidence: RegionEvidence, matrix: [(name: String, value: String)] = []) {
        self.evidence = evidence
        self.matrix = matrix
    }

    /// The document for some templates: only what they mention is looked up.
    func document(for templates: [ExpressionTemplate]) throws -> JSON {
        var state = JSONObject()
        for selector in ResourceSelector.all {
            let name = String(selector.name.map { $0 == ":" || $0 == "-" ? "_" : $0 })
            guard templates.contains(where: { $0.mentions(name) }) else { continue }
            state.set(name, to: .array(try evidence.select(selector.name)))
        }
        var cell = JSONObject()
        for value in matrix { cell.set(value.name, to: .string(value.value)) }
        var document = JSONObject()
        document.set("state", to: .object(state))
        document.set("matrix", to: .object(cell))
        return .object(document)
    }
}
