import CloudState
import ServiceModel

/// What an event source mapping needs: a source that is there, and a role that may read it.
enum EventSourceChecks {
    static func check(
        _ source: String, _ function: LambdaFunction, _ context: CallContext
    ) throws(ServiceError) {
        let parts = source.split(separator: ":").map(String.init)
        guard parts.count >= 6, parts[3] == context.region else {
            throw LambdaError.parameter("Event source must be in the function's region: \(source.prefix(256))")
        }
        if parts[2] == "sqs" {
            try checkQueue(source, function, context)
        } else {
            try checkStream(source, function, context)
        }
    }

    private static func checkQueue(
        _ source: String, _ function: LambdaFunction, _ context: CallContext
    ) throws(ServiceError) {
        for action in ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"] {
            guard context.may(function.latest.role, "sqs:\(action)", on: source) else {
                throw LambdaError.parameter(
                    "The provided execution role does not have permissions to call \(action) on SQS")
            }
        }
        guard let queue = context.sqs.queues.first(where: { $0.arn == source }) else {
            throw LambdaError.parameter(
                "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist."
            )
        }
        guard queue.visibilityTimeout >= function.latest.timeout else {
            throw LambdaError.parameter(
                "Queue visibility timeout: \(queue.visibilityTimeout) seconds is less than Function timeout: \(function.latest.timeout) seconds"
            )
        }
    }

    private static func checkStream(
        _ source: String, _ function: LambdaFunction, _ context: CallContext
    ) throws(ServiceError) {
        let arn = StreamPoll.streamARN(source)
        for action in ["GetRecords", "GetShardIterator", "DescribeStream", "ListShards"] {
            guard context.may(function.latest.role, "kinesis:\(action)", on: arn) else {
                throw LambdaError.parameter(
                    "Cannot access stream \(source). Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM."
                )
            }
        }
        guard context.kinesis.streams.contains(where: { $0.arn == arn }) else {
            throw LambdaError.parameter("Stream not found: \(source)")
        }
    }

    /// Bounds that the model does not know.
    static func check(_ settings: Fields, isQueue: Bool) throws(ServiceError) {
        if let age = settings["MaximumRecordAgeInSeconds"]?.number, age != -1, age < 60 {
            throw LambdaError.parameter(
                "Invalid request: MaximumRecordAgeInSeconds must be -1 or between 60 and 604800. Provided: \(age)")
        }
        if settings["StartingPosition"]?.text == "AT_TIMESTAMP", settings["StartingPositionTimestamp"] == nil {
            throw LambdaError.parameter(
                "StartingPositionTimestamp must be provided when StartingPosition is AT_TIMESTAMP.")
        }
        guard !isQueue else {
            for name in ["ParallelizationFactor", "BisectBatchOnFunctionError", "MaximumRetryAttempts"] {
                guard settings[name] == nil else {
                    throw LambdaError.parameter("\(name) is not supported for SQS event sources.")
                }
            }
            return
        }
        let window = settings["TumblingWindowInSeconds"]?.number ?? 0
        guard window == 0 || settings["ParallelizationFactor"]?.number ?? 1 == 1 else {
            throw LambdaError.parameter("ParallelizationFactor must be 1 when TumblingWindowInSeconds is set.")
        }
    }
}
