package import CloudState
import ServiceModel

/// Amazon Simple Queue Service: standard and FIFO queues, dead letters, redrive.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html>
package enum SQSService {
    package static let definition = ServiceDefinition(
        signingNames: ["sqs"], model: { .sqs },
        operations: groups.merged,
        authorization: SQSAuthorization.authorization,
        reactions: ServiceReactions(handle: SQSReactions.handle))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        AttributeCalls.operations,
        DeliveryCalls.operations,
        MoveCalls.operations,
        PermissionCalls.operations,
        QueueCalls.operations,
        RedriveCalls.operations,
        SendCalls.operations,
        TagCalls.operations,
    ]
}

/// SQS's errors. Clients know many of them by the codes of the older protocol, which go along in a header.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html>
enum SQSError {
    private static func error(_ code: String, _ message: String, query: String? = nil) -> ServiceError {
        var error = ServiceError(code, message)
        error.queryCode = query ?? code
        return error
    }

    static let noQueue = error(
        "QueueDoesNotExist", "The specified queue does not exist.", query: "AWS.SimpleQueueService.NonExistentQueue")
    static let badReceipt = error("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
    static let emptyBatch = error(
        "EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request.",
        query: "AWS.SimpleQueueService.EmptyBatchRequest")
    static let full = error("OverLimit", "The emulator holds no more messages.")

    static func batch(_ code: String, _ message: String) -> ServiceError {
        error(code, message, query: "AWS.SimpleQueueService.\(code)")
    }
    static func exists(_ attribute: String) -> ServiceError {
        error(
            "QueueNameExists",
            "A queue already exists with the same name and a different value for attribute \(attribute)",
            query: "QueueAlreadyExists")
    }
    static func value(_ name: String) -> ServiceError {
        error("InvalidAttributeValue", "Invalid value for the parameter \(name).")
    }
    static func name(_ name: String) -> ServiceError {
        error("InvalidAttributeName", "Unknown Attribute \(name.prefix(64)).")
    }
    static func parameter(_ message: String) -> ServiceError { error("InvalidParameterValue", message) }
    static func missing(_ name: String) -> ServiceError {
        error("MissingParameter", "The request must contain the parameter \(name).")
    }
    static func contents(_ message: String) -> ServiceError { error("InvalidMessageContents", message) }
}

extension CallContext {
    /// The queue that a URL, or a bare name, means.
    func queue(_ url: String?) throws(ServiceError) -> MessageQueue {
        let name = (url ?? "").split(separator: "/").last.map(String.init) ?? ""
        guard let queue = sqs.queues[name] else { throw SQSError.noQueue }
        return queue
    }

    /// The queue of that ARN in this region.
    func queue(arn: String) -> MessageQueue? {
        let name = arn.split(separator: ":").last.map(String.init) ?? ""
        return sqs.queues[name].flatMap { $0.arn == arn ? $0 : nil }
    }
}
