import CloudState
import Digests
import ServiceModel

/// Receiving and deleting messages.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>
enum DeliveryCalls {
    static let operations: [String: Handler] = [
        "ChangeMessageVisibility": .write(change),
        "ChangeMessageVisibilityBatch": .write(changeBatch),
        "DeleteMessage": .write(delete),
        "DeleteMessageBatch": .write(deleteBatch),
        "ReceiveMessage": .receive(receive),
    ]

    static func receive(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let queue = try context.queue(input.string("QueueUrl"))
        let most = input.integer("MaxNumberOfMessages") ?? 1
        guard (1...10).contains(most) else {
            throw SQSError.parameter(
                "Value \(most) for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
            )
        }
        let wait = input.integer("WaitTimeSeconds") ?? queue.number("ReceiveMessageWaitTimeSeconds", default: 0)
        guard (0...20).contains(wait) else {
            throw SQSError.parameter(
                "Value \(wait) for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.")
        }
        let hidden = input.integer("VisibilityTimeout") ?? queue.visibilityTimeout
        guard (0...43_200).contains(hidden) else {
            throw SQSError.parameter(
                "Value \(hidden) for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided."
            )
        }
        var taken = take(queue.id, most, hidden, &context)
        // A long poll takes virtual time: until something comes, or all of it.
        let end = context.now.adding(seconds: wait)
        while taken.isEmpty, context.now < end {
            let next = context.sqs.queues[queue.id]?.messages.map(\.visible).filter { $0 > context.now }.min()
            context.world.advance(to: min(next ?? end, end))
            taken = take(queue.id, most, hidden, &context)
        }
        guard !taken.isEmpty else { return .empty }
        return Response(["Messages": .list(taken) { view($0, queue, input) }])
    }

    /// Takes what can be had; a message that was received too often becomes a dead letter.
    private static func take(
        _ name: String, _ most: Int, _ hidden: Int, _ context: inout CallContext
    ) -> [QueuedMessage] {
        guard var queue = context.sqs.queues[name] else { return [] }
        let now = context.now
        let redrive = Attributes.redrive(queue.attributes)
        let deadLetters = redrive.flatMap { context.queue(arn: $0.target) }
        // Of a group of a FIFO queue nothing comes while one of its messages is out.
        var blocked = Set(
            queue.isFIFO ? queue.messages.filter { $0.isInFlight(now) }.map { $0.group ?? "" } : [])
        var taken: [QueuedMessage] = []
        var dead: [QueuedMessage] = []
        for message in queue.messages {
            guard taken.count < most else { break }
            guard message.sent.adding(seconds: queue.retention) > now else {
                queue.messages.remove(message.id)
                context.sqs.storedBytes -= message.size
                continue
            }
            guard !blocked.contains(message.group ?? "") || !queue.isFIFO else { continue }
            guard message.isVisible(now) else {
                if queue.isFIFO { blocked.insert(message.group ?? "") }
                continue
            }
            var message = message
            if let redrive, deadLetters != nil, message.receives >= redrive.count {
                queue.messages.remove(message.id)
                message.receives = 0
                message.visible = now
                message.source = queue.arn
                dead.append(message)
                continue
            }
            message.receives += 1
            message.firstReceived = message.firstReceived ?? now
            message.visible = now.adding(seconds: hidden)
            queue.messages.insert(message)
            taken.append(message)
        }
        context.sqs.queues.insert(queue)
        if let target = deadLetters?.id, !dead.isEmpty {
            context.sqs.queues.update(target) { queue in
                for message in dead { queue.messages.insert(message) }
            }
        }
        return taken
    }

