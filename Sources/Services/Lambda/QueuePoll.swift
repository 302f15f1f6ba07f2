import CloudState
import EventPatterns
import JSONValue
import ServiceModel

/// Queues as sources of events: batches of messages go to the function, and are deleted when it has done them.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>
enum QueuePoll {
    private static let period = Duration.seconds(1)
    /// Batches of one mapping at once.
    private static let most = 5

    private static func queue(_ mapping: EventSourceMapping, _ context: CallContext) -> MessageQueue? {
        context.world.regions[context.regionIndex].sqs.queues.first { $0.arn == mapping.sourceARN }
    }

    /// Looks whether there is something, and begins batches.
    static func poll(_ id: String, _ context: inout CallContext) {
        guard let mapping = context.lambda.eventSourceMappings[id], mapping.state == "Enabled" else { return }
        guard let queue = queue(mapping, context), !queue.messages.isEmpty else { return rest(id, &context) }
        let now = context.now
        let size = mapping.settings["BatchSize"]?.number ?? 10
        let window = mapping.settings["MaximumBatchingWindowInSeconds"]?.number ?? 0
        let limit = mapping.settings["ScalingConfig"]?["MaximumConcurrency"]?.number ?? most
        let visible = queue.messages.filter { $0.isVisible(now) }
        if !visible.isEmpty, visible.count < size, window > 0 {
            let first = visible.map { max($0.sent, $0.visible) }.min() ?? now
            let due = first.adding(seconds: window)
            if due > now { return again(id, at: due, &context) }
        }
        var running = mapping.running
        while running < limit, let batch = receive(mapping, queue, size, &context) {
            if begin(mapping, batch, &context) { running += 1 }
        }
        context.lambda.eventSourceMappings.update(id) { $0.running = running }
        next(id, mapping, &context)
    }

    /// Looks again when the next hidden message is seen, or when something changes.
    private static func next(_ id: String, _ mapping: EventSourceMapping, _ context: inout CallContext) {
        let now = context.now
        guard let queue = queue(mapping, context),
            let due = queue.messages.filter({ !$0.isHeld }).map(\.visible).min()
        else {
            return rest(id, &context)
        }
        if due > now { again(id, at: due, &context) } else { rest(id, &context) }
    }

    private static func rest(_ id: String, _ context: inout CallContext) {
        context.world.rest(.lambda(.poll(uuid: id)), region: context.region, period: period)
    }

    private static func again(_ id: String, at due: Timestamp, _ context: inout CallContext) {
        context.world.agenda.schedule(.event(.lambda(.poll(uuid: id)), region: context.region), at: due)
        // What is sent in the meantime is not to wait for that.
        rest(id, &context)
    }

    /// Whether a look would begin something now.
    static func hasWork(_ id: String, _ world: World, _ region: String) -> Bool {
        guard let place = world.regions.firstIndex(where: { $0.name == region }),
            let mapping = world.regions[place].lambda.eventSourceMappings[id], mapping.state == "Enabled",
            let queue = world.regions[place].sqs.queues.first(where: { $0.arn == mapping.sourceARN })
        else { return false }
        return queue.messages.contains { $0.isVisible(world.now) }
    }

