import CloudState
import ServiceModel

/// Capacity providers: AWS's two for Fargate, and Auto Scaling groups.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html>
enum CapacityProviderCalls {
    static let operations: [String: Handler] = [
        "CreateCapacityProvider": .write(create),
        "DeleteCapacityProvider": .write(delete),
        "DescribeCapacityProviders": .read(describe),
        "UpdateCapacityProvider": .write(update),
    ]

    static let fargate = ["FARGATE", "FARGATE_SPOT"]

    static func isKnown(_ name: String, _ context: CallContext) -> Bool {
        fargate.contains(name) || context.ecs.capacityProviders[CallContext.lastPart(name)]?.status == "ACTIVE"
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("name") ?? ""
        let lower = name.lowercased()
        guard Names.isValid(name), !["aws", "ecs", "fargate"].contains(where: lower.hasPrefix) else {
            throw ECSError.parameter(
                "The specified capacity provider name is invalid. Up to 255 characters are allowed. This includes letters (both upper and lowercase letters), numbers, underscores (_), and hyphens (-). The name can't be prefixed with \"aws\", \"ecs\", or \"fargate\". Specify a valid name and try again."
            )
        }
        guard let group = input.structure("autoScalingGroupProvider") else {
            throw ECSError.notEmulated("A capacity provider without an Auto Scaling group")
        }
        guard context.ecs.capacityProviders[name] == nil else {
            throw ECSError.client(
                "The specified capacity provider already exists. To change the configuration of an existing capacity provider, update the capacity provider."
            )
        }
        let arn = group.string("autoScalingGroupArn") ?? ""
        let groupName = arn.components(after: "autoScalingGroupName/")
        let found = try context.call(
            "autoscaling", "DescribeAutoScalingGroups", ["AutoScalingGroupNames": [.string(groupName)]])
        guard let real = found["AutoScalingGroups"]?.elements?.first else {
            throw ECSError.client(
                "The specified Auto Scaling group ARN isn't valid. Specify a valid ARN and try again.")
        }
        let realARN = real["AutoScalingGroupARN"] ?? .string(arn)
        guard !context.ecs.capacityProviders.contains(where: { $0.group["autoScalingGroupArn"] == realARN }) else {
            throw ECSError.client(
                "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again."
            )
        }
        var fields = group.fields
        fields["autoScalingGroupArn"] = realARN
        fields["managedScaling"] = try managedScaling(nil, group.structure("managedScaling"))
        if fields["managedTerminationProtection"] == nil { fields["managedTerminationProtection"] = "DISABLED" }
        if fields["managedDraining"] == nil { fields["managedDraining"] = "ENABLED" }
        let provider = CapacityProvider(
            name: name, arn: context.ecsARN("capacity-provider/\(name)"), group: .structure(fields),
            tags: try ECSTags.read(input))
        context.ecs.capacityProviders.insert(provider)
        return Response(["capacityProvider": view(provider)])
    }

