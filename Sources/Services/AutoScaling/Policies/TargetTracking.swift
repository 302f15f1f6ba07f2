import CloudState
import ScalingPolicies
import ServiceModel

/// Policies that keep a metric at a value, by two alarms of their own.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html>
enum TargetTracking {
    /// Reads the configuration of a request.
    static func read(_ input: Input, _ policy: inout ScalingPolicy) throws(ServiceError) {
        guard let configuration = input.structure("TargetTrackingConfiguration") else {
            throw AutoScalingError.validation(
                "TargetTrackingConfiguration is required for policy type TargetTrackingScaling")
        }
        // Terraform's provider sends a cooldown of 0.
        let hasCooldown = input.integer("Cooldown") ?? 0 != 0
        for name in ["ScalingAdjustment", "AdjustmentType", "Cooldown"]
        where name == "Cooldown" ? hasCooldown : input.has(name) {
            throw AutoScalingError.validation("\(name) is not supported for policy type TargetTrackingScaling")
        }
        if let problem = TrackingAlarms.problem(configuration) { throw AutoScalingError.validation(problem) }
        policy.target = configuration.double("TargetValue")
        policy.disablesScaleIn = configuration.boolean("DisableScaleIn") ?? false
        var fields = configuration.fields
        fields["DisableScaleIn"] = .boolean(policy.disablesScaleIn)
        policy.configuration = fields
    }

    /// Makes the alarms that trigger a policy, or makes them anew.
    static func putAlarms(
        of policy: inout ScalingPolicy, _ group: AutoScalingGroup, _ context: inout CallContext
    ) throws(ServiceError) {
        try TrackingAlarms.put(of: &policy, named: group.name, metric: metric(policy, group), &context)
    }

    /// The metric of a policy in the terms of PutMetricAlarm.
    private static func metric(_ policy: ScalingPolicy, _ group: AutoScalingGroup) -> Fields {
        if let metric = TrackingAlarms.metric(policy.configuration.map(Value.structure)) { return metric }
        var fields = Fields()
        fields["Period"] = 60
        let type = policy.configuration?["PredefinedMetricSpecification"]?["PredefinedMetricType"]?.text ?? ""
        fields["Namespace"] = "AWS/EC2"
        fields["MetricName"] = .string(
            type == "ASGAverageNetworkIn"
                ? "NetworkIn" : type == "ASGAverageNetworkOut" ? "NetworkOut" : "CPUUtilization")
        fields["Statistic"] = "Average"
        fields["Dimensions"] = [["Name": "AutoScalingGroupName", "Value": .string(group.name)]]
        return fields
    }

    /// The capacity with which the metric would be at its target.
    static func capacity(_ group: AutoScalingGroup, _ metric: Double, _ policy: ScalingPolicy) -> Int {
        let current = group.members.reduce(0) { $0 + ($1.state == .inService ? $1.weight : 0) }
        return TrackingAlarms.capacity(current, desired: group.desired, metric, policy)
    }
}
