import CloudState
import ServiceModel

/// What a task is to be started with.
struct TaskPlan {
    let definition: TaskDefinition
    let group: String
    var launchType = "EC2"
    var capacityProvider: String?
    var platformVersion: String?
    var network: Network?
    var overrides: Value = ["containerOverrides": [], "inferenceAcceleratorOverrides": []]
    var startedBy: String?
    var tags = Tags()
    var enablesExecute = false
    var constraints: [Fields] = []
    var strategy: [Fields] = []
    /// Container instances that it may be placed on; nil for any.
    var instances: [String]?
    var serviceID: String?
    var deploymentID: String?

    init(definition: TaskDefinition, group: String) {
        self.definition = definition
        self.group = group
    }

    /// Decides where it runs, and holds the definition and the network against that.
    mutating func settle(
        launchType: String?, strategy: [Value], _ context: CallContext
    ) throws(ServiceError) {
        if let first = strategy.first?["capacityProvider"]?.text {
            self.launchType = CapacityProviderCalls.fargate.contains(first) ? "FARGATE" : "EC2"
        } else {
            self.launchType = launchType ?? "EC2"
        }
        guard self.launchType != "EXTERNAL" else { throw ECSError.notEmulated("The launch type EXTERNAL") }
        if self.launchType == "FARGATE" {
            guard definition.compatibilities.contains("FARGATE") else {
                throw ECSError.parameter("Task definition does not support launch_type FARGATE.")
            }
            guard constraints.isEmpty else {
                throw ECSError.parameter("Placement constraints are not supported with FARGATE launch type.")
            }
            guard self.strategy.isEmpty else {
                throw ECSError.parameter("Placement strategies are not supported with FARGATE launch type.")
            }
            let version = platformVersion ?? "LATEST"
            guard ["LATEST", "1.4.0", "1.3.0"].contains(version) else {
                throw ServiceError("PlatformUnknownException", "The specified platform does not exist.")
            }
            guard version != "1.3.0" || !definition.needsNewPlatform else {
                throw ServiceError(
                    "PlatformTaskDefinitionIncompatibilityException",
                    "One or more of the requested capabilities are not supported.")
            }
            platformVersion = FargateRules.version(version)
            try FargateRules.check(
                overrides, cpu: definition.content["cpu"]?.text, memory: definition.content["memory"]?.text)
        } else if platformVersion != nil {
            throw ECSError.parameter("The platform version must be null when specifying an EC2 launch type.")
        }
        try checkNetwork()
    }

    func checkNetwork() throws(ServiceError) {
        let isVPC = definition.networkMode == "awsvpc"
        if isVPC, network == nil {
            throw ECSError.parameter(
                "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
        }
        if !isVPC, network != nil {
            throw ECSError.parameter(
                "Network Configuration is not valid for the given networkMode of this task definition.")
        }
        if launchType == "EC2", network?.assignsPublicAddress ?? false {
            throw ECSError.parameter("Assign public IP is not supported for this launch type.")
        }
    }
}

extension TaskDefinition {
    /// Whether it has what Fargate's platform 1.3.0 has not: file systems of EFS, and a size of its own for what is ephemeral.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html>
    fileprivate var needsNewPlatform: Bool {
        content["ephemeralStorage"] != nil
            || content["volumes"]?.elements?.contains { $0["efsVolumeConfiguration"] != nil } ?? false
    }
}

/// Where the interfaces of tasks are to be.
struct Network {
    var subnetIDs: [String]
    var groupIDs: [String]
    var assignsPublicAddress: Bool

    /// - Throws: where a subnet or security group is not there, or they are in several VPCs.
    static func read(_ input: Input?, _ context: inout CallContext) throws(ServiceError) -> Network? {
        guard let vpc = input?.structure("awsvpcConfiguration") else { return nil }
        return try read(
            subnets: vpc.strings("subnets"), groups: vpc.strings("securityGroups"),
            isPublic: vpc.string("assignPublicIp") == "ENABLED", &context)
    }

    /// As `read`, of what was kept of a request.
    static func read(_ value: Value?, _ context: inout CallContext) throws(ServiceError) -> Network? {
        guard let vpc = value?["awsvpcConfiguration"] else { return nil }
        return try read(
            subnets: vpc["subnets"]?.elements?.compactMap(\.text) ?? [],
            groups: vpc["securityGroups"]?.elements?.compactMap(\.text) ?? [],
            isPublic: vpc["assignPublicIp"]?.text == "ENABLED", &context)
    }

    private static func read(
        subnets: [String], groups: [String], isPublic: Bool, _ context: inout CallContext
    ) throws(ServiceError) -> Network {
        guard !subnets.isEmpty else { throw ECSError.parameter("subnets can not be empty.") }
        guard subnets.count <= 16 else { throw ECSError.parameter("subnets can have at most 16 items.") }
        guard groups.count <= 5 else { throw ECSError.parameter("securityGroups can have at most 5 items.") }
        var vpcs: Set<String> = []
        for id in subnets {
            guard let subnet = context.ec2.subnets[id] else {
                throw ECSError.parameter(
                    "Error retrieving subnet information for [\(id.prefix(64))]: The subnet ID '\(id.prefix(64))' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
                )
            }
            vpcs.insert(subnet.vpcID)
        }
        guard vpcs.count == 1, let vpcID = vpcs.first else {
            throw ECSError.parameter("The specified subnets do not belong to the same VPC.")
        }
        for id in groups {
            guard let group = context.ec2.securityGroups[id] else {
                throw ECSError.parameter(
                    "Error retrieving security group information for [\(id.prefix(64))]: The security group '\(id.prefix(64))' does not exist (ErrorCode: InvalidGroup.NotFound)"
                )
            }
            guard group.vpcID == vpcID else {
                throw ECSError.parameter("The security group '\(id)' does not belong to the VPC of the subnets.")
            }
        }
        let own =
            groups.isEmpty
            ? context.ec2.securityGroups.filter { $0.vpcID == vpcID && $0.name == "default" }.map(\.id) : groups
        return Network(subnetIDs: subnets, groupIDs: own, assignsPublicAddress: isPublic)
    }
}

/// Overrides of a definition for one task.
enum Overrides {
    static func read(_ input: Input?, _ definition: TaskDefinition) throws(ServiceError) -> Value {
        guard let input else { return ["containerOverrides": [], "inferenceAcceleratorOverrides": []] }
        let names = definition.containers.compactMap { $0["name"]?.text }
        for override in input.structures("containerOverrides") {
            let name = override.string("name") ?? ""
            guard names.contains(name) else {
                throw ECSError.parameter(
                    "Override for container named \(name.prefix(255)) is not a container in the TaskDefinition.")
            }
        }
        var fields = input.fields
        for name in ["containerOverrides", "inferenceAcceleratorOverrides"] where fields[name] == nil {
            fields[name] = []
        }
        return .structure(fields)
    }
}

/// Launch types and strategies of requests.
enum Launch {
    /// The strategy that holds: the request's, or the cluster's where the request names neither that nor a launch type.
    static func strategy(
        _ wanted: [Value]?, launchType: String?, in cluster: ContainerCluster
    ) throws(ServiceError) -> [Value] {
        guard let wanted, !wanted.isEmpty else { return launchType == nil ? cluster.defaultStrategy : [] }
        guard launchType == nil else {
            throw ECSError.parameter(
                "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
            )
        }
        try Strategy.check(wanted, in: cluster)
        return wanted
    }
}
