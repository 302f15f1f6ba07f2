import CloudState
import ServiceModel

/// Retention, encryption and metrics of streams.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html>
enum SettingCalls {
    static let operations: [String: Handler] = [
        "DecreaseStreamRetentionPeriod": .write(decrease),
        "DisableEnhancedMonitoring": .write(disableMetrics),
        "EnableEnhancedMonitoring": .write(enableMetrics),
        "IncreaseStreamRetentionPeriod": .write(increase),
        "StartStreamEncryption": .write(encrypt),
        "StopStreamEncryption": .write(decrypt),
        "UpdateMaxRecordSize": .write(recordSize),
        "UpdateStreamWarmThroughput": .write(warmThroughput),
    ]

    private static func update(_ stream: inout KinesisStream, _ context: inout CallContext) {
        stream.status = .updating
        context.kinesis.streams.insert(stream)
        context.settle(stream)
    }

    static func increase(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.activeStream(input)
        let hours = input.integer("RetentionPeriodHours") ?? 0
        guard hours <= 8760 else {
            throw KinesisError.argument(
                "Maximum allowed retention period is 8760 hours. Requested retention period (\(hours) hours) is too long."
            )
        }
        try checkMinimum(hours)
        guard hours >= stream.retention else {
            throw KinesisError.argument(
                "Requested retention period (\(hours) hours) for stream \(stream.id) can not be shorter than existing retention period (\(stream.retention) hours). Use DecreaseRetentionPeriod API."
            )
        }
        stream.retention = hours
        update(&stream, &context)
        return .empty
    }

    static func decrease(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.activeStream(input)
        let hours = input.integer("RetentionPeriodHours") ?? 0
        try checkMinimum(hours)
        guard hours <= stream.retention else {
            throw KinesisError.argument(
                "Requested retention period (\(hours) hours) for stream \(stream.id) can not be longer than existing retention period (\(stream.retention) hours). Use IncreaseRetentionPeriod API."
            )
        }
        stream.retention = hours
        update(&stream, &context)
        return .empty
    }

    private static func checkMinimum(_ hours: Int) throws(ServiceError) {
        guard hours >= 24 else {
            throw KinesisError.argument(
                "Minimum allowed retention period is 24 hours. Requested retention period (\(hours) hours) is too short."
            )
        }
    }

    static func encrypt(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.activeStream(input)
        let id = input.string("KeyId") ?? ""
        let name = id.split(separator: "/").last.map(String.init) ?? id
        let keys = context.world.regions[context.regionIndex].kms
        guard
            id == "alias/aws/kinesis" || keys.keys[name] != nil
                || keys.aliases.contains(where: { $0.id.hasSuffix("alias/\(name)") })
        else { throw ServiceError("KMSNotFoundException", "Key '\(id)' does not exist") }
        stream.keyID = id
        update(&stream, &context)
        return .empty
    }

    static func decrypt(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.activeStream(input)
        stream.keyID = nil
        update(&stream, &context)
        return .empty
    }

    private static let metrics = [
        "IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords",
        "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded",
    ]

    private static func change(
        _ context: inout CallContext, _ input: Input, _ combine: (Set<String>, Set<String>) -> Set<String>
    ) throws(ServiceError) -> Response {
        var stream = try context.activeStream(input)
        var named = Set(input.strings("ShardLevelMetrics"))
        if named.contains("ALL") { named = Set(metrics) }
        let before = stream.metrics
        stream.metrics = combine(Set(before), named).sorted()
        update(&stream, &context)
        return Response([
            "StreamName": .string(stream.id), "StreamARN": .string(stream.arn),
            "CurrentShardLevelMetrics": .strings(before), "DesiredShardLevelMetrics": .strings(stream.metrics),
        ])
    }

    static func enableMetrics(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input) { $0.union($1) }
    }

    static func disableMetrics(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input) { $0.subtracting($1) }
    }

    static func recordSize(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.activeStream(input)
        stream.largestRecord = input.integer("MaxRecordSizeInKiB") ?? stream.largestRecord
        update(&stream, &context)
        return .empty
    }

    static func warmThroughput(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var stream = try context.activeStream(input)
        guard stream.isOnDemand else {
            throw KinesisError.validation("Warm throughput is only supported for streams in On-Demand mode.")
        }
        let throughput = input.integer("WarmThroughputMiBps") ?? 0
        stream.warmThroughput = throughput
        update(&stream, &context)
        return Response([
            "StreamName": .string(stream.id), "StreamARN": .string(stream.arn),
            "WarmThroughput": ["TargetMiBps": .integer(throughput), "CurrentMiBps": .integer(throughput)],
        ])
    }
}
