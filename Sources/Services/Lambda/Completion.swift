import CloudState
import JSONValue
import ServiceModel

/// What comes of invocations: answers, logs, metrics, retries, destinations, deleted messages.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
enum Completion {
    static func complete(
        _ context: inout CallContext, _ effect: Effect, _ outcome: EffectOutcome
    ) -> Result<Fields, ServiceError> {
        guard case .invocation(let invocation) = effect.work else { return .success(Fields()) }
        if case .provision(let qualifier, _) = invocation.origin {
            return ConcurrencyCalls.finishProvisioning(invocation, qualifier, outcome, &context)
        }
        switch outcome {
        case .task, .done: return .success(Fields())
        case .unusableImage:
            fail(invocation, &context)
            return .failure(LambdaError.unusableImage)
        case .impossible(let reason):
            return .failure(
                ServiceError(
                    "ServiceException", "The function cannot be run: \(reason)", status: 400, isNotEmulated: true))
        case .invocation(let outcome):
            log(invocation, outcome, &context)
            measure(invocation, outcome, &context)
            switch invocation.origin {
            case .request, .provision: break
            case .asynchronous(let event): follow(event, invocation, outcome, &context)
            case .mapping(let uuid, let items):
                if items.first?.shard == nil {
                    QueuePoll.finish(uuid, items, outcome, &context)
                } else {
                    StreamPoll.finish(uuid, items, invocation, outcome, &context)
                }
            }
            return answer(invocation, outcome)
        }
    }

    /// Lambda finds out when it makes the function ready; here it shows with the first invocation.
    private static func fail(_ invocation: FunctionInvocation, _ context: inout CallContext) {
        context.lambda.functions.update(invocation.function) { function in
            if function.latest.code.image == invocation.version.code.image { function.latest.hasUnusableImage = true }
            for index in function.versions.indices
            where function.versions[index].code.image == invocation.version.code.image {
                function.versions[index].hasUnusableImage = true
            }
        }
    }

    private static func answer(_ invocation: FunctionInvocation, _ outcome: FunctionOutcome) -> Result<
        Fields, ServiceError
    > {
        var fields = Fields()
        fields.append("StatusCode", 200)
        switch outcome.ending {
        case .throttled:
            var details = Fields()
            details.append("Type", "User")
            details.append(
                "Reason",
                .string(
                    invocation.isReserved
                        ? "ReservedFunctionConcurrentInvocationLimitExceeded" : "ConcurrentInvocationLimitExceeded"))
            return .failure(
                ServiceError("TooManyRequestsException", "Rate Exceeded.", status: 429, details: details))
        case .failure(let kind): fields.append("FunctionError", .string(kind))
        case .success: break
        }
        fields.append("ExecutedVersion", .string(invocation.version.version))
        if invocation.wantsLog { fields.append("LogResult", .string(tail(outcome.log))) }
        fields.append("Payload", .blob(outcome.payload))
        return .success(fields)
    }

    /// The last 4 KB of the log, in Base64.
    private static func tail(_ lines: [String]) -> String {
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        return Base64.encode(Array(text.suffix(4096)))
    }

    static func log(
        _ invocation: FunctionInvocation, _ outcome: FunctionOutcome, _ context: inout CallContext
    ) {
        guard !outcome.log.isEmpty else { return }
        let now = context.now
        context.world.appendLogEvents(
            outcome.log.map { (time: now, message: $0 + "\n") }, group: invocation.logGroup, stream: outcome.logStream,
            region: context.region)
    }

    private static func measure(
        _ invocation: FunctionInvocation, _ outcome: FunctionOutcome, _ context: inout CallContext
    ) {
        var data: [(name: String, value: Double, unit: String)] = []
        if outcome.ending == .throttled {
            data.append(("Throttles", 1, "Count"))
        } else {
            context.lambda.usage[invocation.function, default: FunctionUsage()].add(
                invocation.version, milliseconds: outcome.billed)
            let failed = if case .failure = outcome.ending { true } else { false }
            data = [
                ("Invocations", 1, "Count"), ("Errors", failed ? 1 : 0, "Count"),
                ("Duration", outcome.duration, "Milliseconds"), ("Throttles", 0, "Count"),
                ("ConcurrentExecutions", 1, "Count"),
            ]
        }
        context.world.addMetrics(
            data, namespace: "AWS/Lambda", dimension: ("FunctionName", invocation.function), region: context.region)
    }

    // MARK: Asynchronous invocations

