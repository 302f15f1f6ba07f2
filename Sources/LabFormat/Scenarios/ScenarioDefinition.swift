package import JSONValue

/// A timeline in virtual time under a client's load, played on copies of the region, one for each cell of its matrix.
package struct ScenarioDefinition: Sendable {
    package struct Client: Sendable {
        /// The URL that is asked for, with the address of a load balancer or an instance.
        package var url: ExpressionTemplate
        package var requestsPerSecond: Double
    }

    package struct Step: Sendable {
        package enum Action: Sendable {
            /// Time passes.
            case run
            case fault(FaultDefinition)
            /// An API call, for instance `ec2:StopInstances`.
            case call(service: String, operation: String, parameters: JSON)
        }

        package var action: Action
        /// How much time passes; nil where none does. A fault with a duration ends after it; one without stays.
        package var seconds: Double?
        package var location: SourceLocation
    }

    package var id: String
    package var matrix: [(name: String, values: [String])]
    package var client: Client
    package var steps: [Step]
    package var location: SourceLocation

    /// The combinations of the matrix's values, the last name's changing fastest; one without names where there is no
    /// matrix.
    package var cells: [[(name: String, value: String)]] {
        matrix.reduce([[]]) { cells, axis in
            cells.flatMap { cell in axis.values.map { cell + [(axis.name, $0)] } }
        }
    }

    /// Virtual seconds from beginning to end.
    package var seconds: Double { steps.reduce(0) { $0 + ($1.seconds ?? 0) } }
}

/// What breaks, in the words of AWS Fault Injection Service where it has some.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html>
package struct FaultDefinition: Sendable {
    package enum Action: String, Sendable, CaseIterable {
        case zoneOutage = "az-outage"
        case stopInstances = "aws:ec2:stop-instances"
        case rebootInstances = "aws:ec2:reboot-instances"
        case terminateInstances = "aws:ec2:terminate-instances"
        case impairment = "instance-impairment"
        case stopTasks = "aws:ecs:stop-task"
        case disruption = "aws:network:disrupt-connectivity"
        case launchShortage = "aws:ec2:api-insufficient-instance-capacity-error"
        case groupShortage = "aws:ec2:asg-insufficient-instance-capacity-error"
        case throttle = "aws:fis:inject-api-throttle-error"
        case internalError = "aws:fis:inject-api-internal-error"
        case unavailable = "aws:fis:inject-api-unavailable-error"

        /// The keys that it needs and those that it may have beside `for`.
        var keys: (needed: [String], allowed: [String]) {
            switch self {
            case .zoneOutage: (["az"], [])
            case .stopInstances, .rebootInstances, .terminateInstances: (["instances"], [])
            case .impairment: (["instances"], ["check"])
            case .stopTasks: (["tasks"], [])
            case .disruption: (["subnets"], ["scope"])
            case .launchShortage, .groupShortage: (["az"], ["percent"])
            case .throttle, .internalError, .unavailable: (["service"], ["operations", "percent"])
            }
        }

        /// Whether it happens at once, so that it has no duration.
        var isInstant: Bool { [.rebootInstances, .terminateInstances, .stopTasks].contains(self) }
    }

    package var action: Action
    /// `az`, `instances`, `tasks`, `subnets` or `service`: what is struck, as one text or several.
    package var targets: [ExpressionTemplate]
    /// `operations`; empty for all.
    package var operations: [String]
    /// `check` or `scope`.
    package var variant: String?
    package var percent: Int
}
