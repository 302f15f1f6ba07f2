import CloudState
import JSONValue
import ServiceModel

/// Event buses.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html>
enum BusCalls {
    static let operations: [String: Handler] = [
        "CreateEventBus": .write(create),
        "DeleteEventBus": .write(delete),
        "DescribeEventBus": .read(describe),
        "ListEventBuses": .read(list),
        "UpdateEventBus": .write(update),
    ]

    private static let most = 100
    private static let members = ["Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig"]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        guard !name.contains("/"), input.string("EventSourceName") == nil else {
            if let source = input.string("EventSourceName") {
                throw EventsError.notFound("Event source \(source) does not exist.")
            }
            throw EventsError.validation("Event bus name must not contain '/'.")
        }
        guard context.events.buses[name] == nil else {
            throw EventsError.exists("Event bus \(name) already exists.")
        }
        guard context.events.buses.count < most else { throw EventsError.limit }
        var bus = EventBus(
            name: name, arn: "arn:aws:events:\(context.region):\(context.accountID):event-bus/\(name)",
            created: context.now)
        change(&bus, input)
        bus.tags = try TagCalls.checked(input.structures("Tags"), on: Tags())
        context.events.buses.insert(bus)
        var answer = bus.settings
        answer["EventBusArn"] = .string(bus.arn)
        return Response(.structure(answer))
    }

    private static func change(_ bus: inout EventBus, _ input: Input) {
        for name in members {
            guard let value = input[name] else { continue }
            bus.settings[name] = value.text == "" || value.fields?.isEmpty ?? false ? nil : value
        }
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bus = try context.bus(input.string("Name"))
        change(&bus, input)
        bus.modified = context.now
        context.events.buses.insert(bus)
        var answer = bus.settings
        answer["Arn"] = .string(bus.arn)
        answer["Name"] = .string(bus.id)
        return Response(.structure(answer))
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        guard name != EventBus.standard else {
            throw EventsError.validation("Cannot delete event bus default.")
        }
        guard context.events.buses[name] != nil else { return .empty }
        guard !context.events.rules.contains(where: { $0.bus == name }) else {
            throw EventsError.validation(
                "Event bus \(name) has rules. Please delete all rules before deleting the event bus.")
        }
        context.events.buses.remove(name)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bus = try context.bus(input.string("Name"))
        var answer = view(bus)
        for field in bus.settings.fields { answer[field.name] = field.value }
        return Response(.structure(answer))
    }

    private static func view(_ bus: EventBus) -> Fields {
        var fields = Fields()
        fields.append("Name", .string(bus.id))
        fields.append("Arn", .string(bus.arn))
        if !bus.statements.isEmpty { fields.append("Policy", .string(bus.policy)) }
        fields.append("CreationTime", .timestamp(bus.created))
        fields.append("LastModifiedTime", .timestamp(bus.modified))
        return fields
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("NamePrefix") ?? ""
        let found = context.events.buses.filter { $0.id.hasPrefix(prefix) }.sorted { $0.id < $1.id }
        let page = try EventsPaging.page(found, input)
        return Response([
            "EventBuses": .list(page.items) { bus in
                var fields = view(bus)
                fields["Description"] = bus.settings["Description"]
                return .structure(fields)
            }, "NextToken": page.token,
        ])
    }
}

extension EventBus {
    /// Its policy as a document.
    var policy: String {
        JSON.object(["Version": "2012-10-17", "Statement": .array(statements.map(\.json))]).serializedString()
    }
}
