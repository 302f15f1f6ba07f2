import CloudState
import EventPatterns
import JSONValue
import ServiceModel

/// Putting events on a bus.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
enum PutEventsCalls {
    static let operations: [String: Handler] = ["PutEvents": .write(put), "TestEventPattern": .read(test)]

    /// Bytes of all entries of a request.
    private static let most = 1_048_576

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        if let endpoint = input.string("EndpointId") {
            throw EventsError.notFound("Endpoint \(endpoint) does not exist.")
        }
        let entries = input.structures("Entries")
        guard entries.reduce(0, { $0 + size($1) }) < most else {
            throw EventsError.validation("Total size of the entries in the request is over the limit.")
        }
        var failed = 0
        var results: [Value] = []
        for entry in entries {
            switch check(entry, context) {
            case .failure(let problem):
                failed += 1
                results.append(["ErrorCode": .string(problem.code), "ErrorMessage": .string(problem.message)])
            case .success(let detail):
                let event = BusEvent(
                    id: context.world.ids.uuid("\(context.region)/events/event"),
                    bus: CallContext.busName(entry.string("EventBusName")), source: entry.string("Source") ?? "",
                    detailType: entry.string("DetailType") ?? "", detail: detail,
                    resources: entry.strings("Resources"), time: entry.timestamp("Time") ?? context.now,
                    account: context.accountID, region: context.region)
                results.append(["EventId": .string(event.id)])
                guard context.events.listens(event.bus) else { continue }
                context.world.schedule(
                    .event(.events(.arrival(event)), region: context.region), after: Timings.eventDelivery)
            }
        }
        return Response(["FailedEntryCount": .integer(failed), "Entries": .list(results)])
    }

    private struct Problem: Error {
        var code: String
        var message: String

        static func missing(_ name: String) -> Problem {
            Problem(
                code: "InvalidArgument",
                message: "Parameter \(name) is not valid. Reason: \(name) is a required argument.")
        }
    }

    private static func check(_ entry: Input, _ context: CallContext) -> Result<JSON, Problem> {
        for name in ["Source", "DetailType", "Detail"] where entry.string(name)?.isEmpty ?? true {
            return .failure(.missing(name))
        }
        // What services of AWS say they say themselves.
        guard entry.string("Source")?.hasPrefix("aws.") == false else {
            return .failure(
                Problem(
                    code: "NotAuthorizedForSourceException", message: "Not authorized for the source."))
        }
        guard let detail = try? JSON.parse(entry.string("Detail") ?? "", maximumDepth: 128),
            detail.objectValue != nil
        else { return .failure(Problem(code: "MalformedDetail", message: "Detail is malformed.")) }
        return .success(detail)
    }

    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size>
    private static func size(_ entry: Input) -> Int {
        var size = entry.timestamp("Time") == nil ? 0 : 14
        for name in ["Source", "DetailType", "Detail"] { size += entry.string(name)?.utf8.count ?? 0 }
        return entry.strings("Resources").reduce(size) { $0 + $1.utf8.count }
    }

    static func test(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let pattern: EventPattern
        do {
            pattern = try EventPattern(input.string("EventPattern") ?? "")
        } catch {
            throw EventsError.pattern(error.reason)
        }
        guard let event = try? JSON.parse(input.string("Event") ?? "", maximumDepth: 128),
            let object = event.objectValue
        else {
            throw EventsError.validation(
                "Parameter Event is not valid. Reason: Event is not a valid JSON object.")
        }
        for name in ["id", "account", "source", "time", "region", "resources", "detail-type"] {
            guard object[name] != nil else {
                throw EventsError.validation("Parameter Event is not valid. Reason: Missing required field: \(name).")
            }
        }
        return Response(["Result": .boolean(pattern.matches(event))])
    }
}
