import CloudState
import JSONValue
import PolicyEngine
import ServiceModel

/// Who may put events on a bus.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html>
enum PermissionCalls {
    static let operations: [String: Handler] = [
        "PutPermission": .write(put), "RemovePermission": .write(remove),
    ]

    private static let most = 10_240

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bus = try context.bus(input.string("EventBusName"))
        if let text = input.string("Policy") {
            guard !input.has("StatementId"), !input.has("Principal"), !input.has("Action"), !input.has("Condition")
            else {
                throw EventsError.validation(
                    "Policy cannot be specified together with Action, StatementId, Principal or Condition.")
            }
            bus.statements = try statements(text)
        } else {
            guard let id = input.string("StatementId"), let principal = input.string("Principal"),
                let action = input.string("Action")
            else {
                throw EventsError.validation("Parameter(s) StatementId, Principal and Action must be specified.")
            }
            guard action == "events:PutEvents" else {
                throw EventsError.validation("Provided value in parameter 'action' is not supported.")
            }
            var object: JSONObject = [
                "Sid": .string(id), "Effect": "Allow",
                "Principal": principal == "*" ? "*" : ["AWS": .string("arn:aws:iam::\(principal):root")],
                "Action": .string(action), "Resource": .string(bus.arn),
            ]
            if let condition = input.structure("Condition") {
                object.set(
                    "Condition",
                    to: .object(
                        JSONObject(uniquing: [
                            (
                                condition.string("Type") ?? "",
                                .object(
                                    JSONObject(uniquing: [
                                        (condition.string("Key") ?? "", .string(condition.string("Value") ?? ""))
                                    ]))
                            )
                        ])))
            }
            bus.statements.removeAll { $0.id == id }
            bus.statements.append((id, .object(object)))
        }
        guard bus.policy.utf8.count <= most else {
            throw ServiceError("PolicyLengthExceededException", "The event bus policy is too long.")
        }
        bus.modified = context.now
        context.events.buses.insert(bus)
        return .empty
    }

    private static func statements(_ text: String) throws(ServiceError) -> [(id: String, json: JSON)] {
        do {
            _ = try Policy(parsing: text, as: .resource)
        } catch {
            throw EventsError.validation("This policy contains invalid Json or is not valid: \(error)")
        }
        let all: [JSON]
        switch (try? JSON.parse(text))?.objectValue?["Statement"] {
        case .array(let list)?: all = list
        case let one?: all = [one]
        case nil: all = []
        }
        return all.enumerated().map { ($0.element["Sid"]?.stringValue ?? "statement-\($0.offset)", $0.element) }
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bus = try context.bus(input.string("EventBusName"))
        if input.boolean("RemoveAllPermissions") ?? false {
            bus.statements = []
        } else {
            guard !bus.statements.isEmpty else { throw EventsError.notFound("EventBus does not have a policy.") }
            let id = input.string("StatementId") ?? ""
            guard bus.statements.contains(where: { $0.id == id }) else {
                throw EventsError.notFound("Statement with the provided id does not exist.")
            }
            bus.statements.removeAll { $0.id == id }
        }
        bus.modified = context.now
        context.events.buses.insert(bus)
        return .empty
    }
}
