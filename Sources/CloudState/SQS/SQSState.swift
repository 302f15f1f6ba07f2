package import ServiceModel

/// Amazon Simple Queue Service's records in one region.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html>
package struct SQSState: Sendable, Equatable {
    /// By name.
    package var queues = ResourceTable<MessageQueue>()
    /// Bytes of all messages.
    package var storedBytes = 0
    /// The latest moves of messages from dead letter queues, oldest first.
    package var moves: [MessageMove] = []

    package init() {}
}

extension CallContext {
    /// SQS's records in the region that was called.
    package var sqs: SQSState {
        get { world.regions[regionIndex].sqs }
        _modify { yield &world.regions[regionIndex].sqs }
    }
}

/// What SQS does by itself.
package enum SQSEvent: Sendable, Equatable {
    /// A move of messages goes on.
    case move(handle: String)
}

/// A move of messages from a dead letter queue.
package struct MessageMove: Sendable, Equatable {
    package var handle: String
    package var source: String
    package var destination: String?
    /// Messages a second; nil for as many as there are.
    package var rate: Int?
    package var started: Timestamp
    /// `RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED`, `FAILED`.
    package var status = "RUNNING"
    package var moved = 0
    package var toMove: Int

    package init(
        handle: String, source: String, destination: String?, rate: Int?, started: Timestamp, toMove: Int
    ) {
        self.handle = handle
        self.source = source
        self.destination = destination
        self.rate = rate
        self.started = started
        self.toMove = toMove
    }
}

/// A queue.
package struct MessageQueue: ResourceRecord {
    package var id: String
    package var arn: String
    package var url: String
    /// What was set, in AWS's words.
    package var attributes: [String: String]
    package var created: Timestamp
    package var modified: Timestamp
    package var purged: Timestamp?
    package var tags: Tags
    /// In the order in which they were sent.
    package var messages = ResourceTable<QueuedMessage>()
    /// What was sent in the last five minutes, by the id that tells duplicates.
    package var deduplication: [String: Sent] = [:]

    package struct Sent: Sendable, Equatable {
        package var time: Timestamp
        package var messageID: String
        package var sequence: String?

        package init(time: Timestamp, messageID: String, sequence: String?) {
            self.time = time
            self.messageID = messageID
            self.sequence = sequence
        }
    }

    package init(
        name: String, arn: String, url: String, attributes: [String: String], created: Timestamp, tags: Tags
    ) {
        id = name
        self.arn = arn
        self.url = url
        self.attributes = attributes
        self.created = created
        modified = created
        self.tags = tags
    }

    /// An attribute's value in seconds or bytes; its default where it was not set.
    package func number(_ name: String, default standard: Int) -> Int {
        attributes[name].flatMap { Int($0) } ?? standard
    }

    package var isFIFO: Bool { attributes["FifoQueue"] == "true" }
    package var visibilityTimeout: Int { number("VisibilityTimeout", default: 30) }
    package var retention: Int { number("MessageRetentionPeriod", default: 345_600) }
}

/// A message in a queue.
package struct QueuedMessage: ResourceRecord {
    package var id: String
    package var body: String
    package var attributes: Fields
    package var systemAttributes: Fields
    package var senderID: String
    package var sent: Timestamp
    package var visible: Timestamp
    /// A function is at work on it. That takes real time, which the region's clock does not know of: however far the clock
    /// goes in the meantime, nobody else gets the message.
    package var isHeld = false
    package var receives = 0
    package var firstReceived: Timestamp?
    package var group: String?
    package var deduplicationID: String?
    package var sequence: String?
    /// The queue that it was in before it became a dead letter.
    package var source: String?

    package init(
        id: String, body: String, attributes: Fields, systemAttributes: Fields, senderID: String, sent: Timestamp,
        visible: Timestamp
    ) {
        self.id = id
        self.body = body
        self.attributes = attributes
        self.systemAttributes = systemAttributes
        self.senderID = senderID
        self.sent = sent
        self.visible = visible
    }

    /// Bytes that it takes.
    package var size: Int {
        attributes.fields.reduce(body.utf8.count) { size, field in
            let text = field.value["StringValue"]?.text?.utf8.count ?? 0
            guard case .blob(let bytes)? = field.value["BinaryValue"] else {
                return size + field.name.utf8.count + text + (field.value["DataType"]?.text?.utf8.count ?? 0)
            }
            return size + field.name.utf8.count + bytes.count
        }
    }

    /// Whether somebody has it at the moment.
    package func isInFlight(_ now: Timestamp) -> Bool { receives > 0 && (isHeld || visible > now) }

    /// Whether the next who asks may get it.
    package func isVisible(_ now: Timestamp) -> Bool { !isHeld && visible <= now }
}
