package import ServiceModel

/// A revision of a task definition.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>
package struct TaskDefinition: ResourceRecord {
    package enum Status: String, Sendable {
        case active = "ACTIVE", inactive = "INACTIVE", deleting = "DELETE_IN_PROGRESS"
    }

    /// `family:revision`.
    package var id: String
    package var family: String
    package var revision: Int
    package var arn: String
    package var status = Status.active
    /// What was registered, in the members of the API's `TaskDefinition`, with AWS's defaults filled in.
    package var content: Fields
    package var networkMode: String
    package var compatibilities: [String]
    /// Task size in CPU units (1024 a core) and MiB; nil where the definition has none.
    package var cpu: Int?
    package var memory: Int?
    package var registered: Timestamp
    package var registeredBy: String
    package var deregistered: Timestamp?
    package var deleteRequested: Timestamp?
    package var tags: Tags

    package init(
        family: String, revision: Int, arn: String, content: Fields, networkMode: String, compatibilities: [String],
        cpu: Int?, memory: Int?, registered: Timestamp, registeredBy: String, tags: Tags
    ) {
        id = "\(family):\(revision)"
        self.family = family
        self.revision = revision
        self.arn = arn
        self.content = content
        self.networkMode = networkMode
        self.compatibilities = compatibilities
        self.cpu = cpu
        self.memory = memory
        self.registered = registered
        self.registeredBy = registeredBy
        self.tags = tags
    }

    /// The container definitions.
    package var containers: [Fields] { content["containerDefinitions"]?.elements?.compactMap(\.fields) ?? [] }

    /// Ports of containers, with the host's port where one is named.
    package var ports: [(container: String, port: Int, hostPort: Int, isUDP: Bool)] {
        containers.flatMap { container in
            (container["portMappings"]?.elements ?? []).compactMap { mapping in
                guard let port = mapping["containerPort"]?.number else { return nil }
                return (
                    container["name"]?.text ?? "", port, mapping["hostPort"]?.number ?? 0,
                    mapping["protocol"]?.text == "udp"
                )
            }
        }
    }

    /// CPU units that a task of it takes on a container instance.
    package var reservedCPU: Int { cpu ?? containers.reduce(0) { $0 + ($1["cpu"]?.number ?? 0) } }

    /// MiB that a task of it takes on a container instance.
    package var reservedMemory: Int {
        memory
            ?? containers.reduce(0) { $0 + ($1["memoryReservation"]?.number ?? $1["memory"]?.number ?? 0) }
    }
}
