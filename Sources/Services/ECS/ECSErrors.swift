import CloudState
import ServiceModel

/// ECS's errors.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html>
enum ECSError {
    static func client(_ message: String) -> ServiceError { ServiceError("ClientException", message) }
    static func parameter(_ message: String) -> ServiceError { ServiceError("InvalidParameterException", message) }
    static let noCluster = ServiceError("ClusterNotFoundException", "Cluster not found.")
    static let noService = ServiceError("ServiceNotFoundException", "Service not found.")
    static let inactiveService = ServiceError("ServiceNotActiveException", "Service was not ACTIVE.")
    static let noTask = parameter("The referenced task was not found.")
    static let noDefinition = client("TaskDefinition not found.")

    static func notEmulated(_ what: String) -> ServiceError {
        ServiceError("ClientException", "\(what) is not emulated here.", isNotEmulated: true)
    }
}

extension CallContext {
    func ecsARN(_ resource: String) -> String { "arn:aws:ecs:\(region):\(accountID):\(resource)" }

    /// An active cluster, by its name or ARN; `default` where none is named.
    func cluster(_ text: String?) throws(ServiceError) -> ContainerCluster {
        // An ARN is one of this region's and this account's, or of no cluster here.
        let isElsewhere = text.map { $0.hasPrefix("arn:") && $0 != ecsARN("cluster/\(Self.lastPart($0))") } ?? false
        guard !isElsewhere, let cluster = ecs.clusters[Self.lastPart(text ?? "default")], cluster.status == "ACTIVE"
        else {
            throw ECSError.noCluster
        }
        return cluster
    }

    /// A service that is not gone, by its name or ARN.
    func service(_ text: String?, in cluster: ContainerCluster) throws(ServiceError) -> ContainerService {
        guard let service = ecs.services["\(cluster.id)/\(Self.lastPart(text ?? ""))"] else {
            throw ECSError.noService
        }
        return service
    }

    /// A revision, by `family`, `family:revision` or ARN; of a family its newest active one.
    func definition(_ text: String?) -> TaskDefinition? {
        let name = Self.lastPart(text ?? "")
        if let exact = ecs.taskDefinitions[name] { return exact }
        guard !name.contains(":"), let last = ecs.lastRevisions[name] else { return nil }
        for revision in stride(from: last, to: 0, by: -1) {
            if let found = ecs.taskDefinitions["\(name):\(revision)"], found.status == .active { return found }
        }
        return nil
    }

    /// A definition that tasks can be started of.
    func activeDefinition(_ text: String?) throws(ServiceError) -> TaskDefinition {
        guard let definition = definition(text) else { throw ECSError.noDefinition }
        guard definition.status == .active else { throw ECSError.client("TaskDefinition is inactive") }
        return definition
    }

    /// 32 digits, as ids of tasks and container instances.
    mutating func newECSID(_ kind: String) -> String {
        let kind = "\(region)/ecs/\(kind)"
        return IDGenerator.hexadecimal(world.ids.bits(kind)) + IDGenerator.hexadecimal(world.ids.bits(kind))
    }

    /// 19 decimal digits, as ids of deployments.
    mutating func newECSNumber(_ kind: String) -> String {
        let number = world.ids.bits("\(region)/ecs/\(kind)") % 9_000_000_000_000_000_000 + 1_000_000_000_000_000_000
        return String(number)
    }

    /// What comes after the last slash, or after the last colon of an ARN without one.
    static func lastPart(_ text: String) -> String {
        guard text.hasPrefix("arn:") else { return text }
        return text.split(separator: "/").last.map(String.init) ?? text
    }
}

/// Tags as ECS writes them: lists of `key` and `value`.
enum ECSTags {
    /// - Throws: where there are too many of them, or AWS's own.
    static func read(_ input: Input, _ member: String = "tags") throws(ServiceError) -> Tags {
        let tags = Tags(
            input.structures(member).map { (key: $0.string("key") ?? "", value: $0.string("value") ?? "") })
        try check(tags)
        return tags
    }

    static func check(_ tags: Tags) throws(ServiceError) {
        guard tags.count <= 50 else {
            throw ECSError.parameter("Tags can not have more than 50 elements.")
        }
        for tag in tags.tags where tag.key.lowercased().hasPrefix("aws:") {
            throw ECSError.parameter(
                "Some tags contain invalid parameters: keys that begin with aws: are reserved for AWS use.")
        }
    }

    static func view(_ tags: Tags) -> Value {
        .list(tags.tags) { ["key": .string($0.key), "value": .string($0.value)] }
    }
}

/// Pages of lists of ARNs.
enum ECSPaging {
    private static let tokens = OffsetToken("ecs:")

    /// - Parameter size: how many a page has where the call does not say.
    static func page(
        _ items: [String], _ input: Input, size: Int = 100
    ) throws(ServiceError) -> (items: Value, token: Value?) {
        guard let start = tokens.offset(input.string("nextToken")) else { throw ECSError.parameter("Invalid token") }
        let size = input.integer("maxResults") ?? size
        guard (1...100).contains(size) else {
            throw ECSError.parameter("maxResults must be between 1 and 100.")
        }
        let page = tokens.page(of: items, from: start, size: size)
        return (.strings(page.items), page.token)
    }
}
