import CloudState
import JSONValue
import ServiceModel

/// Log streams.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html>
enum StreamCalls {
    static let operations: [String: Handler] = [
        "CreateLogStream": .write(create),
        "DeleteLogStream": .write(delete),
        "DescribeLogStreams": .read(describe),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.logGroup(input.string("logGroupName"))
        let stream = LogStream(group: group, name: input.string("logStreamName") ?? "", created: context.now)
        guard context.logs.streams[stream.id] == nil else {
            throw ServiceError("ResourceAlreadyExistsException", "The specified log stream already exists")
        }
        context.logs.streams.insert(stream)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.logGroup(input.string("logGroupName"))
        let stream = try context.logStream(group, input.string("logStreamName"))
        context.logs.storedBytes -= stream.bytes
        context.logs.streams.remove(stream.id)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.logGroup(input)
        let prefix = input.string("logStreamNamePrefix")
        let isByTime = input.string("orderBy") == "LastEventTime"
        guard prefix == nil || !isByTime else {
            throw LogsError.parameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        }
        var found = context.logs.streams.filter { stream in
            stream.group == group.id && (prefix.map(stream.name.hasPrefix) ?? true)
        }
        func time(_ stream: LogStream) -> Int { stream.last?.time.milliseconds ?? 0 }
        found.sort { isByTime ? (time($0), $0.name) < (time($1), $1.name) : $0.name < $1.name }
        if input.boolean("descending") ?? false { found.reverse() }
        let page = try LogsPaging.page(found, input, standard: 50)
        return Response([
            "logStreams": .list(page.items) { stream in
                [
                    "logStreamName": .string(stream.name), "creationTime": .integer(stream.created.milliseconds),
                    "firstEventTimestamp": stream.first.map { .integer($0.time.milliseconds) },
                    "lastEventTimestamp": stream.last.map { .integer($0.time.milliseconds) },
                    "lastIngestionTime": stream.lastIngestion.map { .integer($0.milliseconds) },
                    "uploadSequenceToken": stream.lastIngestion == nil ? nil : "49039859598839",
                    "arn": .string(stream.arn),
                    "storedBytes": 0,
                ]
            }, "nextToken": page.token,
        ])
    }
}

/// Writing and reading the events of a stream.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
enum EventCalls {
    static let operations: [String: Handler] = [
        "GetLogEvents": .readAtTime(get),
        "PutLogEvents": .write(put),
    ]

    private static let day = 86_400_000
    /// Bytes of all events that a region may hold: they live in memory.
    private static let mostBytes = 256 * 1024 * 1024

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.logGroup(input.string("logGroupName"))
        var stream = try context.logStream(group, input.string("logStreamName"))
        let events = input.structures("logEvents").map { event in
            (time: event.integer("timestamp") ?? 0, message: event.string("message") ?? "")
        }
        let bytes = events.reduce(0) { $0 + $1.message.utf8.count + 26 }
        guard bytes <= 1_048_576 else {
            throw LogsError.parameter("Upload too large: \(bytes) bytes exceeds limit of 1048576")
        }
        guard events.count <= 10000 else {
            throw LogsError.parameter("Log events in a single PutLogEvents request must not exceed 10000.")
        }
        for (one, next) in zip(events, events.dropFirst()) where one.time > next.time {
            throw LogsError.parameter("Log events in a single PutLogEvents request must be in chronological order.")
        }
        if let first = events.first, let last = events.last, last.time - first.time > day {
            throw LogsError.parameter(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
        }
        guard context.logs.storedBytes + bytes <= mostBytes else { throw LogsError.full }
        let now = context.now.milliseconds
        let oldest = now - min(14, group.retention ?? 14) * day
        let tooOld = events.prefix { $0.time < now - 14 * day }.count
        let expired = events.prefix { $0.time < oldest }.count
        let tooNew = events.firstIndex { $0.time > now + 2 * 3_600_000 }
        let taken = events[min(expired, tooNew ?? events.count)..<(tooNew ?? events.count)]
        let before = (bytes: stream.bytes, count: stream.count)
        for event in taken {
            stream.append(event.message, time: Timestamp(milliseconds: event.time), now: context.now)
        }
        context.logs.storedBytes += stream.bytes - before.bytes
        context.logs.streams.insert(stream)
        context.world.deliver(stream, from: before.count, group, region: context.region)
        MetricFilters.publish(taken.map(\.message), group, &context)
        var rejected: Value?
        if tooOld > 0 || expired > 0 || tooNew != nil {
            rejected = [
                "tooNewLogEventStartIndex": tooNew.map(Value.integer),
                "tooOldLogEventEndIndex": tooOld > 0 ? .integer(tooOld) : nil,
                "expiredLogEventEndIndex": expired > tooOld ? .integer(expired) : nil,
            ]
        }
        return Response(["nextSequenceToken": "49039859598839", "rejectedLogEventsInfo": rejected])
    }

