import CloudState
import ScalingPolicies
import ServiceModel

/// Scaling policies.
///
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html>
enum PolicyCalls {
    static let operations: [String: Handler] = [
        "DeleteScalingPolicy": .write(delete),
        "DescribeScalingPolicies": .read(describe),
        "PutScalingPolicy": .write(put),
    ]

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let resource = try ScalableResource(input)
        let target = try TargetCalls.target(resource, context)
        let name = input.string("PolicyName") ?? ""
        let known = context.applicationScaling.policies["\(target.id)/\(name)"]
        let kind = input.string("PolicyType").flatMap(ScalingPolicy.Kind.init) ?? known?.kind ?? .step
        let unique = context.world.ids.uuid("\(context.region)/application-autoscaling/policy")
        var policy = ScalingPolicy(
            group: target.id, name: name,
            arn: known?.arn
                ?? "arn:aws:autoscaling:\(context.region):\(context.accountID):scalingPolicy:\(unique):"
                + "resource/\(target.namespace)/\(target.resource):policyName/\(name)", kind: kind)
        policy.created = known?.created ?? context.now
        if let known, known.kind != kind {
            TrackingAlarms.delete(of: known, &context)
        } else {
            policy.alarms = known?.alarms ?? []
        }
        switch kind {
        case .targetTracking:
            try readTracking(input, resource, &policy)
            let tracked = policy.configuration.flatMap(Self.specification)
            let others = context.applicationScaling.policies.filter {
                $0.group == target.id && $0.name != name && $0.kind == .targetTracking
            }
            guard !others.contains(where: { $0.configuration.flatMap(Self.specification) == tracked }) else {
                throw ScalingError.validation(
                    "Only one TargetTrackingScaling policy for a given metric specification is allowed.")
            }
            try TrackingAlarms.put(of: &policy, named: target.resource, metric: metric(policy, resource), &context)
        case .predictive: throw ScalingError.notEmulated("Predictive scaling")
        case .step, .simple: try readSteps(input, &policy)
        }
        context.applicationScaling.policies.insert(policy)
        return Response(["PolicyARN": .string(policy.arn), "Alarms": TrackingAlarms.alarms(of: policy, context)])
    }

    /// What a policy tracks, without what it aims at.
    private static func specification(_ configuration: Fields) -> Value? {
        configuration["PredefinedMetricSpecification"] ?? configuration["CustomizedMetricSpecification"]
    }

    private static func readSteps(_ input: Input, _ policy: inout ScalingPolicy) throws(ServiceError) {
        guard let configuration = input.structure("StepScalingPolicyConfiguration") else {
            throw ScalingError.validation(
                "StepScalingPolicyConfiguration is required for policy type StepScaling")
        }
        guard let type = configuration.string("AdjustmentType") else {
            throw ScalingError.validation("AdjustmentType is required for policy type StepScaling")
        }
        policy.adjustmentType = type
        policy.minimumMagnitude = configuration.integer("MinAdjustmentMagnitude")
        guard policy.minimumMagnitude == nil || type == "PercentChangeInCapacity" else {
            throw ScalingError.validation(
                "Min adjustment magnitude is only supported for PercentChangeInCapacity adjustment type.")
        }
        policy.steps = configuration.structures("StepAdjustments").map {
            ScalingPolicy.Step(
                lower: $0.double("MetricIntervalLowerBound"), upper: $0.double("MetricIntervalUpperBound"),
                adjustment: $0.integer("ScalingAdjustment") ?? 0)
        }
        if let problem = StepAdjustment.problem(policy.steps) { throw ScalingError.validation(problem) }
        policy.cooldown = configuration.integer("Cooldown")
        policy.aggregation = configuration.string("MetricAggregationType")
        policy.configuration = configuration.fields
    }

    private static func readTracking(
        _ input: Input, _ resource: ScalableResource, _ policy: inout ScalingPolicy
    ) throws(ServiceError) {
        guard let configuration = input.structure("TargetTrackingScalingPolicyConfiguration") else {
            throw ScalingError.validation(
                "TargetTrackingScalingPolicyConfiguration is required for policy type TargetTrackingScaling")
        }
        if let problem = TrackingAlarms.problem(configuration) { throw ScalingError.validation(problem) }
        if let type = configuration.structure("PredefinedMetricSpecification")?.string("PredefinedMetricType"),
            type != "ALBRequestCountPerTarget" || resource.namespace != "ecs", resource.metric(type) == nil
        {
            throw ScalingError.validation(
                "Predefined metric type \(type) is not supported for scalable dimension \(resource.dimension)")
        }
        policy.target = configuration.double("TargetValue")
        policy.disablesScaleIn = configuration.boolean("DisableScaleIn") ?? false
        policy.configuration = configuration.fields
    }

    private static func metric(_ policy: ScalingPolicy, _ resource: ScalableResource) -> Fields {
        let type = policy.configuration?["PredefinedMetricSpecification"]?["PredefinedMetricType"]?.text ?? ""
        return TrackingAlarms.metric(policy.configuration.map(Value.structure)) ?? resource.metric(type) ?? Fields()
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let resource = try ScalableResource(input)
        let name = input.string("PolicyName") ?? ""
        guard let policy = context.applicationScaling.policies["\(resource.id)/\(name)"] else {
            throw ScalingError.notFound(
                "No scaling policy found for \(resource.words), policy name: \(name)")
        }
        TrackingAlarms.delete(of: policy, &context)
        context.applicationScaling.policies.remove(policy.id)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = Set(input.strings("PolicyNames"))
        let found: [(policy: ScalingPolicy, target: ScalableTarget)] = context.applicationScaling.policies.compactMap {
            policy in
            guard names.isEmpty || names.contains(policy.name) || names.contains(policy.arn) else { return nil }
            return Selection.target(policy.group, input, context).map { (policy, $0) }
        }
        let page = try ScalingPaging.page(found, input)
        let current = context
        return Response([
            "ScalingPolicies": .list(page.items) { view($0.policy, $0.target, current) }, "NextToken": page.token,
        ])
    }

    private static func view(_ policy: ScalingPolicy, _ target: ScalableTarget, _ context: CallContext) -> Value {
        let configuration = policy.configuration.map(Value.structure)
        return [
            "PolicyARN": .string(policy.arn), "PolicyName": .string(policy.name),
            "ServiceNamespace": .string(target.namespace), "ResourceId": .string(target.resource),
            "ScalableDimension": .string(target.dimension), "PolicyType": .string(policy.kind.rawValue),
            "StepScalingPolicyConfiguration": policy.kind == .step ? configuration : nil,
            "TargetTrackingScalingPolicyConfiguration": policy.kind == .targetTracking ? configuration : nil,
            "Alarms": TrackingAlarms.alarms(of: policy, context),
            "CreationTime": policy.created.map(Value.timestamp),
        ]
    }
}

/// What the lists of policies, scheduled actions and activities are asked for.
enum Selection {
    /// Whether a call asks for what belongs to the target of that id.
    static func asks(_ input: Input, for id: String) -> Bool {
        guard let names = ScalableTarget.names(of: id) else { return false }
        return names.namespace == input.string("ServiceNamespace")
            && input.string("ResourceId").map { $0 == names.resource } ?? true
            && input.string("ScalableDimension").map { $0 == names.dimension } ?? true
    }

    /// The target of that id, where a call asks for what belongs to it.
    static func target(_ id: String, _ input: Input, _ context: CallContext) -> ScalableTarget? {
        asks(input, for: id) ? context.applicationScaling.targets[id] : nil
    }
}
