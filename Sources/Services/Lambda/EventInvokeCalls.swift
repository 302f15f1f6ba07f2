import CloudState
import ServiceModel

/// How asynchronous invocations are handled.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html>
enum EventInvokeCalls {
    static let operations: [String: Handler] = [
        "DeleteFunctionEventInvokeConfig": .write(delete),
        "GetFunctionEventInvokeConfig": .read(get),
        "ListFunctionEventInvokeConfigs": .read(list),
        "PutFunctionEventInvokeConfig": .write(put),
        "UpdateFunctionEventInvokeConfig": .write(update),
    ]

    private static func view(_ config: EventInvokeConfig, _ function: LambdaFunction, _ key: String) -> Value {
        func target(_ arn: String?) -> Value { arn.map { ["Destination": .string($0)] } ?? [:] }
        return [
            "LastModified": .timestamp(config.modified),
            "FunctionArn": .string("\(function.arn):\(key)"),
            "MaximumRetryAttempts": config.maximumRetries.map(Value.integer),
            "MaximumEventAgeInSeconds": config.maximumAge.map(Value.integer),
            "DestinationConfig": ["OnSuccess": target(config.onSuccess), "OnFailure": target(config.onFailure)],
        ]
    }

    private static func existing(
        _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> (LambdaFunction, String, EventInvokeConfig) {
        let (function, qualifier) = try context.function(input)
        let key = qualifier ?? "$LATEST"
        _ = try context.version(function, key)
        guard let config = function.eventInvokeConfigs[key] else {
            throw LambdaError.notFound(
                "The function \(function.arn):\(key) doesn't have an EventInvokeConfig")
        }
        return (function, key, config)
    }

    private static func change(
        _ config: inout EventInvokeConfig, _ input: Input, _ function: LambdaFunction, _ context: CallContext
    ) throws(ServiceError) {
        if let count = input.integer("MaximumRetryAttempts") { config.maximumRetries = count }
        if let age = input.integer("MaximumEventAgeInSeconds") { config.maximumAge = age }
        if let targets = input.structure("DestinationConfig") {
            if let value = targets["OnSuccess"] {
                config.onSuccess = try checked(value, "OnSuccess", function, context)
            }
            if let value = targets["OnFailure"] {
                config.onFailure = try checked(value, "OnFailure", function, context)
            }
        }
        config.modified = context.now
    }

    private static func checked(
        _ value: Value, _ name: String, _ function: LambdaFunction, _ context: CallContext
    ) throws(ServiceError) -> String? {
        guard let arn = value["Destination"]?.text, !arn.isEmpty else { return nil }
        guard arn != function.arn else {
            throw LambdaError.parameter("You can't specify the function as a destination for itself.")
        }
        let parts = arn.split(separator: ":").map(String.init)
        let kinds = ["sqs", "sns", "lambda", "events", "s3", "kafka"]
        guard parts.count >= 6 || arn.hasPrefix("arn:aws:s3:::"), kinds.contains(parts[2]) else {
            throw LambdaError.parameter(
                "The provided destination config DestinationConfig is invalid: \(arn.prefix(256)).")
        }
        if parts[2] == "sqs", !context.world.regions.contains(where: { $0.sqs.queues.contains { $0.arn == arn } }) {
            throw LambdaError.parameter(
                "The destination ARN \(arn.prefix(256)) is invalid.")
        }
        return arn
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, qualifier) = try context.function(input)
        let key = qualifier ?? "$LATEST"
        _ = try context.version(function, key)
        var config = EventInvokeConfig(modified: context.now)
        try change(&config, input, function, context)
        function.eventInvokeConfigs[key] = config
        context.lambda.functions.insert(function)
        return Response(view(config, function, key))
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, key, config) = try existing(context, input)
        try change(&config, input, function, context)
        function.eventInvokeConfigs[key] = config
        context.lambda.functions.insert(function)
        return Response(view(config, function, key))
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, key, config) = try existing(context, input)
        return Response(view(config, function, key))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, _) = try context.function(input)
        let page = try Paging.page(function.eventInvokeConfigs.sorted { $0.key < $1.key }, input)
        return Response([
            "FunctionEventInvokeConfigs": .list(page.items) { view($0.value, function, $0.key) },
            "NextMarker": page.marker,
        ])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, key, _) = try existing(context, input)
        function.eventInvokeConfigs[key] = nil
        context.lambda.functions.insert(function)
        return .empty
    }
}
