import CloudState
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
        let predefined = configuration.structure("PredefinedMetricSpecification")
        let customized = configuration.structure("CustomizedMetricSpecification")
        guard (predefined == nil) != (customized == nil) else {
            throw AutoScalingError.validation(
                "Exactly one of PredefinedMetricSpecification or CustomizedMetricSpecification must be specified.")
        }
        if predefined?.string("PredefinedMetricType") == "ALBRequestCountPerTarget",
            predefined?.string("ResourceLabel")?.contains("/targetgroup/") != true
        {
            throw AutoScalingError.validation(
                "ResourceLabel must be specified with a load balancer and a target group for ALBRequestCountPerTarget.")
        }
        if let customized, customized.structures("Metrics").isEmpty,
            customized.string("MetricName") == nil || customized.string("Namespace") == nil
                || customized.string("Statistic") == nil
        {
            throw AutoScalingError.validation(
                "CustomizedMetricSpecification must have either Metrics, or MetricName, Namespace and Statistic.")
        }
        guard let target = configuration.double("TargetValue"), target > 0 else {
            throw AutoScalingError.validation("TargetValue must be greater than 0.")
        }
        policy.target = target
        policy.disablesScaleIn = configuration.boolean("DisableScaleIn") ?? false
        var fields = configuration.fields
        fields["DisableScaleIn"] = .boolean(policy.disablesScaleIn)
        policy.configuration = fields
    }

    /// Makes the alarms that trigger a policy, or makes them anew.
    static func putAlarms(
        of policy: inout ScalingPolicy, _ group: AutoScalingGroup, _ context: inout CallContext
    ) throws(ServiceError) {
        if policy.alarms.isEmpty {
            for level in ["High", "Low"] {
                let id = context.world.ids.uuid("\(context.region)/autoscaling/alarm")
                policy.alarms.append("TargetTracking-\(group.name)-Alarm\(level)-\(id)")
            }
        }
        if policy.disablesScaleIn {
            _ = try context.call("monitoring", "DeleteAlarms", ["AlarmNames": .strings(policy.alarms.suffix(1))])
        }
        let target = policy.target ?? 0
        let description =
            "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy \(policy.arn)."
        for (index, name) in policy.alarms.enumerated() where index == 0 || !policy.disablesScaleIn {
            var parameters = metric(policy, group)
            parameters["AlarmName"] = .string(name)
            parameters["AlarmDescription"] = .string(description)
            parameters["AlarmActions"] = [.string(policy.arn)]
            // Out after three minutes above the target, in after fifteen below nine tenths of it.
            parameters["EvaluationPeriods"] = index == 0 ? 3 : 15
            parameters["Threshold"] = .double(index == 0 ? target : target * 0.9)
            parameters["ComparisonOperator"] = index == 0 ? "GreaterThanThreshold" : "LessThanThreshold"
            _ = try context.call("monitoring", "PutMetricAlarm", .structure(parameters))
        }
    }

    /// The metric of a policy in the terms of PutMetricAlarm.
    private static func metric(_ policy: ScalingPolicy, _ group: AutoScalingGroup) -> Fields {
        var fields = Fields()
        fields["Period"] = 60
        if let queries = policy.configuration?["CustomizedMetricSpecification"]?["Metrics"]?.elements {
            fields["Period"] = nil
            fields["Metrics"] = .list(queries, query)
            return fields
        }
        if let customized = policy.configuration?["CustomizedMetricSpecification"] {
            for name in ["MetricName", "Namespace", "Dimensions", "Statistic", "Unit", "Period"] {
                if let value = customized[name] { fields[name] = value }
            }
            if fields["Statistic"] == nil { fields["Statistic"] = "Average" }
            return fields
        }
        let predefined = policy.configuration?["PredefinedMetricSpecification"]
        let type = predefined?["PredefinedMetricType"]?.text ?? ""
        if type == "ALBRequestCountPerTarget" {
            fields["Namespace"] = "AWS/ApplicationELB"
            fields["MetricName"] = "RequestCountPerTarget"
            fields["Statistic"] = "Sum"
            let label = predefined?["ResourceLabel"]?.text ?? ""
            let parts = label.components(before: "/targetgroup/")
            fields["Dimensions"] = [
                ["Name": "LoadBalancer", "Value": .string(parts.0)],
                ["Name": "TargetGroup", "Value": .string("targetgroup/" + parts.1)],
            ]
        } else {
            fields["Namespace"] = "AWS/EC2"
            fields["MetricName"] = .string(
                type == "ASGAverageNetworkIn"
                    ? "NetworkIn" : type == "ASGAverageNetworkOut" ? "NetworkOut" : "CPUUtilization")
            fields["Statistic"] = "Average"
            fields["Dimensions"] = [["Name": "AutoScalingGroupName", "Value": .string(group.name)]]
        }
        return fields
    }

    /// An entry of a policy's metrics in the terms of an alarm's, which are the same except that periods must be said.
    private static func query(_ query: Value) -> Value {
        var fields = query.fields ?? Fields()
        if var stat = fields["MetricStat"]?.fields {
            if stat["Period"] == nil { stat["Period"] = 60 }
            fields["MetricStat"] = .structure(stat)
        }
        return .structure(fields)
    }

    /// Deletes the alarms that a policy made for itself.
    static func deleteAlarms(of policy: ScalingPolicy, _ context: inout CallContext) {
        guard !policy.alarms.isEmpty else { return }
        let before = context.world
        do throws(ServiceError) {
            _ = try context.call("monitoring", "DeleteAlarms", ["AlarmNames": .strings(policy.alarms)])
        } catch {
            // Somebody has deleted them before.
            context.world = before
        }
    }

    /// The capacity with which the metric would be at its target: upwards generously, downwards with care.
    static func capacity(
        _ group: AutoScalingGroup, _ metric: Double, _ target: Double, _ policy: ScalingPolicy
    ) -> Int {
        let current = group.members.reduce(0) { $0 + ($1.state == .inService ? $1.weight : 0) }
        guard current > 0 else { return group.desired }
        let exact = min((Double(current) * metric / target).rounded(.up), 1e6)
        guard exact.isFinite else { return group.desired }
        let wanted = Int(exact)
        if wanted < group.desired { return policy.disablesScaleIn ? group.desired : max(wanted, group.desired / 2, 1) }
        return wanted
    }
}

extension String {
    /// The text before and after a separator.
    fileprivate func components(before separator: String) -> (String, String) {
        guard let range = firstRange(of: separator) else { return (self, "") }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }
}
