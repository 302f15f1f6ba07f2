import CloudState
import ServiceModel

/// DescribeScalingActivities and DescribeAccountLimits.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html>
enum ActivityCalls {
    static let operations: [String: Handler] = [
        "DescribeAccountLimits": .read(limits),
        "DescribeScalingActivities": .read(describe),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("AutoScalingGroupName")
        let ids = Set(input.strings("ActivityIds"))
        let withDeleted = input.boolean("IncludeDeletedGroups") ?? false
        if name != nil, !withDeleted { _ = try context.group(input) }
        let filters = try Filters(input, allowed: ["Status", "StartTimeLowerBound", "StartTimeUpperBound"])
        let groups = context.autoScaling.groups
        var found: [ScalingActivity] = []
        for activity in context.autoScaling.activities {
            guard name == nil || activity.group == name, ids.isEmpty || ids.contains(activity.id),
                withDeleted || groups[activity.group]?.arn == activity.groupARN,
                filters.matches({ $0 == "Status" ? [activity.status] : [activity.start.iso8601Seconds] })
            else { continue }
            found.append(activity)
        }
        // The newest first.
        found.reverse()
        let (page, token) = try Paging.page(found, input, usual: 100, most: 100)
        let current = context
        return Response(["Activities": .list(page) { Activities.view($0, current) }, "NextToken": token])
    }

    static func limits(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response([
            "MaxNumberOfAutoScalingGroups": 500, "MaxNumberOfLaunchConfigurations": 200,
            "NumberOfAutoScalingGroups": .integer(context.autoScaling.groups.count),
            "NumberOfLaunchConfigurations": .integer(context.autoScaling.launchConfigurations.count),
        ])
    }
}
