import CloudState
import ServiceModel

/// What has been done to scalable targets.
///
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html>
enum ActivityCalls {
    static let operations: [String: Handler] = ["DescribeScalingActivities": .read(describe)]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        if input.has("ScalableDimension"), !input.has("ResourceId") {
            throw ScalingError.validation("ResourceId is required when ScalableDimension is specified")
        }
        let now = context.now
        let found: [(activity: ScalingActivity, key: [String])] = context.applicationScaling.activities.compactMap {
            activity in
            let key = activity.group.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard key.count == 3, key[0] == input.string("ServiceNamespace"),
                input.string("ResourceId").map({ $0 == key[1] }) ?? true,
                input.string("ScalableDimension").map({ $0 == key[2] }) ?? true,
                // Six weeks.
                activity.start.adding(seconds: 3_628_800) > now
            else { return nil }
            return (activity, key)
        }.reversed()
        let page = try ScalingPaging.page(found, input)
        return Response([
            "ScalingActivities": .list(page.items) { activity, key in
                [
                    "ActivityId": .string(activity.id), "ServiceNamespace": .string(key[0]),
                    "ResourceId": .string(key[1]), "ScalableDimension": .string(key[2]),
                    "Description": .string(activity.description), "Cause": .string(activity.cause),
                    "StartTime": .timestamp(activity.start), "EndTime": activity.end.map(Value.timestamp),
                    "StatusCode": .string(activity.status), "StatusMessage": .optional(activity.message),
                ]
            }, "NextToken": page.token,
        ])
    }
}
