import CloudState
import EventPatterns
import ServiceModel

/// Event source mappings: queues and streams whose records a function works on.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>
enum EventSourceCalls {
    static let operations: [String: Handler] = [
        "CreateEventSourceMapping": .write(create),
        "DeleteEventSourceMapping": .write(delete),
        "GetEventSourceMapping": .read(get),
        "ListEventSourceMappings": .read(list),
        "UpdateEventSourceMapping": .write(update),
    ]

    private static let members = [
        "BatchSize", "FilterCriteria", "MaximumBatchingWindowInSeconds", "ParallelizationFactor", "StartingPosition",
        "StartingPositionTimestamp", "DestinationConfig", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError",
        "MaximumRetryAttempts", "TumblingWindowInSeconds", "FunctionResponseTypes", "ScalingConfig", "MetricsConfig",
    ]

    static func view(_ mapping: EventSourceMapping, _ context: CallContext) -> Value {
        var fields = Fields()
        fields.append("UUID", .string(mapping.id))
        for field in mapping.settings.fields { fields.append(field.name, field.value) }
        fields.append("EventSourceArn", .string(mapping.sourceARN))
        fields.append(
            "EventSourceMappingArn",
            .string("arn:aws:lambda:\(context.region):\(context.accountID):event-source-mapping:\(mapping.id)"))
        fields.append("FunctionArn", .string(mapping.functionARN))
        fields.append("LastModified", .timestamp(mapping.modified))
        if mapping.sourceARN.contains(":kinesis:") {
            fields.append("LastProcessingResult", .string(mapping.lastResult))
        }
        fields.append("State", .string(mapping.state))
        fields.append("StateTransitionReason", "USER_INITIATED")
        return .structure(fields)
    }