    /// The events that have not expired and lie between two times, the first included.
    static func visible(
        _ stream: LogStream, _ group: LogGroup, _ input: Input, _ now: Timestamp
    ) -> [LogStream.Event] {
        let start = max(
            input.integer("startTime") ?? .min, group.retention.map { now.milliseconds - $0 * day } ?? .min)
        let end = input.integer("endTime") ?? .max
        return stream.events.filter { $0.time.milliseconds >= start && $0.time.milliseconds < end }
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.logGroup(input)
        let stream = try context.logStream(group, input.string("logStreamName"))
        let events = visible(stream, group, input, context.now)
        let limit = max(1, input.integer("limit") ?? 10000)
        var start = input.boolean("startFromHead") ?? false ? 0 : max(0, events.count - limit)
        var end = min(events.count, start + limit)
        if let token = input.string("nextToken") {
            guard token.hasPrefix("f/") || token.hasPrefix("b/"),
                let offset = Int(token.dropFirst(2).prefix { $0 != "/" }), offset >= 0
            else { throw LogsError.parameter("The specified nextToken is invalid.") }
            let place = min(offset, events.count)
            (start, end) =
                token.hasPrefix("f/")
                ? (place, min(events.count, place + limit)) : (max(0, place - limit), place)
        }
        func token(_ direction: String, _ offset: Int) -> Value {
            let digits = String(offset)
            return .string("\(direction)/\(String(repeating: "0", count: max(0, 56 - digits.count)))\(digits)/s")
        }
        return Response([
            "events": .list(events[start..<end]) { event in
                [
                    "timestamp": .integer(event.time.milliseconds), "message": .string(event.message),
                    "ingestionTime": .integer(event.ingested.milliseconds),
                ]
            }, "nextForwardToken": token("f", end), "nextBackwardToken": token("b", start),
        ])
    }
}

/// Searching the events of a group.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
enum SearchCalls {
    static let operations: [String: Handler] = [
        "FilterLogEvents": .readAtTime(filter), "TestMetricFilter": .read(test),
    ]

    static func filter(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.logGroup(input)
        let names = input.strings("logStreamNames")
        let prefix = input.string("logStreamNamePrefix")
        guard names.isEmpty || prefix == nil else {
            throw LogsError.parameter("logStreamNames and logStreamNamePrefix cannot both be specified.")
        }
        let pattern = try FilterPattern(input.string("filterPattern") ?? "")
        for name in names { _ = try context.logStream(group, name) }
        var found: [(stream: String, event: LogStream.Event)] = []
        for stream in context.logs.streams where stream.group == group.id {
            guard names.isEmpty || names.contains(stream.name), prefix.map(stream.name.hasPrefix) ?? true else {
                continue
            }
            for event in EventCalls.visible(stream, group, input, context.now) where pattern.matches(event.message) {
                found.append((stream.name, event))
            }
        }
        found.sort {
            ($0.event.time.milliseconds, $0.stream, $0.event.number)
                < ($1.event.time.milliseconds, $1.stream, $1.event.number)
        }
        let page = try LogsPaging.page(found, input, standard: 10000)
        return Response([
            "events": .list(page.items) { item in
                return [
                    "logStreamName": .string(item.stream), "timestamp": .integer(item.event.time.milliseconds),
                    "message": .string(item.event.message),
                    "ingestionTime": .integer(item.event.ingested.milliseconds),
                    "eventId": .string(id(item.event, item.stream)),
                ]
            }, "searchedLogStreams": [], "nextToken": page.token,
        ])
    }

    /// An event's id: 56 digits, as AWS's are.
    static func id(_ event: LogStream.Event, _ stream: String) -> String {
        let id = "\(event.time.milliseconds)\(IDGenerator.hash(stream, 7))\(event.number)"
        return String(repeating: "0", count: max(0, 56 - id.count)) + id
    }

    static func test(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let pattern = try FilterPattern(input.string("filterPattern") ?? "")
        let matches = input.strings("logEventMessages").enumerated().filter { pattern.matches($0.element) }
        return Response([
            "matches": .list(matches) {
                [
                    "eventNumber": .integer($0.offset + 1), "eventMessage": .string($0.element),
                    "extractedValues": .map(Fields()),
                ]
            }
        ])
    }
}
