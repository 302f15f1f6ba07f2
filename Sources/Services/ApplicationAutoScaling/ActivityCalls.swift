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
        // Those of the last six weeks.
        let found = context.applicationScaling.activities.filter {
            $0.start.adding(seconds: 3_628_800) > now && Selection.asks(input, for: $0.group)
        }
        let page = try ScalingPaging.page(found.reversed(), input)
        return Response([
            "ScalingActivities": .list(page.items) { activity in
                let names = ScalableTarget.names(of: activity.group)
                return [
                    "ActivityId": .string(activity.id), "ServiceNamespace": .optional(names?.namespace),
                    "ResourceId": .optional(names?.resource), "ScalableDimension": .optional(names?.dimension),
                    "Description": .string(activity.description), "Cause": .string(activity.cause),
                    "StartTime": .timestamp(activity.start), "EndTime": activity.end.map(Value.timestamp),
                    "StatusCode": .string(activity.status), "StatusMessage": .optional(activity.message),
                ]
            }, "NextToken": page.token,
        ])
    }
}
