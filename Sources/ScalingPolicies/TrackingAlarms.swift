package import CloudState
package import ServiceModel

/// The alarms of a policy that keeps a metric at a value, and the capacity that brings the metric there.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html>
package enum TrackingAlarms {
    /// Makes the alarms that trigger a policy, or makes them anew.
    ///
    /// - Parameters:
    ///   - name: what they are named after.
    ///   - metric: the policy's metric in the terms of PutMetricAlarm.
    package static func put(
        of policy: inout ScalingPolicy, named name: String, metric: Fields, _ context: inout CallContext
    ) throws(ServiceError) {
        if policy.alarms.isEmpty {
            for level in ["High", "Low"] {
                let id = context.world.ids.uuid("\(context.region)/autoscaling/alarm")
                policy.alarms.append("TargetTracking-\(name)-Alarm\(level)-\(id)")
            }
        }
        if policy.disablesScaleIn {
            _ = try context.call("monitoring", "DeleteAlarms", ["AlarmNames": .strings(policy.alarms.suffix(1))])
        }
        let target = policy.target ?? 0
        let description = "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy \(policy.arn)."
        for (index, name) in policy.alarms.enumerated() where index == 0 || !policy.disablesScaleIn {
            var parameters = metric
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

    /// Deletes the alarms that a policy made for itself.
    package static func delete(of policy: ScalingPolicy, _ context: inout CallContext) {
        guard !policy.alarms.isEmpty else { return }
        let before = context.world
        do throws(ServiceError) {
            _ = try context.call("monitoring", "DeleteAlarms", ["AlarmNames": .strings(policy.alarms)])
        } catch {
            // Somebody has deleted them before.
            context.world = before
        }
    }

    /// The alarms that trigger a policy, its own and others: their names and ARNs.
    package static func alarms(of policy: ScalingPolicy, _ context: CallContext) -> Value {
        let alarms = context.cloudWatch.alarms.filter { alarm in
            [alarm.okActions, alarm.alarmActions, alarm.insufficientDataActions].joined().contains(policy.arn)
        }
        return .list(alarms) { ["AlarmName": .string($0.name), "AlarmARN": .string($0.arn)] }
    }

    /// The metric that a policy names itself, or that of a load balancer's target group, in the terms of PutMetricAlarm;
    /// nil where it is another one that AWS has defined.
    package static func metric(_ configuration: Value?) -> Fields? {
        var fields = Fields()
        fields["Period"] = 60
        if let customized = configuration?["CustomizedMetricSpecification"] {
            if let queries = customized["Metrics"]?.elements {
                fields["Period"] = nil
                fields["Metrics"] = .list(queries, query)
                return fields
            }
            for name in ["MetricName", "Namespace", "Dimensions", "Statistic", "Unit", "Period"] {
                if let value = customized[name] { fields[name] = value }
            }
            if fields["Statistic"] == nil { fields["Statistic"] = "Average" }
            return fields
        }
        let predefined = configuration?["PredefinedMetricSpecification"]
        guard predefined?["PredefinedMetricType"]?.text == "ALBRequestCountPerTarget" else { return nil }
        fields["Namespace"] = "AWS/ApplicationELB"
        fields["MetricName"] = "RequestCountPerTarget"
        fields["Statistic"] = "Sum"
        let label = predefined?["ResourceLabel"]?.text ?? ""
        let mark = label.firstRange(of: "/targetgroup/")
        let balancer = mark.map { String(label[..<$0.lowerBound]) } ?? label
        let group = mark.map { String(label[$0.upperBound...]) } ?? ""
        fields["Dimensions"] = [
            ["Name": "LoadBalancer", "Value": .string(balancer)],
            ["Name": "TargetGroup", "Value": .string("targetgroup/" + group)],
        ]
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

    /// What is wrong with the metric of a configuration; nil where nothing is.
    package static func problem(_ configuration: Input) -> String? {
        let predefined = configuration.structure("PredefinedMetricSpecification")
        let customized = configuration.structure("CustomizedMetricSpecification")
        guard (predefined == nil) != (customized == nil) else {
            return "Exactly one of PredefinedMetricSpecification or CustomizedMetricSpecification must be specified."
        }
        if predefined?.string("PredefinedMetricType") == "ALBRequestCountPerTarget",
            predefined?.string("ResourceLabel")?.contains("/targetgroup/") != true
        {
            return
                "ResourceLabel must be specified with a load balancer and a target group for ALBRequestCountPerTarget."
        }
        if let customized, customized.structures("Metrics").isEmpty,
            customized.string("MetricName") == nil || customized.string("Namespace") == nil
                || customized.string("Statistic") == nil
        {
            return "CustomizedMetricSpecification must have either Metrics, or MetricName, Namespace and Statistic."
        }
        guard let target = configuration.double("TargetValue"), target > 0 else {
            return "TargetValue must be greater than 0."
        }
        return nil
    }

    /// The capacity with which the metric would be at its target: upwards generously, downwards with care.
    ///
    /// - Parameters:
    ///   - current: the capacity that the metric was measured with.
    ///   - desired: the one that is wanted so far.
    package static func capacity(
        _ current: Int, desired: Int, _ metric: Double, _ policy: ScalingPolicy
    ) -> Int {
        guard current > 0, let target = policy.target else { return desired }
        let exact = (Double(current) * metric / target).rounded(.up)
        guard !exact.isNaN else { return desired }
        // Whoever publishes the metric may say anything.
        let wanted = Int(min(max(exact, 0), 1e6))
        if wanted < desired { return policy.disablesScaleIn ? desired : max(wanted, desired / 2, 1) }
        return wanted
    }
}
