import CloudState
import ServiceModel

/// API destinations: HTTP APIs outside that rules send events to. They are kept; what a rule sends there fails.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html>
enum DestinationCalls {
    static let operations: [String: Handler] = [
        "CreateApiDestination": .write(create),
        "DeleteApiDestination": .write(delete),
        "DescribeApiDestination": .read(describe),
        "ListApiDestinations": .read(list),
        "UpdateApiDestination": .write(update),
    ]

    private static func destination(_ input: Input, _ context: CallContext) throws(ServiceError) -> EventConnection {
        let name = input.string("Name") ?? ""
        guard let destination = context.events.destinations[name] else {
            throw EventsError.notFound("An api-destination '\(name)' does not exist.")
        }
        return destination
    }

    private static func fields(_ destination: EventConnection, isWhole: Bool) -> Fields {
        var fields = Fields()
        fields.append("ApiDestinationArn", .string(destination.arn))
        fields.append("ApiDestinationState", .string(destination.state))
        fields.append("CreationTime", .timestamp(destination.created))
        fields.append("LastModifiedTime", .timestamp(destination.modified))
        guard isWhole else { return fields }
        fields.append("Name", .string(destination.id))
        for field in destination.settings.fields where field.name != "Description" {
            fields.append(field.name, field.value)
        }
        return fields
    }

    private static func check(_ settings: Fields, _ context: CallContext) throws(ServiceError) {
        let arn = settings["ConnectionArn"]?.text ?? ""
        guard context.events.connections.contains(where: { $0.arn == arn }) else {
            throw EventsError.notFound("Connection '\(arn)' does not exist.")
        }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        guard context.events.destinations[name] == nil else {
            throw EventsError.exists("An api-destination '\(name)' already exists.")
        }
        var settings = input.fields
        settings["Name"] = nil
        if settings["InvocationRateLimitPerSecond"] == nil { settings["InvocationRateLimitPerSecond"] = 300 }
        try check(settings, context)
        let id = context.world.ids.uuid("\(context.region)/events/destination")
        let destination = EventConnection(
            name: name, arn: "arn:aws:events:\(context.region):\(context.accountID):api-destination/\(name)/\(id)",
            settings: settings, created: context.now, state: "ACTIVE")
        context.events.destinations.insert(destination)
        return Response(.structure(fields(destination, isWhole: false)))
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var destination = try destination(input, context)
        for field in input.fields.fields where field.name != "Name" { destination.settings[field.name] = field.value }
        try check(destination.settings, context)
        destination.modified = context.now
        context.events.destinations.insert(destination)
        return Response(.structure(fields(destination, isWhole: false)))
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let destination = try destination(input, context)
        context.events.destinations.remove(destination.id)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let destination = try destination(input, context)
        var whole = fields(destination, isWhole: true)
        if let text = destination.settings["Description"] { whole.append("Description", text) }
        return Response(.structure(whole))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("NamePrefix") ?? ""
        let connection = input.string("ConnectionArn")
        let found = context.events.destinations.filter { one in
            one.id.hasPrefix(prefix) && connection.map { $0 == one.settings["ConnectionArn"]?.text } ?? true
        }
        let page = try EventsPaging.page(found, input)
        return Response([
            "ApiDestinations": .list(page.items) { .structure(fields($0, isWhole: true)) }, "NextToken": page.token,
        ])
    }
}
