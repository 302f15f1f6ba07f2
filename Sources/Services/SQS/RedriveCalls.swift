import CloudState
import JSONValue
import ServiceModel

/// Dead letters and their way back.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>
enum RedriveCalls {
    static let operations: [String: Handler] = ["ListDeadLetterSourceQueues": .read(sources)]

    static func sources(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let queue = try context.queue(input.string("QueueUrl"))
        let names = context.sqs.queues.filter { Attributes.redrive($0.attributes)?.target == queue.arn }.map(\.id)
            .sorted()
        let page = try SQSPaging.page(names, input)
        return Response([
            "queueUrls": .strings(page.items.compactMap { context.sqs.queues[$0]?.url }), "NextToken": page.token,
        ])
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
