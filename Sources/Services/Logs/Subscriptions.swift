import CloudState
import Digests
import JSONValue
import ServiceModel

/// Subscriptions to log groups: new events go to functions and streams.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>
enum Subscriptions {
    private static let service = "logs.amazonaws.com"

    /// Throws where the destination does not take anything from the group.
    static func check(_ filter: Fields, _ group: LogGroup, _ context: CallContext) throws(ServiceError) {
        let arn = filter["destinationArn"]?.text ?? ""
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count >= 6 ? parts[2] : "" {
        case "lambda":
            guard lets(arn, group, context) else {
                throw LogsError.parameter(
                    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function."
                )
            }
        case "kinesis":
            guard let role = filter["roleArn"]?.text else {
                throw LogsError.parameter("destinationArn for vendor kinesis requires a roleArn")
            }
            guard context.kinesis.streams.contains(where: { $0.arn == arn && $0.status == .active }),
                context.role(role, trusting: service) != nil || context.role(role, trusting: regional(context)) != nil,
                context.may(role, "kinesis:PutRecord", on: arn)
            else {
                throw LogsError.parameter(
                    "Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state."
                )
            }
        default: break
        }
    }

    private static func regional(_ context: CallContext) -> String { "logs.\(context.region).amazonaws.com" }

    private static func lets(_ function: String, _ group: LogGroup, _ context: CallContext) -> Bool {
        [service, regional(context)].contains { name in
            context.lets(name, invoke: function, for: "\(group.arn):*")
        }
    }

    static func handle(_ context: inout CallContext, _ event: ServiceEvent) {
        guard case .logs(.delivery(let name, let stream, let events)) = event,
            let group = context.logs.groups[name]
        else { return }
        for (filterName, filter) in group.subscriptions.sorted(by: { $0.key < $1.key }) {
            guard let pattern = try? FilterPattern(filter["filterPattern"]?.text ?? "") else { continue }
            let wanted = events.filter { pattern.matches($0.message) }
            guard !wanted.isEmpty else { continue }
            deliver(document(filterName, group, stream, wanted, context), filter, group, stream, &context)
        }
        context.world.wake()
    }

    private static func document(
        _ filter: String, _ group: LogGroup, _ stream: String, _ events: [LogStream.Event], _ context: CallContext
    ) -> [UInt8] {
        JSON.object([
            "messageType": "DATA_MESSAGE", "owner": .string(context.accountID), "logGroup": .string(group.id),
            "logStream": .string(stream), "subscriptionFilters": [.string(filter)],
            "logEvents": .array(
                events.map { event in
                    [
                        "id": .string(SearchCalls.id(event, stream)),
                        "timestamp": .integer(event.time.milliseconds), "message": .string(event.message),
                    ]
                }),
        ]).serialized()
    }

    private static func deliver(
        _ document: [UInt8], _ filter: Fields, _ group: LogGroup, _ stream: String, _ context: inout CallContext
    ) {
        let arn = filter["destinationArn"]?.text ?? ""
        let packed = Gzip.stored(document)
        if arn.hasPrefix("arn:aws:lambda:"), lets(arn, group, context) {
            let event: JSON = ["awslogs": ["data": .string(Base64.encode(packed))]]
            _ = try? context.call(
                "lambda", "Invoke",
                ["FunctionName": .string(arn), "InvocationType": "Event", "Payload": .blob(event.serialized())])
        } else if arn.hasPrefix("arn:aws:kinesis:"), let role = filter["roleArn"]?.text {
            let isRandom = filter["distribution"]?.text == "Random"
            let key = isRandom ? IDGenerator.hexadecimal(context.world.ids.bits("logs/partition-key")) : stream
            _ = try? context.call(
                as: role, session: "CloudWatchLogs", "kinesis", "PutRecord",
                ["StreamARN": .string(arn), "PartitionKey": .string(String(key.prefix(256))), "Data": .blob(packed)])
        }
    }
}

/// Gzip files without compression.
///
/// <https://www.rfc-editor.org/rfc/rfc1952>, <https://www.rfc-editor.org/rfc/rfc1951#page-11>
enum Gzip {
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        func little(_ number: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            file.append(rest.isEmpty ? 1 : 0)
            file += little(block.count, 2) + little(~block.count, 2) + block
        } while !rest.isEmpty
        return file + CRC.crc32.of(bytes).reversed() + little(bytes.count, 4)
    }
}
