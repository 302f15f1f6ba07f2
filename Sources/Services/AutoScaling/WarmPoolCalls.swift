import CloudState
import ServiceModel

/// The settings of warm pools. The pool itself holds no instances here: a group launches each instance when it is needed.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html>
enum WarmPoolCalls {
    static let operations: [String: Handler] = [
        "DeleteWarmPool": .write(delete),
        "DescribeWarmPool": .read(describe),
        "PutWarmPool": .write(put),
    ]

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        if case .mixed = group.source {
            throw AutoScalingError.validation(
                "You can't add a warm pool to an Auto Scaling group that has a mixed instances policy.")
        }
        let minimum = input.integer("MinSize") ?? 0
        guard minimum >= 0 else { throw AutoScalingError.validation("MinSize must not be negative.") }
        var pool = Fields()
        if let maximum = input.integer("MaxGroupPreparedCapacity"), maximum >= 0 {
            guard maximum >= minimum else {
                throw AutoScalingError.validation("MaxGroupPreparedCapacity must not be less than MinSize.")
            }
            pool["MaxGroupPreparedCapacity"] = .integer(maximum)
        }
        pool["MinSize"] = .integer(minimum)
        pool["PoolState"] = .string(input.string("PoolState") ?? "Stopped")
        pool["InstanceReusePolicy"] = input["InstanceReusePolicy"]
        group.warmPool = pool
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        guard group.warmPool != nil else {
            throw AutoScalingError.validation("No warm pool found for the Auto Scaling group \(group.name).")
        }
        group.warmPool = nil
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        return Response(["WarmPoolConfiguration": group.warmPool.map(Value.structure), "Instances": []])
    }
}
