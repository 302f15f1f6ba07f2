package import JSONValue
package import LabFormat
package import LoadBalancing
package import Reachability
package import Scenarios

/// What checks may look at: the region after the run, read-only.
package protocol CheckContext {
    /// The resources that a selector such as `ec2:instance` names, in a fixed order, each as the service's own describe
    /// operation shows it, with tag lists turned into mappings. Throws for a selector that does not exist: that is the
    /// lab's mistake or ours, and never the student's.
    func select(_ selector: String) throws -> [JSON]

    /// What to call a resource in front of a student, for instance `i-0123456789abcdef0`; nil where it has no name.
    func identifier(of resource: JSON, selector: String) -> String?

    /// The submission's variant parameters.
    var params: [String: JSON] { get }

    /// The ends of connections that a resource stands for: of a load balancer its nodes. Empty where it has none.
    func endpoints(of resource: JSON, selector: String) throws -> [ReachabilityEndpoint]

    /// Whether a connection can be opened, and why.
    func analyze(_ query: ReachabilityQuery) throws -> PathAnalysis

    /// What a client on the internet gets.
    func get(_ url: ExpressionTemplate, times: Int) throws -> Fetched

    /// What a function answers to an event.
    func invoke(_ function: String, qualifier: String?, event: JSON) throws -> InvokedFunction

    /// A document of the submission, held against what an operation takes.
    func document(_ source: DocumentCheck.Source, _ schema: DocumentCheck.Schema?) throws -> ReadDocument

    /// What becomes of a task.
    func runTask(_ run: RunTaskCheck.Run) throws -> TaskOutcome

    /// Plays a scenario of the lab's on copies of the region, one for each cell.
    func play(_ scenario: String) throws -> [PlayedCell]
}

/// What came of asking for a URL.
package struct Fetched: Sendable {
    /// The URL with everything filled in.
    package var url: String
    /// Why nothing was asked: the URL has no host because what it names is not there.
    package var problem: String?
    package var answers: [RoutedRequest]

    package init(url: String, problem: String? = nil, answers: [RoutedRequest] = []) {
        self.url = url
        self.problem = problem
        self.answers = answers
    }
}

/// One cell of a scenario that was played.
package struct PlayedCell {
    /// The cell's values, for instance `az=us-east-1a`; empty where there is no matrix.
    package var name: String
    /// Why it could not be played: there was nothing to send requests to.
    package var problem: String?
    /// Nil where it could not be played.
    package var evidence: ScenarioEvidence?
    /// The region as it was in the end.
    package var region: any CheckContext

    package init(name: String, problem: String? = nil, evidence: ScenarioEvidence? = nil, region: any CheckContext) {
        self.name = name
        self.problem = problem
        self.evidence = evidence
        self.region = region
    }
}

extension CheckContext {
    /// The first of the members that AWS's naming suggests: for `ec2:security-group` `SecurityGroupId`, `GroupId`, then the
    /// same with `Arn` and `Name`, with a capital or a small first letter.
    package func identifier(of resource: JSON, selector: String) -> String? {
        guard let name = selector.split(separator: ":").last else { return nil }
        let words = name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        for ending in ["Id", "Arn", "Name"] {
            for start in words.indices {
                let key = words[start...].joined() + ending
                let lowered = key.prefix(1).lowercased() + key.dropFirst()
                if let value = resource[key]?.stringValue ?? resource[lowered]?.stringValue { return value }
            }
        }
        return nil
    }
}
