import CloudState
import ScalingPolicies
import ServiceModel

/// Scalable targets.
///
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html>
enum TargetCalls {
    static let operations: [String: Handler] = [
        "DeregisterScalableTarget": .write(deregister),
        "DescribeScalableTargets": .read(describe),
        "RegisterScalableTarget": .write(register),
    ]

    /// The target that a call is about.
    static func target(_ resource: ScalableResource, _ context: CallContext) throws(ServiceError) -> ScalableTarget {
        guard let target = context.applicationScaling.targets[resource.id] else {
            throw ScalingError.notFound("No scalable target registered for \(resource.words)")
        }
        return target
    }

    static func register(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let resource = try ScalableResource(input)
        let known = context.applicationScaling.targets[resource.id]
        guard let minimum = input.integer("MinCapacity") ?? known?.minimum,
            let maximum = input.integer("MaxCapacity") ?? known?.maximum
        else {
            throw ScalingError.validation(
                "Both MinCapacity and MaxCapacity are required when a new scalable target is registered")
        }
        guard minimum >= 0, maximum >= 0 else {
            throw ScalingError.validation("Minimum and maximum capacity must be greater than or equal to 0")
        }
        guard minimum <= maximum else {
            throw ScalingError.validation("Maximum capacity cannot be less than minimum capacity")
        }
        try resource.check(context)
        var target: ScalableTarget
        if let known { target = known } else { target = try create(resource, minimum, maximum, input, &context) }
        target.minimum = minimum
        target.maximum = maximum
        if let suspended = input.structure("SuspendedState") {
            target.suspendsScaleIn = suspended.boolean("DynamicScalingInSuspended") ?? target.suspendsScaleIn
            target.suspendsScaleOut = suspended.boolean("DynamicScalingOutSuspended") ?? target.suspendsScaleOut
            target.suspendsSchedules = suspended.boolean("ScheduledScalingSuspended") ?? target.suspendsSchedules
        }
        if known != nil, !input.map("Tags").isEmpty {
            throw ScalingError.validation(
                "Tags cannot be specified when updating an existing scalable target. Use TagResource instead.")
        }
        context.applicationScaling.targets.insert(target)
        Scaling.settleSoon(target, &context)
        return Response(["ScalableTargetARN": .string(target.arn)])
    }

    private static func create(
        _ resource: ScalableResource, _ minimum: Int, _ maximum: Int, _ input: Input, _ context: inout CallContext
    ) throws(ServiceError) -> ScalableTarget {
        let kind = "\(context.region)/application-autoscaling/target"
        let id =
            IDGenerator.hexadecimal(context.world.ids.bits(kind))
            + IDGenerator.hexadecimal(context.world.ids.bits(kind))
        if context.iam.role(resource.linkedRole) == nil {
            _ = try context.call(
                "iam", "CreateServiceLinkedRole", ["AWSServiceName": .string(resource.linkedService)])
        }
        var target = ScalableTarget(
            arn: "arn:aws:application-autoscaling:\(context.region):\(context.accountID):scalable-target/0ec5\(id)",
            namespace: resource.namespace, resource: resource.resource, dimension: resource.dimension,
            minimum: minimum, maximum: maximum,
            role: "arn:aws:iam::\(context.accountID):role/aws-service-role/\(resource.linkedService)/"
                + resource.linkedRole, created: context.now)
        for (key, value) in input.map("Tags") { target.tags[key] = value }
        try TagCalls.check(target.tags)
        return target
    }

    /// Its policies with their alarms and its scheduled actions go with it.
    static func deregister(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let resource = try ScalableResource(input)
        guard let target = context.applicationScaling.targets[resource.id] else {
            throw ScalingError.notFound("No scalable target found for \(resource.words)")
        }
        for policy in context.applicationScaling.policies where policy.group == target.id {
            TrackingAlarms.delete(of: policy, &context)
            context.applicationScaling.policies.remove(policy.id)
        }
        for action in context.applicationScaling.scheduledActions where action.group == target.id {
            context.applicationScaling.scheduledActions.remove(action.id)
        }
        context.applicationScaling.targets.remove(target.id)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let namespace = input.string("ServiceNamespace")
        let dimension = input.string("ScalableDimension")
        let resources = Set(input.strings("ResourceIds"))
        let found = context.applicationScaling.targets.filter { target in
            target.namespace == namespace && (dimension == nil || target.dimension == dimension)
                && (resources.isEmpty || resources.contains(target.resource))
        }
        let page = try ScalingPaging.page(found, input)
        return Response([
            "ScalableTargets": .list(page.items) { target in
                [
                    "ServiceNamespace": .string(target.namespace), "ResourceId": .string(target.resource),
                    "ScalableDimension": .string(target.dimension), "MinCapacity": .integer(target.minimum),
                    "MaxCapacity": .integer(target.maximum), "RoleARN": .string(target.role),
                    "CreationTime": .timestamp(target.created), "ScalableTargetARN": .string(target.arn),
                    "SuspendedState": [
                        "DynamicScalingInSuspended": .boolean(target.suspendsScaleIn),
                        "DynamicScalingOutSuspended": .boolean(target.suspendsScaleOut),
                        "ScheduledScalingSuspended": .boolean(target.suspendsSchedules),
                    ],
                ]
            }, "NextToken": page.token,
        ])
    }
}

/// Tags of scalable targets.
///
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTagsForResource": .read(list), "TagResource": .write(tag), "UntagResource": .write(untag),
    ]

    static func check(_ tags: Tags) throws(ServiceError) {
        guard tags.count <= 50 else {
            throw ServiceError("TooManyTagsException", "A resource can have at most 50 tags.")
        }
        for tag in tags.tags where tag.key.isEmpty || tag.key.lowercased().hasPrefix("aws:") {
            throw ScalingError.validation("Keys that begin with aws: are reserved for AWS use.")
        }
    }

    private static func target(_ input: Input, _ context: CallContext) throws(ServiceError) -> ScalableTarget {
        let arn = input.string("ResourceARN") ?? ""
        guard let target = context.applicationScaling.targets.first(where: { $0.arn == arn }) else {
            throw ServiceError("ResourceNotFoundException", "The resource \(arn.prefix(256)) doesn't exist.")
        }
        return target
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try target(input, context).tags
        return Response(["Tags": .map(Fields(tags.tags.map { .init(name: $0.key, value: .string($0.value)) }))])
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var target = try target(input, context)
        for (key, value) in input.map("Tags") { target.tags[key] = value }
        try check(target.tags)
        context.applicationScaling.targets.insert(target)
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var target = try target(input, context)
        for key in input.strings("TagKeys") { target.tags[key] = nil }
        context.applicationScaling.targets.insert(target)
        return .empty
    }
}
