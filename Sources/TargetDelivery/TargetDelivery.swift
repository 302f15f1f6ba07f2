package import CloudState
import JSONValue
package import ServiceModel

/// Brings what a rule or a schedule has to say to its target: by an API call of the target's service, as AWS does.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html>,
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html>
package struct TargetDelivery: Sendable {
    /// Why nothing came of it.
    package struct Failure: Error, Sendable, Equatable {
        /// As the attributes of dead letters have it, for instance `NO_PERMISSIONS`.
        package var code: String
        package var message: String
        /// The code of the target's own service, for instance `AWS.SimpleQueueService.NonExistentQueue`.
        package var origin: String

        /// Whether time may heal it: EventBridge does not try again where a target or a permission is missing.
        package var isRetriable: Bool { ["THROTTLING", "ERROR_FROM_TARGET", "INTERNAL_ERROR"].contains(code) }

        static func permission(_ message: String) -> Failure {
            Failure(code: "NO_PERMISSIONS", message: message, origin: "AccessDeniedException")
        }

        init(code: String, message: String, origin: String? = nil) {
            self.code = code
            self.message = message
            self.origin = origin ?? code
        }

        init(_ error: ServiceError) {
            let isMissing =
                error.code.contains("NotFound") || error.code.contains("NonExist")
                || error.code.contains("DoesNotExist")
            let isDenied = error.code.hasPrefix("AccessDenied") || error.code == "UnauthorizedOperation"
            let isThrottled =
                error.code.contains("Throttl") || error.code == "TooManyRequestsException"
                || error.code == "RequestLimitExceeded" || error.code == "ProvisionedThroughputExceededException"
            let rest = isThrottled ? "THROTTLING" : error.status >= 500 ? "INTERNAL_ERROR" : "SDK_CLIENT_ERROR"
            self.init(
                code: isDenied ? "NO_PERMISSIONS" : isMissing ? "NO_RESOURCE" : rest, message: error.message,
                origin: error.code)
        }
    }

    /// The service that calls, for instance `events.amazonaws.com`.
    package var service: String
    /// The ARN of the rule or schedule.
    package var source: String
    /// The target's ARN.
    package var arn: String
    /// The role that it calls as; nil where the target's own policy must let the service.
    package var role: String?
    /// The target's parameters, in the words of PutTargets or CreateSchedule.
    package var settings: Fields
    /// What is sent.
    package var input: String
    /// The key of the record of a Kinesis stream.
    package var partitionKey: String
    /// An event that goes to another bus.
    package var event: BusEvent?
    /// What tasks say they were started by, for instance `events-rule/nightly`.
    package var startedBy: String

    package init(
        service: String, source: String, arn: String, role: String?, settings: Fields, input: String,
        partitionKey: String, event: BusEvent? = nil, startedBy: String
    ) {
        self.service = service
        self.source = source
        self.arn = arn
        self.role = role
        self.settings = settings
        self.input = input
        self.partitionKey = partitionKey
        self.event = event
        self.startedBy = startedBy
    }

    /// Invocations that may wait to be begun: a schedule that nobody looks at for years is not to fill the memory.
    private static let mostWaiting = 2000

    /// Sends it.
    package func send(_ context: inout CallContext) throws(Failure) {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 6 else { throw Failure(code: "SDK_CLIENT_ERROR", message: "\(arn) is no ARN.") }
        guard context.world.autonomy.takes(bytes: input.utf8.count) else {
            throw Failure(code: "INTERNAL_ERROR", message: "This account has done too much by itself.")
        }
        guard parts[2] == "scheduler" || parts[3] == context.region else {
            throw Failure(code: "NO_RESOURCE", message: "The target \(arn) is in another region.")
        }
        switch parts[2] {
        case "lambda": try invoke(&context)
        case "sqs": try enqueue(parts[5], &context)
        case "kinesis": try putRecord(&context)
        case "logs": try log(parts.count > 6 ? parts[6] : "", &context)
        case "ecs": try runTask(&context)
        case "events" where parts[5].hasPrefix("event-bus/"): try putEvent(&context)
        case "events" where parts[5].hasPrefix("target/"): try instanceAction(String(parts[5].dropFirst(7)), &context)
        case "scheduler": try callAnything(parts, &context)
        default:
            throw Failure(
                code: "SDK_CLIENT_ERROR", message: "Targets of \(parts[2]) are not emulated here: \(arn)")
        }
    }

    /// Calls as the role, which must trust the service; without one as the service itself.
    func call(
        _ name: String, _ operation: String, _ parameters: Value, _ context: inout CallContext
    ) throws(Failure) -> Fields {
        do throws(ServiceError) {
            guard let role else { return try context.call(name, operation, parameters) }
            guard context.role(role, trusting: service) != nil else {
                throw ServiceError(
                    "AccessDeniedException",
                    "User: \(service) is not authorized to perform: sts:AssumeRole on resource: \(role)")
            }
            return try context.call(
                as: role, session: startedBy.replacing("/", with: "-"), name, operation, parameters)
        } catch {
            throw Failure(error)
        }
    }

    private func invoke(_ context: inout CallContext) throws(Failure) {
        guard context.world.outbox.count < Self.mostWaiting else {
            throw Failure(code: "THROTTLING", message: "Rate Exceeded.", origin: "TooManyRequestsException")
        }
        let parts = arn.split(separator: ":").map(String.init)
        guard parts.count >= 7, context.lambda.functions[parts[6]] != nil else {
            throw Failure(
                code: "NO_RESOURCE", message: "Function not found: \(arn)", origin: "ResourceNotFoundException")
        }
        guard role != nil || context.lets(service, invoke: arn, for: source) else {
            throw .permission(
                "User: \(service) is not authorized to perform: lambda:InvokeFunction on resource: \(arn) because no resource-based policy allows the lambda:InvokeFunction action"
            )
        }
        _ = try call(
            "lambda", "Invoke",
            ["FunctionName": .string(arn), "InvocationType": "Event", "Payload": .blob(Array(input.utf8))], &context)
    }

    private func enqueue(_ name: String, _ context: inout CallContext) throws(Failure) {
        guard let queue = context.sqs.queues[name], queue.arn == arn else {
            throw Failure(
                code: "NO_RESOURCE", message: "The specified queue does not exist.",
                origin: "AWS.SimpleQueueService.NonExistentQueue")
        }
        guard role != nil || context.lets(service, sendTo: arn, for: source) else {
            throw .permission(
                "User: \(service) is not authorized to perform: sqs:sendmessage on resource: \(arn) because no resource-based policy allows the sqs:sendmessage action"
            )
        }
        _ = try call(
            "sqs", "SendMessage",
            [
                "QueueUrl": .string(queue.url), "MessageBody": .string(input),
                "MessageGroupId": settings["SqsParameters"]?["MessageGroupId"],
            ], &context)
    }

    private func putRecord(_ context: inout CallContext) throws(Failure) {
        _ = try call(
            "kinesis", "PutRecord",
            [
                "StreamARN": .string(arn), "Data": .blob(Array(input.utf8)),
                "PartitionKey": .string(String(partitionKey.prefix(256))),
            ], &context)
    }

    private func log(_ name: String, _ context: inout CallContext) throws(Failure) {
        let group = String(arn.hasSuffix(":*") ? arn.dropLast(2) : arn[...])
        guard context.logs.groups[name] != nil else {
            throw Failure(
                code: "NO_RESOURCE", message: "The specified log group does not exist.",
                origin: "ResourceNotFoundException")
        }
        guard context.lets(service, logTo: group, for: source) else {
            throw .permission(
                "User: \(service) is not authorized to perform: logs:PutLogEvents on resource: \(group) because no resource-based policy allows the logs:PutLogEvents action"
            )
        }
        let low = IDGenerator.hash(source, 0xCBF2_9CE4_8422_2325)
        context.world.appendLogEvents(
            [(time: event?.time ?? context.now, message: input)], group: name,
            stream: IDGenerator.uuid(low, IDGenerator.mix(low)), region: context.region, createsGroup: false)
    }

    private func putEvent(_ context: inout CallContext) throws(Failure) {
        guard let name = arn.split(separator: "/").last.map(String.init), context.events.buses[name] != nil else {
            throw Failure(code: "NO_RESOURCE", message: "Event bus does not exist.")
        }
        guard var event else {
            let parameters = settings["EventBridgeParameters"]
            let answer = try call(
                "events", "PutEvents",
                [
                    "Entries": [
                        [
                            "EventBusName": .string(arn), "Source": parameters?["Source"],
                            "DetailType": parameters?["DetailType"], "Detail": .string(input),
                        ]
                    ]
                ], &context)
            if let entry = answer["Entries"]?.elements?.first, let code = entry["ErrorCode"]?.text {
                throw Failure(code: "SDK_CLIENT_ERROR", message: "\(code): \(entry["ErrorMessage"]?.text ?? "")")
            }
            return
        }
        // Between the buses of an account it takes a role, or the bus's own policy; a circle comes to its end.
        guard event.hops < 8 else { throw Failure(code: "SDK_CLIENT_ERROR", message: "The event goes in a circle.") }
        if let role, context.role(role, trusting: service) == nil {
            throw .permission("User: \(service) is not authorized to perform: sts:AssumeRole on resource: \(role)")
        }
        event.hops += 1
        event.bus = name
        event.id = context.world.ids.uuid("\(context.region)/events/event")
        context.world.schedule(.event(.events(.arrival(event)), region: context.region), after: .zero)
    }

    /// Rules can do a few things to instances by themselves.
    private func instanceAction(_ name: String, _ context: inout CallContext) throws(Failure) {
        let text = (try? JSON.parse(input))?.stringValue ?? input
        switch name {
        case "stop-instance": _ = try call("ec2", "StopInstances", ["InstanceIds": [.string(text)]], &context)
        case "terminate-instance": _ = try call("ec2", "TerminateInstances", ["InstanceIds": [.string(text)]], &context)
        case "reboot-instance": _ = try call("ec2", "RebootInstances", ["InstanceIds": [.string(text)]], &context)
        case "create-snapshot":
            let id = text.split(separator: "/").last.map(String.init) ?? text
            _ = try call("ec2", "CreateSnapshot", ["VolumeId": .string(id)], &context)
        default: throw Failure(code: "NO_RESOURCE", message: "There is no target \(name).")
        }
    }
}