    private static func view(_ message: QueuedMessage, _ queue: MessageQueue, _ input: Input) -> Value {
        let wanted = input.strings("AttributeNames") + input.strings("MessageSystemAttributeNames")
        let all: [(String, String?)] = [
            ("SenderId", message.senderID), ("SentTimestamp", String(message.sent.milliseconds)),
            ("ApproximateReceiveCount", String(message.receives)),
            ("ApproximateFirstReceiveTimestamp", message.firstReceived.map { String($0.milliseconds) }),
            ("SequenceNumber", message.sequence), ("MessageDeduplicationId", message.deduplicationID),
            ("MessageGroupId", message.group),
            ("AWSTraceHeader", message.systemAttributes["AWSTraceHeader"]?["StringValue"]?.text),
            ("DeadLetterQueueSourceArn", message.source),
        ]
        let shown = all.filter { wanted.contains("All") || wanted.contains($0.0) }
        let names = input.strings("MessageAttributeNames")
        let attributes = message.attributes.fields.filter { field in
            names.contains { name in
                name == "All" || name == ".*" || name == field.name
                    || name.hasSuffix(".*") && field.name.hasPrefix(name.dropLast(1))
            }
        }
        let system = shown.compactMap { name, value in value.map { Fields.Field(name: name, value: .string($0)) } }
        return [
            "MessageId": .string(message.id), "ReceiptHandle": .string(Receipt.handle(message, queue)),
            "MD5OfBody": .string(Digest.md5.of(message.body).hex), "Body": .string(message.body),
            "Attributes": system.isEmpty ? nil : .map(Fields(system)),
            "MD5OfMessageAttributes": .optional(MessageAttributes.digest(Fields(attributes))),
            "MessageAttributes": attributes.isEmpty ? nil : .map(Fields(attributes)),
        ]
    }

    // MARK: After receiving

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        try remove(input, from: &queue, &context)
        context.sqs.queues.insert(queue)
        return .empty
    }

    static func deleteBatch(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        let entries = input.structures("Entries")
        try Batches.check(entries)
        let answer = Batches.each(entries) { entry throws(ServiceError) in
            try remove(entry, from: &queue, &context)
            return ["Id": .string(entry.string("Id") ?? "")]
        }
        context.sqs.queues.insert(queue)
        return Response(answer)
    }

    private static func remove(
        _ input: Input, from queue: inout MessageQueue, _ context: inout CallContext
    ) throws(ServiceError) {
        let id = try Receipt.messageID(input.string("ReceiptHandle"), queue)
        // What is gone already is as good as deleted.
        if let message = queue.messages.remove(id) { context.sqs.storedBytes -= message.size }
    }

    static func change(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        try hide(input, in: &queue, context.now)
        context.sqs.queues.insert(queue)
        return .empty
    }

    static func changeBatch(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        let entries = input.structures("Entries")
        try Batches.check(entries)
        let now = context.now
        let answer = Batches.each(entries) { entry throws(ServiceError) in
            try hide(entry, in: &queue, now)
            return ["Id": .string(entry.string("Id") ?? "")]
        }
        context.sqs.queues.insert(queue)
        return Response(answer)
    }

    private static func hide(_ input: Input, in queue: inout MessageQueue, _ now: Timestamp) throws(ServiceError) {
        let seconds = input.integer("VisibilityTimeout") ?? 0
        guard (0...43_200).contains(seconds) else {
            throw SQSError.parameter(
                "Value \(seconds) for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and 43200."
            )
        }
        let id = try Receipt.messageID(input.string("ReceiptHandle"), queue)
        guard var message = queue.messages[id] else {
            throw SQSError.parameter(
                "Value \((input.string("ReceiptHandle") ?? "").prefix(256)) for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."
            )
        }
        guard message.isInFlight(now) else {
            throw SQSError.batch("MessageNotInflight", "The specified message isn't in flight.")
        }
        message.visible = now.adding(seconds: seconds)
        message.isHeld = false
        queue.messages.insert(message)
    }
}

/// Receipt handles: which message of which queue, and which time that it was received.
enum Receipt {
    static func handle(_ message: QueuedMessage, _ queue: MessageQueue) -> String {
        Base64.encode(Array("\(queue.id) \(message.id) \(message.receives)".utf8))
    }

    static func messageID(_ handle: String?, _ queue: MessageQueue) throws(ServiceError) -> String {
        guard let bytes = Base64.decode(handle ?? "") else { throw SQSError.badReceipt }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard parts.count == 3, parts[0] == queue.id else { throw SQSError.badReceipt }
        return String(parts[1])
    }
}