    private static func managedScaling(_ old: Value?, _ input: Input?) throws(ServiceError) -> Value {
        var fields =
            old?.fields
            ?? Fields([
                .init(name: "status", value: "DISABLED"), .init(name: "targetCapacity", value: 100),
                .init(name: "minimumScalingStepSize", value: 1), .init(name: "maximumScalingStepSize", value: 10000),
                .init(name: "instanceWarmupPeriod", value: 300),
            ])
        for field in input?.fields.fields ?? [] { fields[field.name] = field.value }
        guard (fields["minimumScalingStepSize"]?.number ?? 1) <= fields["maximumScalingStepSize"]?.number ?? 10000
        else {
            throw ECSError.parameter("The minimum or maximum scaling step size value is invalid.")
        }
        return .structure(fields)
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard var provider = context.ecs.capacityProviders[CallContext.lastPart(input.string("name") ?? "")] else {
            throw ECSError.client("The specified capacity provider was not found.")
        }
        if let change = input.structure("autoScalingGroupProvider"), var fields = provider.group.fields {
            for field in change.fields.fields where field.name != "managedScaling" {
                fields[field.name] = field.value
            }
            if let scaling = change.structure("managedScaling") {
                fields["managedScaling"] = try managedScaling(fields["managedScaling"], scaling)
            }
            // From the first update on it is shown with the provider: clients wait for it.
            fields["updateStatus"] = "UPDATE_COMPLETE"
            provider.group = .structure(fields)
        }
        context.ecs.capacityProviders.insert(provider)
        return Response(["capacityProvider": view(provider)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = CallContext.lastPart(input.string("capacityProvider") ?? "")
        guard !fargate.contains(name) else {
            throw ECSError.parameter(
                "The specified capacity provider is an Amazon ECS managed one and cannot be deleted.")
        }
        guard var provider = context.ecs.capacityProviders[name] else {
            throw ECSError.client("The specified capacity provider was not found.")
        }
        guard !context.ecs.clusters.contains(where: { $0.status == "ACTIVE" && $0.capacityProviders.contains(name) })
        else {
            throw ECSError.client(
                "The capacity provider is in use by a cluster. Remove it from the cluster first, and try again.")
        }
        context.ecs.capacityProviders.remove(name)
        provider.status = "INACTIVE"
        return Response(["capacityProvider": view(provider, updateStatus: "DELETE_COMPLETE")])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let own = Dictionary(context.ecs.capacityProviders.map { ($0.id, view($0)) }) { first, _ in first }
        func provider(_ name: String) -> Value? {
            guard fargate.contains(name) else { return own[name] }
            return [
                "capacityProviderArn": .string(context.ecsARN("capacity-provider/\(name)")), "name": .string(name),
                "status": "ACTIVE", "tags": [],
            ]
        }
        guard input.has("capacityProviders") else {
            let all = fargate + context.ecs.capacityProviders.map(\.id)
            return Response(["capacityProviders": .list(all.compactMap(provider)), "failures": []])
        }
        let names = input.strings("capacityProviders").map(CallContext.lastPart)
        let missing = names.filter { provider($0) == nil }
        return Response([
            "capacityProviders": .list(names.compactMap(provider)),
            "failures": .list(missing) {
                ["arn": .string(context.ecsARN("capacity-provider/\($0)")), "reason": "MISSING"]
            },
        ])
    }

    private static func view(_ provider: CapacityProvider, updateStatus: String? = nil) -> Value {
        var group = provider.group.fields ?? Fields()
        let kept = group["updateStatus"]?.text
        group["updateStatus"] = nil
        return [
            "capacityProviderArn": .string(provider.arn), "name": .string(provider.id),
            "status": .string(provider.status), "autoScalingGroupProvider": .structure(group),
            "updateStatus": .optional(updateStatus ?? kept), "tags": ECSTags.view(provider.tags),
        ]
    }
}

extension String {
    /// What comes after a mark; all of it where the mark is not there.
    fileprivate func components(after mark: String) -> String {
        guard let range = firstRange(of: mark) else { return self }
        return String(self[range.upperBound...])
    }
}

/// Capacity provider strategies.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html>
enum Strategy {
    static func check(_ strategy: [Value], in cluster: ContainerCluster) throws(ServiceError) {
        var bases = 0
        var names: [String] = []
        for item in strategy {
            let name = item["capacityProvider"]?.text ?? ""
            guard cluster.capacityProviders.contains(name) else {
                throw ECSError.parameter(
                    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again."
                )
            }
            names.append(name)
            if (item["base"]?.number ?? 0) > 0 { bases += 1 }
            guard (0...1000).contains(item["weight"]?.number ?? 0) else {
                throw ECSError.parameter("The weight of a capacity provider must be between 0 and 1000.")
            }
        }
        guard Set(names).count == names.count else {
            throw ECSError.parameter("A capacity provider may be named once in a strategy.")
        }
        guard strategy.isEmpty || strategy.count == 1 || strategy.contains(where: { ($0["weight"]?.number ?? 0) > 0 })
        else {
            throw ECSError.parameter(
                "There are no capacity providers in the capacity provider strategy with a weight value greater than zero. Specify a weight value greater than zero and try again."
            )
        }
        guard bases <= 1 else {
            throw ECSError.parameter("Only one capacity provider in a strategy can have a base defined.")
        }
        let mixes = Set(names.map(CapacityProviderCalls.fargate.contains))
        guard mixes.count <= 1 else {
            throw ECSError.parameter(
                "The specified capacity provider strategy is invalid. A strategy can't contain both Auto Scaling group and Fargate capacity providers."
            )
        }
    }

    /// The provider of the next task: first the base, then by weights.
    static func next(_ strategy: [Value], counts: [String: Int]) -> String? {
        for item in strategy {
            let name = item["capacityProvider"]?.text ?? ""
            if counts[name, default: 0] < item["base"]?.number ?? 0 { return name }
        }
        func share(_ item: Value) -> Double {
            let base = item["base"]?.number ?? 0
            let weight = item["weight"]?.number ?? 0
            let count = counts[item["capacityProvider"]?.text ?? "", default: 0] - base
            return weight == 0 ? .infinity : Double(count + 1) / Double(weight)
        }
        let best = strategy.min { share($0) < share($1) }
        return best.flatMap { share($0).isFinite || strategy.count == 1 ? $0["capacityProvider"]?.text : nil }
    }
}
