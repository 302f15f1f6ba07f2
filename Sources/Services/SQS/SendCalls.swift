import CloudState
import Digests
import ServiceModel

/// Sending messages.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
enum SendCalls {
    static let operations: [String: Handler] = ["SendMessage": .write(send), "SendMessageBatch": .write(sendBatch)]

    /// Bytes of all messages that a region may hold: they live in memory.
    private static let mostBytes = 256 * 1024 * 1024

    static func send(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        let answer = try put(input, into: &queue, &context)
        context.sqs.queues.insert(queue)
        return Response(answer)
    }

    static func sendBatch(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        let entries = input.structures("Entries")
        try Batches.check(entries)
        let size = entries.reduce(0) { $0 + ($1.string("MessageBody")?.utf8.count ?? 0) }
        guard size <= 1_048_576 else {
            throw SQSError.batch(
                "BatchRequestTooLong",
                "Batch requests cannot be longer than 1048576 bytes. You have sent \(size) bytes.")
        }
        let answer = Batches.each(entries) { entry throws(ServiceError) in
            var fields = try put(entry, into: &queue, &context).fields ?? Fields()
            fields["Id"] = .string(entry.string("Id") ?? "")
            return .structure(fields)
        }
        context.sqs.queues.insert(queue)
        return Response(answer)
    }

    private static func put(
        _ input: Input, into queue: inout MessageQueue, _ context: inout CallContext
    ) throws(ServiceError) -> Value {
        let body = input.string("MessageBody") ?? ""
        guard !body.isEmpty else { throw SQSError.missing("MessageBody") }
        guard body.unicodeScalars.allSatisfy(isAllowed) else {
            throw SQSError.contents(
                "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
            )
        }
        let attributes = input["MessageAttributes"]?.fields ?? Fields()
        try MessageAttributes.check(attributes)
        let delay = input.integer("DelaySeconds")
        if let delay, !(0...900).contains(delay) {
            throw SQSError.parameter(
                "Value \(delay) for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.")
        }
        let group = input.string("MessageGroupId")
        if queue.isFIFO {
            guard group != nil else { throw SQSError.missing("MessageGroupId") }
            guard delay == nil || delay == 0 else {
                throw SQSError.parameter(
                    "Value \(delay ?? 0) for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type."
                )
            }
        }
        var message = QueuedMessage(
            id: context.world.ids.uuid("\(context.region)/sqs/message"), body: body, attributes: attributes,
            systemAttributes: input["MessageSystemAttributes"]?.fields ?? Fields(), senderID: context.caller.userID,
            sent: context.now,
            visible: context.now.adding(seconds: delay ?? queue.number("DelaySeconds", default: 0)))
        let limit = queue.number("MaximumMessageSize", default: 1_048_576)
        guard message.size <= limit else {
            throw SQSError.parameter(
                "One or more parameters are invalid. Reason: Message must be shorter than \(limit) bytes.")
        }
        guard context.sqs.storedBytes + message.size <= mostBytes else { throw SQSError.full }
        message.group = group
        if queue.isFIFO, let earlier = try deduplicate(&message, input, &queue, &context) {
            return answer(message, id: earlier.messageID, sequence: earlier.sequence)
        }
        queue.messages.insert(message)
        context.sqs.storedBytes += message.size
        return answer(message, id: message.id, sequence: message.sequence)
    }

    /// Gives a message of a FIFO queue its number, or finds that it was sent before.
    private static func deduplicate(
        _ message: inout QueuedMessage, _ input: Input, _ queue: inout MessageQueue, _ context: inout CallContext
    ) throws(ServiceError) -> MessageQueue.Sent? {
        var id = input.string("MessageDeduplicationId")
        if id == nil {
            guard queue.attributes["ContentBasedDeduplication"] == "true" else {
                throw SQSError.parameter(
                    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
                )
            }
            id = Digest.sha256.of(message.body).hex
        }
        message.deduplicationID = id
        let scope = queue.attributes["DeduplicationScope"] == "messageGroup" ? "\(message.group ?? "")/" : ""
        let key = scope + (id ?? "")
        queue.deduplication = queue.deduplication.filter { $0.value.time.adding(seconds: 300) > context.now }
        if let earlier = queue.deduplication[key] { return earlier }
        // Twenty digits, as AWS's are.
        let digits = String(context.world.ids.ordinal("\(context.region)/sqs/sequence") * 256)
        message.sequence = "188500" + String(repeating: "0", count: max(0, 14 - digits.count)) + digits
        queue.deduplication[key] = .init(time: context.now, messageID: message.id, sequence: message.sequence)
        return nil
    }

