import CloudState
import ScalingPolicies
import ServiceModel

/// Scaling policies.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html>
enum PolicyCalls {
    static let operations: [String: Handler] = [
        "DeletePolicy": .write(delete),
        "DescribePolicies": .read(describe),
        "ExecutePolicy": .write(execute),
        "PutScalingPolicy": .write(put),
    ]

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        let name = input.string("PolicyName") ?? ""
        guard let kind = ScalingPolicy.Kind(rawValue: input.string("PolicyType") ?? "SimpleScaling") else {
            throw AutoScalingError.validation(
                "PolicyType must be one of SimpleScaling, StepScaling, TargetTrackingScaling, PredictiveScaling")
        }
        let known = context.autoScaling.policies["\(group.name)/\(name)"]
        if let known, known.kind != kind {
            throw AutoScalingError.validation("The type of an existing policy can't be changed.")
        }
        let arn =
            known?.arn
            ?? context.autoScalingARN("scalingPolicy", "autoScalingGroupName/\(group.name):policyName/\(name)")
        var policy = ScalingPolicy(group: group.name, name: name, arn: arn, kind: kind)
        policy.isEnabled = input.boolean("Enabled") ?? true
        switch kind {
        case .simple: try readSimple(input, &policy)
        case .step: try readSteps(input, &policy)
        case .targetTracking: try TargetTracking.read(input, &policy)
        case .predictive:
            guard let configuration = input.structure("PredictiveScalingConfiguration") else {
                throw AutoScalingError.validation(
                    "PredictiveScalingConfiguration is required for policy type PredictiveScaling")
            }
            policy.configuration = configuration.fields
        }
        policy.warmup = input.integer("EstimatedInstanceWarmup")
        if kind == .targetTracking {
            policy.alarms = known?.alarms ?? []
            try TargetTracking.putAlarms(of: &policy, group, &context)
        }
        context.autoScaling.policies.insert(policy)
        return Response(["PolicyARN": .string(arn), "Alarms": TrackingAlarms.alarms(of: policy, context)])
    }

    private static func readAdjustmentType(_ input: Input, _ policy: inout ScalingPolicy) throws(ServiceError) {
        let type = input.string("AdjustmentType") ?? ""
        guard ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"].contains(type) else {
            throw AutoScalingError.validation(
                type.isEmpty
                    ? "AdjustmentType is required for policy type \(policy.kind.rawValue)"
                    : "Invalid AdjustmentType \(type.prefix(64)). Valid types are: ChangeInCapacity, ExactCapacity, PercentChangeInCapacity"
            )
        }
        policy.adjustmentType = type
        policy.minimumMagnitude = input.integer("MinAdjustmentMagnitude") ?? input.integer("MinAdjustmentStep")
        guard policy.minimumMagnitude == nil || type == "PercentChangeInCapacity" else {
            throw AutoScalingError.validation(
                "Min adjustment magnitude is only supported for PercentChangeInCapacity adjustment type.")
        }
    }

    private static func readSimple(_ input: Input, _ policy: inout ScalingPolicy) throws(ServiceError) {
        try readAdjustmentType(input, &policy)
        guard input.structures("StepAdjustments").isEmpty else {
            throw AutoScalingError.validation("StepAdjustments is not supported for policy type SimpleScaling")
        }
        guard let adjustment = input.integer("ScalingAdjustment") else {
            throw AutoScalingError.validation("ScalingAdjustment is required for policy type SimpleScaling")
        }
        policy.adjustment = adjustment
        policy.cooldown = input.integer("Cooldown")
    }

    private static func readSteps(_ input: Input, _ policy: inout ScalingPolicy) throws(ServiceError) {
        try readAdjustmentType(input, &policy)
        guard input.integer("Cooldown") ?? 0 == 0 else {
            throw AutoScalingError.validation("Cooldown is not supported for policy type StepScaling")
        }
        let steps = input.structures("StepAdjustments").map {
            ScalingPolicy.Step(
                lower: $0.double("MetricIntervalLowerBound"), upper: $0.double("MetricIntervalUpperBound"),
                adjustment: $0.integer("ScalingAdjustment") ?? 0)
        }
        if let problem = StepAdjustment.problem(steps) { throw AutoScalingError.validation(problem) }
        policy.steps = steps
        policy.aggregation = input.string("MetricAggregationType") ?? "Average"
    }

    private static func policy(_ input: Input, _ context: CallContext) throws(ServiceError) -> ScalingPolicy {
        let name = input.string("PolicyName") ?? ""
        let group = input.string("AutoScalingGroupName")
        let found = context.autoScaling.policies.first {
            $0.arn == name || $0.name == name && $0.group == group
        }
        guard let found, group == nil || found.group == group else {
            throw AutoScalingError.validation("PolicyName not found - \(name.prefix(256))")
        }
        return found
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let policy = try policy(input, context)
        TrackingAlarms.delete(of: policy, &context)
        context.autoScaling.policies.remove(policy.id)
        return .empty
    }

    static func execute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let policy = try policy(input, context)
        try PolicyExecution.execute(
            policy, metric: input.double("MetricValue"), threshold: input.double("BreachThreshold"),
            honoursCooldown: input.boolean("HonorCooldown") ?? false, &context)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        if input.has("AutoScalingGroupName") { _ = try context.group(input) }
        let group = input.string("AutoScalingGroupName")
        let names = Set(input.strings("PolicyNames"))
        let types = Set(input.strings("PolicyTypes"))
        let all = context.autoScaling.policies.filter { policy in
            (group == nil || policy.group == group)
                && (names.isEmpty || names.contains(policy.name) || names.contains(policy.arn))
                && (types.isEmpty || types.contains(policy.kind.rawValue))
        }
        let (page, token) = try Paging.page(all, input, usual: 50, most: 100)
        let current = context
        return Response(["ScalingPolicies": .list(page) { view($0, current) }, "NextToken": token])
    }

    private static func view(_ policy: ScalingPolicy, _ context: CallContext) -> Value {
        [
            "AutoScalingGroupName": .string(policy.group), "PolicyName": .string(policy.name),
            "PolicyARN": .string(policy.arn), "PolicyType": .string(policy.kind.rawValue),
            "AdjustmentType": .optional(policy.adjustmentType),
            "MinAdjustmentMagnitude": policy.minimumMagnitude.map(Value.integer),
            "ScalingAdjustment": policy.adjustment.map(Value.integer), "Cooldown": policy.cooldown.map(Value.integer),
            "StepAdjustments": .list(policy.steps) { step in
                [
                    "MetricIntervalLowerBound": step.lower.map(Value.double),
                    "MetricIntervalUpperBound": step.upper.map(Value.double),
                    "ScalingAdjustment": .integer(step.adjustment),
                ]
            },
            "MetricAggregationType": .optional(policy.aggregation),
            "EstimatedInstanceWarmup": policy.warmup.map(Value.integer),
            "Alarms": TrackingAlarms.alarms(of: policy, context),
            "TargetTrackingConfiguration": policy.kind == .targetTracking
                ? policy.configuration.map(Value.structure) : nil,
            "PredictiveScalingConfiguration": policy.kind == .predictive
                ? policy.configuration.map(Value.structure) : nil,
            "Enabled": .boolean(policy.isEnabled),
        ]
    }
}