    private static func follow(
        _ event: AsynchronousInvocation, _ invocation: FunctionInvocation, _ outcome: FunctionOutcome,
        _ context: inout CallContext
    ) {
        guard let function = context.lambda.functions[event.function] else { return }
        let config = function.eventInvokeConfigs[event.qualifier ?? "$LATEST"]
        var event = event
        let wasThrottled = outcome.ending == .throttled
        if !wasThrottled { event.attempts += 1 }
        guard outcome.ending != .success else {
            if let target = config?.onSuccess {
                send(event, invocation.version, outcome, "Success", to: target, &context)
            }
            return
        }
        let age = (context.now.milliseconds - event.accepted.milliseconds) / 1000
        let delay = wasThrottled ? 10 : 60 * event.attempts
        let isTooOld = age + delay > config?.maximumAge ?? 21_600
        if isTooOld || !wasThrottled && event.attempts > config?.maximumRetries ?? 2 {
            if let target = config?.onFailure {
                send(
                    event, invocation.version, outcome, isTooOld ? "EventAgeExceeded" : "RetriesExhausted", to: target,
                    &context
                )
            }
            bury(event, invocation.version, outcome, &context)
            return
        }
        context.world.schedule(
            .event(.lambda(.retry(event)), region: context.region), after: .seconds(delay))
    }

    /// An event that is not handled because it came round in a circle goes to where failed ones go.
    static func drop(
        _ event: AsynchronousInvocation, _ function: LambdaFunction, _ version: FunctionVersion,
        _ context: inout CallContext
    ) {
        let outcome = FunctionOutcome(ending: .failure("Unhandled"))
        if let target = function.eventInvokeConfigs[event.qualifier ?? "$LATEST"]?.onFailure {
            send(event, version, outcome, "RecursiveInvocationDropped", to: target, &context)
        }
        bury(event, version, outcome, &context)
    }

    /// Tries an asynchronous invocation again.
    static func retry(_ event: AsynchronousInvocation, _ context: inout CallContext) {
        guard let function = context.lambda.functions[event.function],
            let version = try? InvokeCalls.chosen(function, event.qualifier, &context)
        else { return }
        InvokeCalls.begin(
            .asynchronous(event), function, version, qualifier: event.qualifier, requestID: event.requestID,
            payload: event.payload, clientContext: nil, isAwaited: false, &context)
    }

    /// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
    private static func send(
        _ event: AsynchronousInvocation, _ version: FunctionVersion, _ outcome: FunctionOutcome,
        _ condition: String, to target: String, _ context: inout CallContext
    ) {
        var response: [(String, JSON)] = [
            ("statusCode", .integer(200)), ("executedVersion", .string(version.version)),
        ]
        if case .failure(let kind) = outcome.ending { response.append(("functionError", .string(kind))) }
        let document = JSON.object([
            "version": "1.0", "timestamp": .string(context.now.iso8601),
            "requestContext": .object([
                "requestId": .string(event.requestID),
                "functionArn": .string(
                    "\(context.functionARN(event.function)):\(event.qualifier ?? "$LATEST")"),
                "condition": .string(condition), "approximateInvokeCount": .integer(event.attempts),
            ]),
            "requestPayload": (try? JSON.parse(event.payload)) ?? .null,
            "responseContext": .object(JSONObject(uniquing: response)),
            "responsePayload": (try? JSON.parse(outcome.payload)) ?? .null,
        ]).serializedString()
        deliver(document, to: target, &context)
    }

    /// Brings a document to a queue or another function.
    static func deliver(_ document: String, to target: String, attributes: Value? = nil, _ context: inout CallContext) {
        let parts = target.split(separator: ":").map(String.init)
        guard parts.count >= 6 else { return }
        switch parts[2] {
        case "sqs":
            _ = try? context.call(
                "sqs", "SendMessage",
                [
                    "QueueUrl": .string("https://sqs.\(parts[3]).amazonaws.com/\(parts[4])/\(parts[5])"),
                    "MessageBody": .string(document), "MessageAttributes": attributes,
                ])
        case "lambda":
            _ = try? context.call(
                "lambda", "Invoke",
                [
                    "FunctionName": .string(target), "InvocationType": "Event",
                    "Payload": .blob(Array(document.utf8)),
                ])
        case "events": Destinations.putEvent(document, onto: target, &context)
        default: break
        }
    }

    /// The dead letter queue gets the event itself.
    private static func bury(
        _ event: AsynchronousInvocation, _ version: FunctionVersion, _ outcome: FunctionOutcome,
        _ context: inout CallContext
    ) {
        guard let target = version.settings["DeadLetterConfig"]?["TargetArn"]?.text else { return }
        let message = (try? JSON.parse(outcome.payload))?.objectValue?["errorMessage"]?.stringValue ?? ""
        let attributes = Value.map(
            Fields([
                .init(name: "RequestID", value: ["DataType": "String", "StringValue": .string(event.requestID)]),
                .init(name: "ErrorCode", value: ["DataType": "Number", "StringValue": "200"]),
                .init(
                    name: "ErrorMessage",
                    value: [
                        "DataType": "String",
                        "StringValue": .string(message.isEmpty ? "-" : String(message.prefix(1000))),
                    ]),
            ]))
        deliver(String(decoding: event.payload, as: UTF8.self), to: target, attributes: attributes, &context)
    }
}
