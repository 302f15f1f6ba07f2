import CloudState
import ServiceModel

/// Metrics collection and notifications of groups, and the lists of what there is to choose from.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html>
enum CollectionCalls {
    static let operations: [String: Handler] = [
        "DeleteNotificationConfiguration": .write(deleteNotification),
        "DescribeAdjustmentTypes": .read { _, _ in
            Response([
                "AdjustmentTypes": .list(["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"]) {
                    ["AdjustmentType": .string($0)]
                }
            ])
        },
        "DescribeAutoScalingNotificationTypes": .read { _, _ in
            Response(["AutoScalingNotificationTypes": .strings(notificationTypes)])
        },
        "DescribeLifecycleHookTypes": .read { _, _ in
            Response(["LifecycleHookTypes": .list(LifecycleHook.Transition.allCases) { .string($0.rawValue) }])
        },
        "DescribeMetricCollectionTypes": .read { _, _ in
            Response([
                "Metrics": .list(metrics) { ["Metric": .string($0)] }, "Granularities": [["Granularity": "1Minute"]],
            ])
        },
        "DescribeNotificationConfigurations": .read(describeNotifications),
        "DescribeTerminationPolicyTypes": .read { _, _ in
            Response(["TerminationPolicyTypes": .strings(TerminationPolicy.names)])
        },
        "DisableMetricsCollection": .write(disable),
        "EnableMetricsCollection": .write(enable),
        "PutNotificationConfiguration": .write(putNotification),
    ]

    private static let notificationTypes = [
        "autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
        "autoscaling:EC2_INSTANCE_TERMINATE",
        "autoscaling:EC2_INSTANCE_TERMINATE_ERROR", "autoscaling:TEST_NOTIFICATION",
    ]

    static let metrics = [
        "GroupAndWarmPoolDesiredCapacity", "GroupAndWarmPoolTotalCapacity", "GroupDesiredCapacity",
        "GroupInServiceCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize", "GroupPendingCapacity",
        "GroupPendingInstances", "GroupStandbyCapacity", "GroupStandbyInstances", "GroupTerminatingCapacity",
        "GroupTerminatingInstances", "GroupTotalCapacity", "GroupTotalInstances", "WarmPoolDesiredCapacity",
        "WarmPoolMinSize", "WarmPoolPendingCapacity", "WarmPoolTerminatingCapacity", "WarmPoolTotalCapacity",
        "WarmPoolWarmedCapacity",
    ]

    private static func wanted(_ input: Input) throws(ServiceError) -> [String] {
        let names = input.strings("Metrics")
        if let unknown = names.first(where: { !metrics.contains($0) }) {
            throw AutoScalingError.validation("Invalid metric: \(unknown.prefix(128))")
        }
        return names.isEmpty ? metrics : names
    }

    static func enable(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        guard input.string("Granularity") == "1Minute" else {
            throw AutoScalingError.validation("Valid granularities are: 1Minute")
        }
        let names = try wanted(input)
        group.enabledMetrics = metrics.filter { group.enabledMetrics.contains($0) || names.contains($0) }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func disable(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let names = try wanted(input)
        group.enabledMetrics.removeAll { names.contains($0) }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func putNotification(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let topic = input.string("TopicARN") ?? ""
        guard topic.hasPrefix("arn:aws:sns:") else {
            throw AutoScalingError.validation("Invalid SNS Topic ARN specified: \(topic.prefix(256))")
        }
        for type in input.strings("NotificationTypes") {
            guard notificationTypes.contains(type) else {
                throw AutoScalingError.validation("\"\(type.prefix(128))\" is not a valid Notification Type.")
            }
            let notification = AutoScalingGroup.Notification(topicARN: topic, type: type)
            if !group.notifications.contains(notification) { group.notifications.append(notification) }
        }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func deleteNotification(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        group.notifications.removeAll { $0.topicARN == input.string("TopicARN") }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func describeNotifications(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = Set(input.strings("AutoScalingGroupNames"))
        var all: [Value] = []
        for group in context.autoScaling.groups where names.isEmpty || names.contains(group.name) {
            all += group.notifications.map { notification in
                [
                    "AutoScalingGroupName": .string(group.name), "TopicARN": .string(notification.topicARN),
                    "NotificationType": .string(notification.type),
                ]
            }
        }
        let (page, token) = try Paging.page(all, input, usual: 50, most: 100)
        return Response(["NotificationConfigurations": .list(page), "NextToken": token])
    }
}