    private static func receive(
        _ mapping: EventSourceMapping, _ queue: MessageQueue, _ size: Int, _ context: inout CallContext
    ) -> [Value]? {
        var batch: [Value] = []
        while batch.count < size {
            let answer = try? call(
                mapping, "ReceiveMessage",
                [
                    "QueueUrl": .string(queue.url), "MaxNumberOfMessages": .integer(min(10, size - batch.count)),
                    "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"],
                ], &context)
            let messages = answer?["Messages"]?.elements ?? []
            guard !messages.isEmpty else { break }
            batch += messages
        }
        return batch.isEmpty ? nil : batch
    }

    /// Calls as the function's role, which needs the permission where permissions are enforced.
    private static func call(
        _ mapping: EventSourceMapping, _ operation: String, _ parameters: Value, _ context: inout CallContext
    ) throws(ServiceError) -> Fields {
        let name = try FunctionName(mapping.functionARN, context)
        guard let function = context.lambda.functions[name.name] else { throw LambdaError.noResource }
        return try context.call(
            as: function.latest.role, session: function.id, "sqs", operation, parameters)
    }

    private static func record(_ message: Value, _ mapping: EventSourceMapping, _ region: String) -> JSON {
        var attributes = JSONObject()
        for field in message["Attributes"]?.fields?.fields ?? [] {
            attributes.set(field.name, to: .string(field.value.text ?? ""))
        }
        var own = JSONObject()
        for field in message["MessageAttributes"]?.fields?.fields ?? [] {
            var value: JSONObject = [:]
            if let text = field.value["StringValue"]?.text { value.set("stringValue", to: .string(text)) }
            if case .blob(let bytes)? = field.value["BinaryValue"] {
                value.set("binaryValue", to: .string(Base64.encode(bytes)))
            }
            value.set("stringListValues", to: .array([]))
            value.set("binaryListValues", to: .array([]))
            value.set("dataType", to: .string(field.value["DataType"]?.text ?? "String"))
            own.set(field.name, to: .object(value))
        }
        return .object([
            "messageId": .string(message["MessageId"]?.text ?? ""),
            "receiptHandle": .string(message["ReceiptHandle"]?.text ?? ""),
            "body": .string(message["Body"]?.text ?? ""), "attributes": .object(attributes),
            "messageAttributes": .object(own), "md5OfBody": .string(message["MD5OfBody"]?.text ?? ""),
            "eventSource": "aws:sqs", "eventSourceARN": .string(mapping.sourceARN), "awsRegion": .string(region),
        ])
    }

    /// Filters a batch, deletes what no filter wants, and has the function run on the rest.
    private static func begin(
        _ mapping: EventSourceMapping, _ batch: [Value], _ context: inout CallContext
    ) -> Bool {
        let patterns = (mapping.settings["FilterCriteria"]?["Filters"]?.elements ?? []).compactMap {
            try? EventPattern($0["Pattern"]?.text ?? "")
        }
        var records: [JSON] = []
        var items: [FunctionInvocation.BatchItem] = []
        for message in batch {
            let record = record(message, mapping, context.region)
            let item = FunctionInvocation.BatchItem(
                id: message["MessageId"]?.text ?? "", receiptHandle: message["ReceiptHandle"]?.text ?? "")
            guard patterns.isEmpty || patterns.contains(where: { $0.matches(filtered(record)) }) else {
                delete([item], mapping, &context)
                continue
            }
            records.append(record)
            items.append(item)
        }
        guard !records.isEmpty, let name = try? FunctionName(mapping.functionARN, context),
            let function = context.lambda.functions[name.name],
            let version = try? InvokeCalls.chosen(function, name.qualifier, &context)
        else { return false }
        let senders = batch.compactMap { $0["Attributes"]?["SenderId"]?.text }
        guard !Recursion.ends(function, at: Recursion.depth(ofSenders: senders, context), &context) else {
            delete(items, mapping, &context)
            return false
        }
        let payload = JSON.object(["Records": .array(records)]).serializedString()
        InvokeCalls.begin(
            .mapping(uuid: mapping.id, items: items), function, version, qualifier: name.qualifier,
            requestID: context.world.ids.uuid("\(context.region)/lambda/request"), payload: Array(payload.utf8),
            clientContext: nil, isAwaited: false, &context)
        hold(items, true, &context)
        return true
    }

    /// A body of JSON is looked into.
    private static func filtered(_ record: JSON) -> JSON {
        guard var object = record.objectValue, let text = object["body"]?.stringValue,
            let body = try? JSON.parse(text, maximumDepth: 32), body.objectValue != nil
        else { return record }
        object.set("body", to: body)
        return .object(object)
    }

    private static func delete(
        _ items: [FunctionInvocation.BatchItem], _ mapping: EventSourceMapping, _ context: inout CallContext
    ) {
        guard let queue = queue(mapping, context) else { return }
        for item in items {
            _ = try? call(
                mapping, "DeleteMessage",
                ["QueueUrl": .string(queue.url), "ReceiptHandle": .string(item.receiptHandle)], &context)
        }
    }

    /// Keeps messages for the function that is at work on them, or gives back those that it has not done.
    private static func hold(
        _ items: [FunctionInvocation.BatchItem], _ isHeld: Bool, _ context: inout CallContext
    ) {
        // By its messages: the mapping may have been deleted, and some of them.
        guard let queue = context.sqs.queues.first(where: { queue in items.contains { queue.messages[$0.id] != nil } })
        else { return }
        context.sqs.queues.update(queue.id) { queue in
            for item in items { queue.messages.update(item.id) { $0.isHeld = isHeld } }
        }
    }

    /// Deletes what was done. What was not is seen again when its visibility timeout is over.
    static func finish(
        _ id: String, _ items: [FunctionInvocation.BatchItem], _ outcome: FunctionOutcome, _ context: inout CallContext
    ) {
        hold(items, false, &context)
        guard let mapping = context.lambda.eventSourceMappings[id] else { return }
        context.lambda.eventSourceMappings.update(id) { $0.running = max(0, $0.running - 1) }
        guard outcome.ending == .success else { return }
        let failed = failures(mapping, items, outcome.payload)
        delete(items.filter { !failed.contains($0.id) }, mapping, &context)
    }

    /// The messages that the function says it could not do; all of them where what it says makes no sense.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>
    static func failures(
        _ mapping: EventSourceMapping, _ items: [FunctionInvocation.BatchItem], _ payload: [UInt8]
    ) -> Set<String> {
        let reports = mapping.settings["FunctionResponseTypes"]?.elements?.contains("ReportBatchItemFailures") ?? false
        guard reports else { return [] }
        let all = Set(items.map(\.id))
        guard let answer = try? JSON.parse(payload) else { return all }
        guard case .array(let list)? = answer.objectValue?["batchItemFailures"] else { return [] }
        var failed: Set<String> = []
        for entry in list {
            guard let id = entry.objectValue?["itemIdentifier"]?.stringValue, all.contains(id) else { return all }
            failed.insert(id)
        }
        return failed
    }
}
