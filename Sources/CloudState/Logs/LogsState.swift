package import ServiceModel

/// Amazon CloudWatch Logs' records in one region.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html>
package struct LogsState: Sendable, Equatable {
    /// By name.
    package var groups = ResourceTable<LogGroup>()
    /// By `group` and `name`, see `LogStream.id`.
    package var streams = ResourceTable<LogStream>()
    /// By name: policies that let services of AWS write logs.
    package var policies = ResourceTable<LogPolicy>()
    /// Bytes of all events.
    package var storedBytes = 0

    package init() {}
}

extension CallContext {
    /// CloudWatch Logs' records in the region that was called.
    package var logs: LogsState {
        get { world.regions[regionIndex].logs }
        _modify { yield &world.regions[regionIndex].logs }
    }
}

/// What CloudWatch Logs does by itself.
package enum LogsEvent: Sendable, Equatable {
    /// New events go to those who have subscribed to their group.
    case delivery(group: String, stream: String, events: [LogStream.Event])
}

/// A log group.
package struct LogGroup: ResourceRecord {
    package var id: String
    package var arn: String
    package var created: Timestamp
    /// Days; nil for ever.
    package var retention: Int?
    package var keyARN: String?
    package var kind = "STANDARD"
    package var isProtected = false
    /// Metric filters by name, as they were put.
    package var metricFilters: [String: Fields] = [:]
    package var subscriptions: [String: Fields] = [:]
    package var tags: Tags

    package init(name: String, arn: String, created: Timestamp, tags: Tags) {
        id = name
        self.arn = arn
        self.created = created
        self.tags = tags
    }
}

/// A log stream and its events, in the order of their timestamps.
package struct LogStream: ResourceRecord {
    package struct Event: Sendable, Equatable {
        package var time: Timestamp
        package var message: String
        package var ingested: Timestamp
        /// Counts the events of the stream.
        package var number: Int
    }

    package var id: String
    package var group: String
    package var name: String
    package var arn: String
    package var created: Timestamp
    package var lastIngestion: Timestamp?
    package private(set) var bytes = 0
    package private(set) var count = 0
    /// Full chunks are shared between copies: what is added costs a chunk.
    private var chunks: [[Event]] = []
    private static let chunkSize = 256

    package static func id(group: String, name: String) -> String { "\(group)\u{1F}\(name)" }

    package init(group: LogGroup, name: String, created: Timestamp) {
        id = Self.id(group: group.id, name: name)
        self.group = group.id
        self.name = name
        arn = "\(group.arn):log-stream:\(name)"
        self.created = created
    }

    package var events: [Event] { Array(chunks.joined()) }
    package var first: Event? { chunks.first?.first }
    package var last: Event? { chunks.last?.last }

    /// Adds an event; one that is older than the last goes to its place.
    package mutating func append(_ message: String, time: Timestamp, now: Timestamp) {
        let event = Event(time: time, message: message, ingested: now, number: count)
        count += 1
        bytes += message.utf8.count + 26
        lastIngestion = now
        guard let last, last.time > time else {
            if chunks.last.map({ $0.count >= Self.chunkSize }) ?? true { chunks.append([]) }
            chunks[chunks.count - 1].append(event)
            return
        }
        let place = chunks.firstIndex { $0.last.map { $0.time > time } ?? false } ?? chunks.count - 1
        let index = chunks[place].firstIndex { $0.time > time } ?? chunks[place].count
        chunks[place].insert(event, at: index)
    }
}

/// A resource policy.
package struct LogPolicy: ResourceRecord {
    package var id: String
    package var document: String
    package var updated: Timestamp

    package init(name: String, document: String, updated: Timestamp) {
        id = name
        self.document = document
        self.updated = updated
    }
}

extension World {
    /// Has new events of a stream delivered to those who have subscribed to its group.
    ///
    /// - Parameter number: of the first new event.
    package mutating func deliver(_ stream: LogStream, from number: Int, _ group: LogGroup, region: String) {
        guard !group.subscriptions.isEmpty, stream.count > number else { return }
        let events = stream.events.filter { $0.number >= number }
        schedule(
            .event(.logs(.delivery(group: group.id, stream: stream.name, events: events)), region: region),
            after: Timings.logDelivery)
    }

    /// Writes events as a service of AWS does that logs for a resource; makes the stream, and with `createsGroup` the
    /// group, where they are missing.
    ///
    /// - Returns: whether there is such a group now.
    @discardableResult
    package mutating func appendLogEvents(
        _ events: [(time: Timestamp, message: String)], group name: String, stream: String, region: String,
        createsGroup: Bool = true
    ) -> Bool {
        let index = regionIndex(region)
        let now = now
        if regions[index].logs.groups[name] == nil {
            guard createsGroup else { return false }
            let arn = "arn:aws:logs:\(region):\(accountID):log-group:\(name)"
            regions[index].logs.groups.insert(LogGroup(name: name, arn: arn, created: now, tags: Tags()))
        }
        guard let group = regions[index].logs.groups[name] else { return false }
        let id = LogStream.id(group: name, name: stream)
        var record = regions[index].logs.streams[id] ?? LogStream(group: group, name: stream, created: now)
        let before = record.bytes
        let count = record.count
        for event in events { record.append(event.message, time: event.time, now: now) }
        deliver(record, from: count, group, region: region)
        regions[index].logs.storedBytes += record.bytes - before
        regions[index].logs.streams.insert(record)
        return true
    }
}
