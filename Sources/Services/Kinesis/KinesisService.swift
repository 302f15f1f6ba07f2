package import CloudState
import ServiceModel

/// Amazon Kinesis Data Streams: streams of shards, records in their order, consumers.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html>
package enum KinesisService {
    package static let definition = ServiceDefinition(
        signingNames: ["kinesis"], model: { .kinesis },
        operations: groups.merged,
        authorization: KinesisAuthorization.authorization,
        reactions: ServiceReactions(handle: Reactions.handle))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        AccountCalls.operations,
        ConsumerCalls.operations,
        IteratorCalls.operations,
        PolicyCalls.operations,
        PutCalls.operations,
        ReshardingCalls.operations,
        SettingCalls.operations,
        ShardCalls.operations,
        StreamCalls.operations,
        SubscriptionCalls.operations,
        TagCalls.operations,
    ]
}

/// Kinesis's errors.
///
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html>
enum KinesisError {
    static func argument(_ message: String) -> ServiceError { ServiceError("InvalidArgumentException", message) }
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationException", message) }
    static func notFound(_ message: String) -> ServiceError { ServiceError("ResourceNotFoundException", message) }
    static func inUse(_ message: String) -> ServiceError { ServiceError("ResourceInUseException", message) }
    static func limit(_ message: String) -> ServiceError { ServiceError("LimitExceededException", message) }
}

extension CallContext {
    /// The stream that a request names, by its name or its ARN.
    func stream(_ input: Input) throws(ServiceError) -> KinesisStream {
        let arn = input.shape.member("StreamARN") == nil ? nil : input.string("StreamARN")
        let name = input.shape.member("StreamName") == nil ? nil : input.string("StreamName")
        guard let wanted = name ?? arn.map(Self.streamName) else {
            throw KinesisError.argument("Must provide either a StreamARN or a StreamName.")
        }
        guard let stream = kinesis.streams[wanted], arn.map({ $0 == stream.arn }) ?? true else {
            throw KinesisError.notFound("Stream \(wanted) under account \(accountID) not found.")
        }
        return stream
    }

    /// The same, which has to be `ACTIVE`.
    func activeStream(_ input: Input) throws(ServiceError) -> KinesisStream {
        let stream = try stream(input)
        guard stream.status == .active else {
            throw KinesisError.inUse(
                "Stream \(stream.id) under account \(accountID) not ACTIVE, instead in state \(stream.status.rawValue)")
        }
        return stream
    }

    /// The name in the ARN of a stream or of one of its consumers.
    static func streamName(_ arn: String) -> String {
        let parts = arn.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count > 1 ? String(parts[1]) : ""
    }

    /// Lets a stream change its state after a while.
    mutating func settle(_ stream: KinesisStream) {
        world.schedule(
            .event(.kinesis(.settled(stream: stream.id, created: stream.created)), region: region),
            after: Timings.kinesisStream)
    }
}

/// What Kinesis's operations need permission for.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesis.html>
enum KinesisAuthorization {
    static let authorization = Authorization(vendor: "kinesis") { _, input, context in
        func text(_ name: String) -> String? { input.shape.member(name) == nil ? nil : input.string(name) }
        if let arn = text("ConsumerARN") ?? text("ResourceARN") ?? text("StreamARN") { return [Permission(arn)] }
        if let name = text("StreamName") {
            return [Permission("arn:aws:kinesis:\(context.region):\(context.accountID):stream/\(name)")]
        }
        if let token = text("ShardIterator"), let iterator = try? ShardIterator(token) {
            return [Permission("arn:aws:kinesis:\(context.region):\(context.accountID):stream/\(iterator.stream)")]
        }
        return Permission.anything
    }
}
