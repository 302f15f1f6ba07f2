import CloudState
import JSONValue
import ServiceModel

/// Dead letters and their way back.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>
enum RedriveCalls {
    static let operations: [String: Handler] = [
        "ListDeadLetterSourceQueues": .read(sources), "StartMessageMoveTask": .write(move),
    ]

    static func sources(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let queue = try context.queue(input.string("QueueUrl"))
        let names = context.sqs.queues.filter { Attributes.redrive($0)?.target == queue.arn }.map(\.id).sorted()
        let page = try SQSPaging.page(names, input)
        return Response([
            "queueUrls": .strings(page.items.compactMap { context.sqs.queues[$0]?.url }), "NextToken": page.token,
        ])
    }

    /// Moves all messages at once: here that takes no time.
    static func move(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard var source = context.queue(arn: input.string("SourceArn") ?? "") else {
            throw ServiceError(
                "ResourceNotFoundException",
                "The resource that you specified for the SourceArn parameter doesn't exist.",
                status: 404)
        }
        guard context.sqs.queues.contains(where: { Attributes.redrive($0)?.target == source.arn }) else {
            throw SQSError.parameter("Source queue must be configured as a Dead Letter Queue.")
        }
        let fixed = input.string("DestinationArn")
        if let fixed, context.queue(arn: fixed) == nil {
            throw ServiceError(
                "ResourceNotFoundException",
                "The resource that you specified for the DestinationArn parameter doesn't exist.", status: 404)
        }
        let messages = Array(source.messages)
        for message in messages {
            guard let target = (fixed ?? message.source).flatMap({ context.queue(arn: $0) })?.id, target != source.id
            else { continue }
            source.messages.remove(message.id)
            var message = message
            message.receives = 0
            message.visible = context.now
            message.source = nil
            let moved = message
            context.sqs.queues.update(target) { $0.messages.insert(moved) }
        }
        context.sqs.queues.insert(source)
        let task =
            "{\"taskId\":\"\(context.world.ids.uuid("\(context.region)/sqs/move"))\",\"sourceArn\":\"\(source.arn)\"}"
        return Response(["TaskHandle": .string(Base64.encode(Array(task.utf8)))])
    }
}

/// Permissions: statements of the queue's policy by their labels.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html>
enum PermissionCalls {
    static let operations: [String: Handler] = ["AddPermission": .write(add), "RemovePermission": .write(remove)]

    private static func statements(_ queue: MessageQueue) -> [JSON] {
        guard let text = queue.attributes["Policy"], let policy = (try? JSON.parse(Array(text.utf8)))?.objectValue
        else {
            return []
        }
        return policy["Statement"]?.arrayValue ?? policy["Statement"].map { [$0] } ?? []
    }

    private static func store(_ statements: [JSON], in queue: inout MessageQueue, _ context: inout CallContext) {
        queue.attributes["Policy"] =
            statements.isEmpty
            ? nil
            : JSON.object([
                "Version": .string("2012-10-17"), "Id": .string("\(queue.arn)/SQSDefaultPolicy"),
                "Statement": .array(statements),
            ]).serializedString()
        context.sqs.queues.insert(queue)
    }

    static func add(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        let label = input.string("Label") ?? ""
        var all = statements(queue)
        guard !all.contains(where: { $0.objectValue?["Sid"]?.stringValue == label }) else {
            throw SQSError.parameter(
                "Value \(label.prefix(80)) for parameter Label is invalid. Reason: Already exists.")
        }
        let accounts = input.strings("AWSAccountIds").map { JSON.string("arn:aws:iam::\($0):root") }
        let actions = input.strings("Actions").map { JSON.string("SQS:\($0)") }
        guard !accounts.isEmpty, !actions.isEmpty else { throw SQSError.missing("Actions") }
        all.append(
            .object([
                "Sid": .string(label), "Effect": .string("Allow"),
                "Principal": .object(["AWS": accounts.count == 1 ? accounts[0] : .array(accounts)]),
                "Action": actions.count == 1 ? actions[0] : .array(actions), "Resource": .string(queue.arn),
            ]))
        store(all, in: &queue, &context)
        return .empty
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        let label = input.string("Label") ?? ""
        let all = statements(queue)
        let left = all.filter { $0.objectValue?["Sid"]?.stringValue != label }
        guard left.count < all.count else {
            throw SQSError.parameter(
                "Value \(label.prefix(80)) for parameter Label is invalid. Reason: can't find label on existing policy."
            )
        }
        store(left, in: &queue, &context)
        return .empty
    }
}