    private static func function(
        _ name: String, _ context: CallContext
    ) throws(ServiceError) -> (LambdaFunction, String) {
        let name = try FunctionName(name, context)
        guard let function = context.lambda.functions[name.name] else {
            throw LambdaError.parameter("Function does not exist")
        }
        if let qualifier = name.qualifier { _ = try context.version(function, qualifier) }
        return (function, context.functionARN(name.name, name.qualifier))
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, arn) = try function(input.string("FunctionName") ?? "", context)
        guard let source = input.string("EventSourceArn") else {
            throw LambdaError.parameter("Unrecognized event source.")
        }
        let isQueue = source.hasPrefix("arn:aws:sqs:")
        let isStream = source.hasPrefix("arn:aws:kinesis:")
        guard isQueue || isStream else {
            throw ServiceError(
                "InvalidParameterValueException",
                "Unrecognized event source, must be kinesis, dynamodb stream or sqs: \(source.prefix(256))")
        }
        try EventSourceChecks.check(source, function, context)
        if context.lambda.eventSourceMappings.contains(where: {
            $0.functionARN == arn && $0.sourceARN == source && $0.state != "Deleting"
        }) {
            throw LambdaError.conflict(
                "An event source mapping with \(isQueue ? "SQS" : "Kinesis") arn (\"\(source)\") and function (\"\(function.id)\") already exists. Please update or delete the existing mapping with UUID \(context.lambda.eventSourceMappings.first { $0.functionARN == arn && $0.sourceARN == source }?.id ?? "")"
            )
        }
        guard !isStream || input.has("StartingPosition") else {
            throw LambdaError.parameter(
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."
            )
        }
        guard !isQueue || !input.has("StartingPosition") else {
            throw LambdaError.parameter("StartingPosition is not valid for SQS event sources.")
        }
        var settings = defaults(isQueue: isQueue)
        try change(&settings, input, isQueue: isQueue)
        var mapping = EventSourceMapping(
            id: context.world.ids.uuid("\(context.region)/lambda/mapping"), functionARN: arn, sourceARN: source,
            settings: settings, isEnabled: input.boolean("Enabled") ?? true, created: context.now,
            tags: try TagCalls.checked(input.map("Tags")))
        if isStream { StreamPoll.findPositions(&mapping, context) }
        context.lambda.eventSourceMappings.insert(mapping)
        schedule(mapping.id, &context)
        return Response(view(mapping, context))
    }

    private static func defaults(isQueue: Bool) -> Fields {
        var settings = Fields()
        settings.append("BatchSize", .integer(isQueue ? 10 : 100))
        settings.append("MaximumBatchingWindowInSeconds", 0)
        guard !isQueue else { return settings }
        settings.append("ParallelizationFactor", 1)
        settings.append("MaximumRecordAgeInSeconds", .integer(-1))
        settings.append("BisectBatchOnFunctionError", false)
        settings.append("MaximumRetryAttempts", .integer(-1))
        settings.append("TumblingWindowInSeconds", 0)
        settings.append("DestinationConfig", ["OnFailure": [:]])
        return settings
    }

    private static func change(_ settings: inout Fields, _ input: Input, isQueue: Bool) throws(ServiceError) {
        for name in members where input.shape.member(name) != nil {
            guard let value = input[name] else { continue }
            settings[name] = value
        }
        let isEmpty = settings["FilterCriteria"]?["Filters"]?.elements?.isEmpty ?? true
        if isEmpty { settings["FilterCriteria"] = nil }
        if settings["FunctionResponseTypes"]?.elements?.isEmpty ?? false { settings["FunctionResponseTypes"] = nil }
        if settings["ScalingConfig"]?.fields?.isEmpty ?? false { settings["ScalingConfig"] = nil }
        let size = settings["BatchSize"]?.number ?? 1
        let window = settings["MaximumBatchingWindowInSeconds"]?.number ?? 0
        guard !isQueue || size <= 10 || window >= 1 else {
            throw LambdaError.parameter(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")
        }
        guard size <= 10_000 else {
            throw LambdaError.constraint("\(size)", "batchSize", "have value less than or equal to 10000")
        }
        try EventSourceChecks.check(settings, isQueue: isQueue)
        for filter in settings["FilterCriteria"]?["Filters"]?.elements ?? [] {
            guard (try? EventPattern(filter["Pattern"]?.text ?? "")) != nil else {
                throw LambdaError.parameter("Invalid filter pattern definition.")
            }
        }
    }

    /// Whether the source of a mapping is a stream.
    static func isStream(_ id: String, _ world: World, _ region: String) -> Bool {
        let place = world.regions.firstIndex { $0.name == region }
        let mapping = place.flatMap { world.regions[$0].lambda.eventSourceMappings[id] }
        return mapping?.sourceARN.hasPrefix("arn:aws:kinesis:") ?? false
    }

    private static func schedule(_ id: String, _ context: inout CallContext) {
        context.world.schedule(
            .event(.lambda(.mapping(uuid: id)), region: context.region), after: Timings.eventSourceMapping)
    }

    private static func mapping(_ context: CallContext, _ input: Input) throws(ServiceError) -> EventSourceMapping {
        guard let mapping = context.lambda.eventSourceMappings[input.string("UUID") ?? ""] else {
            throw LambdaError.noResource
        }
        return mapping
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(view(try mapping(context, input), context))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let source = input.string("EventSourceArn")
        let wanted = try input.string("FunctionName").map { text throws(ServiceError) in
            try FunctionName(text, context)
        }.map { context.functionARN($0.name, $0.qualifier) }
        let found = context.lambda.eventSourceMappings.filter {
            (source == nil || $0.sourceARN == source) && (wanted == nil || $0.functionARN == wanted)
        }
        let page = try Paging.page(found, input, most: 100)
        let draft = context
        return Response([
            "EventSourceMappings": .list(page.items) { view($0, draft) }, "NextMarker": page.marker,
        ])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var mapping = try mapping(context, input)
        try checkIdle(mapping)
        if let name = input.string("FunctionName") { mapping.functionARN = try function(name, context).1 }
        try change(&mapping.settings, input, isQueue: mapping.sourceARN.hasPrefix("arn:aws:sqs:"))
        let wasEnabled = mapping.isEnabled
        mapping.isEnabled = input.boolean("Enabled") ?? mapping.isEnabled
        mapping.state =
            mapping.isEnabled == wasEnabled ? "Updating" : mapping.isEnabled ? "Enabling" : "Disabling"
        mapping.modified = context.now
        context.lambda.eventSourceMappings.insert(mapping)
        schedule(mapping.id, &context)
        return Response(view(mapping, context))
    }

    private static func checkIdle(_ mapping: EventSourceMapping) throws(ServiceError) {
        guard ["Enabled", "Disabled"].contains(mapping.state) else {
            throw ServiceError(
                "ResourceInUseException",
                "Cannot update the event source mapping because it is in use.")
        }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var mapping = try mapping(context, input)
        try checkIdle(mapping)
        mapping.state = "Deleting"
        mapping.isEnabled = false
        mapping.modified = context.now
        context.lambda.eventSourceMappings.insert(mapping)
        schedule(mapping.id, &context)
        return Response(view(mapping, context))
    }
}