    private static func answer(_ message: QueuedMessage, id: String, sequence: String?) -> Value {
        [
            "MD5OfMessageBody": .string(Digest.md5.of(message.body).hex),
            "MD5OfMessageAttributes": .optional(MessageAttributes.digest(message.attributes)),
            "MD5OfMessageSystemAttributes": .optional(MessageAttributes.digest(message.systemAttributes)),
            "MessageId": .string(id), "SequenceNumber": .optional(sequence),
        ]
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}

/// Attributes of messages.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html>
enum MessageAttributes {
    static func check(_ attributes: Fields) throws(ServiceError) {
        guard attributes.fields.count <= 10 else {
            throw SQSError.parameter(
                "Number of message attributes [\(attributes.fields.count)] exceeds the allowed maximum [10].")
        }
        for field in attributes.fields {
            let type = field.value["DataType"]?.text ?? ""
            let base = type.prefix { $0 != "." }
            guard ["String", "Number", "Binary"].contains(base) else {
                throw SQSError.parameter(
                    "The message attribute '\(field.name.prefix(256))' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
                )
            }
            let hasValue =
                base == "Binary"
                ? field.value["BinaryValue"] != nil : field.value["StringValue"]?.text?.isEmpty == false
            guard hasValue else {
                throw SQSError.parameter(
                    "Message attribute '\(field.name.prefix(256))' must contain a non-empty value of type '\(base)'.")
            }
        }
    }

    /// The MD5 that clients hold against theirs; nil without attributes.
    static func digest(_ attributes: Fields) -> String? {
        guard !attributes.isEmpty else { return nil }
        var bytes: [UInt8] = []
        func add(_ part: [UInt8]) {
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: part.count >> shift)) }
            bytes += part
        }
        for field in attributes.fields.sorted(by: { $0.name < $1.name }) {
            add(Array(field.name.utf8))
            add(Array((field.value["DataType"]?.text ?? "").utf8))
            if case .blob(let value)? = field.value["BinaryValue"] {
                bytes.append(2)
                add(value)
            } else {
                bytes.append(1)
                add(Array((field.value["StringValue"]?.text ?? "").utf8))
            }
        }
        return Digest.md5.of(bytes).hex
    }
}

/// Requests with several entries.
enum Batches {
    static func check(_ entries: [Input]) throws(ServiceError) {
        guard !entries.isEmpty else { throw SQSError.emptyBatch }
        guard entries.count <= 10 else {
            throw SQSError.batch(
                "TooManyEntriesInBatchRequest",
                "Maximum number of entries per request are 10. You have sent \(entries.count).")
        }
        var seen: Set<String> = []
        for entry in entries {
            let id = entry.string("Id") ?? ""
            guard (1...80).contains(id.utf8.count), id.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 46 }) else {
                throw SQSError.batch(
                    "InvalidBatchEntryId",
                    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
                )
            }
            guard seen.insert(id).inserted else {
                throw SQSError.batch("BatchEntryIdsNotDistinct", "Id \(id) repeated.")
            }
        }
    }

    /// Does each for itself; what fails is told beside what succeeded.
    static func each(_ entries: [Input], _ body: (Input) throws(ServiceError) -> Value) -> Value {
        var successful: [Value] = []
        var failed: [Value] = []
        for entry in entries {
            do throws(ServiceError) {
                successful.append(try body(entry))
            } catch {
                failed.append([
                    "Id": .string(entry.string("Id") ?? ""), "SenderFault": true, "Code": .string(error.code),
                    "Message": .string(error.message),
                ])
            }
        }
        return ["Successful": .list(successful), "Failed": .list(failed)]
    }
}
