import CloudState
import JSONValue
import ServiceModel

/// Queues.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>
enum QueueCalls {
    static let operations: [String: Handler] = [
        "CreateQueue": .write(create),
        "DeleteQueue": .write(delete),
        "GetQueueUrl": .read(url),
        "ListQueues": .read(list),
        "PurgeQueue": .write(purge),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("QueueName") ?? ""
        let wanted = Dictionary(input.map("Attributes").map { ($0.key, $0.value) }) { first, _ in first }
        let isFIFO = wanted["FifoQueue"] == "true"
        let stem = name.hasSuffix(".fifo") ? name.dropLast(5) : Substring(name)
        guard (1...80).contains(name.utf8.count), !stem.isEmpty,
            stem.utf8.allSatisfy({ byte in
                byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || isAlphanumeric(byte)
            })
        else {
            throw SQSError.parameter(
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
        }
        guard isFIFO == name.hasSuffix(".fifo") else {
            throw SQSError.parameter(
                isFIFO
                    ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length."
                    : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
        }
        let attributes = try Attributes.checked(wanted, isFIFO: isFIFO, isNew: true)
        if let existing = context.sqs.queues[name] {
            for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
                guard Attributes.value(key, of: existing) == value else { throw SQSError.exists(key) }
            }
            return Response(["QueueUrl": .string(existing.url)])
        }
        try Attributes.checkTarget(attributes, context)
        let queue = MessageQueue(
            name: name, arn: "arn:aws:sqs:\(context.region):\(context.accountID):\(name)",
            url: "https://sqs.\(context.region).amazonaws.com/\(context.accountID)/\(name)", attributes: attributes,
            created: context.now, tags: Tags(input.map("tags")))
        context.sqs.queues.insert(queue)
        return Response(["QueueUrl": .string(queue.url)])
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let queue = try context.queue(input.string("QueueUrl"))
        context.sqs.storedBytes -= queue.messages.reduce(0) { $0 + $1.size }
        context.sqs.queues.remove(queue.id)
        return .empty
    }

    static func purge(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        if let last = queue.purged, last.adding(seconds: 60) > context.now {
            throw SQSError.batch(
                "PurgeQueueInProgress", "Only one PurgeQueue operation on \(queue.id) is allowed every 60 seconds.")
        }
        context.sqs.storedBytes -= queue.messages.reduce(0) { $0 + $1.size }
        queue.messages = ResourceTable()
        queue.purged = context.now
        context.sqs.queues.insert(queue)
        return .empty
    }

    static func url(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        if let owner = input.string("QueueOwnerAWSAccountId"), owner != context.accountID { throw SQSError.noQueue }
        return Response(["QueueUrl": .string(try context.queue(input.string("QueueName")).url)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("QueueNamePrefix") ?? ""
        let names = context.sqs.queues.map(\.id).filter { $0.hasPrefix(prefix) }.sorted()
        let page = try SQSPaging.page(names, input)
        let urls = page.items.compactMap { context.sqs.queues[$0]?.url }
        return Response(["QueueUrls": urls.isEmpty ? nil : .strings(urls), "NextToken": page.token])
    }
}

/// Pages of lists of queues.
enum SQSPaging {
    static func page(
        _ names: [String], _ input: Input
    ) throws(ServiceError) -> (items: ArraySlice<String>, token: Value?) {
        var start = 0
        if let token = input.string("NextToken") {
            guard let bytes = Base64.decode(token), let offset = Int(String(decoding: bytes, as: UTF8.self)),
                offset >= 0
            else { throw SQSError.parameter("Invalid NextToken value.") }
            start = min(offset, names.count)
        }
        let end = min(names.count, start + max(1, input.integer("MaxResults") ?? 1000))
        return (names[start..<end], end < names.count ? .string(Base64.encode(Array("\(end)".utf8))) : nil)
    }
}

/// Attributes of queues.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
enum Attributes {
    /// Numbers, their bounds and what they are by default.
    private static let numbers: [String: (bounds: ClosedRange<Int>, standard: Int)] = [
        "DelaySeconds": (0...900, 0), "MaximumMessageSize": (1024...1_048_576, 1_048_576),
        "MessageRetentionPeriod": (60...1_209_600, 345_600), "ReceiveMessageWaitTimeSeconds": (0...20, 0),
        "VisibilityTimeout": (0...43_200, 30), "KmsDataKeyReusePeriodSeconds": (60...86_400, 300),
    ]
    private static let always = [
        "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds",
        "VisibilityTimeout",
    ]
    private static let switches = ["FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled"]
    private static let documents = ["Policy", "RedrivePolicy", "RedriveAllowPolicy"]

    static func checked(
        _ wanted: [String: String], isFIFO: Bool, isNew: Bool
    ) throws(ServiceError) -> [String: String] {
        var checked: [String: String] = [:]
        for (name, value) in wanted.sorted(by: { $0.key < $1.key }) {
            if let rule = numbers[name] {
                guard let number = Int(value), rule.bounds.contains(number) else { throw SQSError.value(name) }
                checked[name] = String(number)
            } else if switches.contains(name) {
                guard value == "true" || value == "false" else { throw SQSError.value(name) }
                guard isFIFO || name != "ContentBasedDeduplication" else { throw SQSError.name(name) }
                if name == "FifoQueue", !isNew { throw SQSError.name(name) }
                checked[name] = value
            } else if documents.contains(name) {
                try check(document: value, name)
                checked[name] = value
            } else if name == "DeduplicationScope" || name == "FifoThroughputLimit" {
                guard isFIFO else { throw SQSError.name(name) }
                let allowed =
                    name == "DeduplicationScope" ? ["messageGroup", "queue"] : ["perQueue", "perMessageGroupId"]
                guard allowed.contains(value) else { throw SQSError.value(name) }
                checked[name] = value
            } else if name == "KmsMasterKeyId" {
                checked[name] = value
            } else {
                throw SQSError.name(name)
            }
        }
        // A FIFO queue says so only where it is one.
        if checked["FifoQueue"] == "false" { checked["FifoQueue"] = nil }
        return checked
    }

    /// The queue of dead letters has to be there.
    static func checkTarget(_ attributes: [String: String], _ context: CallContext) throws(ServiceError) {
        guard let target = redrive(attributes)?.target, context.queue(arn: target) == nil else { return }
        throw SQSError.parameter(
            "Value \((attributes["RedrivePolicy"] ?? "").prefix(512)) for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist."
        )
    }

    private static func check(document: String, _ name: String) throws(ServiceError) {
        guard !document.isEmpty else { return }
        guard let object = (try? JSON.parse(Array(document.utf8)))?.objectValue else { throw SQSError.value(name) }
        guard name == "RedrivePolicy" else { return }
        let count = object["maxReceiveCount"].flatMap { $0.intValue ?? $0.stringValue.flatMap { Int($0) } }
        guard let target = object["deadLetterTargetArn"]?.stringValue, target.hasPrefix("arn:aws:sqs:"),
            let count, (1...1000).contains(count)
        else {
            throw SQSError.parameter(
                "Value \(document.prefix(512)) for parameter RedrivePolicy is invalid. Reason: Redrive policy does not contain mandatory attributes: maxReceiveCount and deadLetterTargetArn."
            )
        }
    }

    /// What an attribute of a queue is, set or not; nil where it is not shown.
    static func value(_ name: String, of queue: MessageQueue) -> String? {
        if let value = queue.attributes[name] { return value.isEmpty ? nil : value }
        if let rule = numbers[name], always.contains(name) { return String(rule.standard) }
        switch name {
        case "SqsManagedSseEnabled": return queue.attributes["KmsMasterKeyId"] == nil ? "true" : "false"
        case "KmsDataKeyReusePeriodSeconds": return queue.attributes["KmsMasterKeyId"] == nil ? nil : "300"
        case "ContentBasedDeduplication": return queue.isFIFO ? "false" : nil
        case "DeduplicationScope": return queue.isFIFO ? "queue" : nil
        case "FifoThroughputLimit": return queue.isFIFO ? "perQueue" : nil
        default: return nil
        }
    }

    static func all(of queue: MessageQueue, now: Timestamp) -> [(String, String)] {
        let messages = queue.messages.filter { $0.sent.adding(seconds: queue.retention) > now }
        let hidden = messages.count { $0.isInFlight(now) }
        let delayed = messages.count { $0.receives == 0 && $0.visible > now }
        var all =
            (always + switches + documents + ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"]
            + ["DeduplicationScope", "FifoThroughputLimit"]).compactMap { name in
                value(name, of: queue).map { (name, $0) }
            }
        all += [
            ("QueueArn", queue.arn), ("ApproximateNumberOfMessages", String(messages.count - hidden - delayed)),
            ("ApproximateNumberOfMessagesNotVisible", String(hidden)),
            ("ApproximateNumberOfMessagesDelayed", String(delayed)),
            ("CreatedTimestamp", String(queue.created.milliseconds / 1000)),
            ("LastModifiedTimestamp", String(queue.modified.milliseconds / 1000)),
        ]
        return all
    }

    /// The dead letter queue and the receives after which a message goes there.
    static func redrive(_ attributes: [String: String]) -> (target: String, count: Int)? {
        guard let text = attributes["RedrivePolicy"], !text.isEmpty,
            let object = (try? JSON.parse(Array(text.utf8)))?.objectValue,
            let target = object["deadLetterTargetArn"]?.stringValue,
            let count = object["maxReceiveCount"].flatMap({ $0.intValue ?? $0.stringValue.flatMap { Int($0) } })
        else { return nil }
        return (target, count)
    }
}

/// Reading and setting attributes.
enum AttributeCalls {
    static let operations: [String: Handler] = [
        "GetQueueAttributes": .readAtTime(get), "SetQueueAttributes": .write(set),
    ]

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let queue = try context.queue(input.string("QueueUrl"))
        let wanted = input.strings("AttributeNames")
        let found = Attributes.all(of: queue, now: context.now).filter {
            wanted.contains("All") || wanted.contains($0.0)
        }
        guard !found.isEmpty else { return .empty }
        return Response(["Attributes": .map(Fields(found.map { .init(name: $0.0, value: .string($0.1)) }))])
    }

    static func set(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        let wanted = Dictionary(input.map("Attributes").map { ($0.key, $0.value) }) { first, _ in first }
        let checked = try Attributes.checked(wanted, isFIFO: queue.isFIFO, isNew: false)
        try Attributes.checkTarget(checked, context)
        queue.attributes.merge(checked) { $1 }
        queue.modified = context.now
        context.sqs.queues.insert(queue)
        return .empty
    }
}

/// Tags of queues.
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListQueueTags": .read(list), "TagQueue": .write(tag), "UntagQueue": .write(untag),
    ]

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try context.queue(input.string("QueueUrl")).tags
        guard !tags.isEmpty else { return .empty }
        return Response(["Tags": .map(Fields(tags.tags.map { .init(name: $0.key, value: .string($0.value)) }))])
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        for tag in input.map("Tags") { queue.tags[tag.key] = tag.value }
        guard queue.tags.count <= 50 else { throw SQSError.parameter("Too many tags added for queue \(queue.id).") }
        context.sqs.queues.insert(queue)
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var queue = try context.queue(input.string("QueueUrl"))
        for key in input.strings("TagKeys") { queue.tags[key] = nil }
        context.sqs.queues.insert(queue)
        return .empty
    }
}
