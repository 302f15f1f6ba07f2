package import CloudState
import PolicyEngine
import ServiceModel

/// Amazon EventBridge: buses, rules, targets, archives, replays.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html>
package enum EventsService {
    package static let definition = ServiceDefinition(
        signingNames: ["events"], model: { .eventBridge },
        operations: groups.merged,
        authorization: EventsAuthorization.authorization,
        reactions: ServiceReactions(handle: Reactions.handle, isAwaited: Reactions.isAwaited))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        ArchiveCalls.operations,
        BusCalls.operations,
        ConnectionCalls.operations,
        DestinationCalls.operations,
        PermissionCalls.operations,
        PutEventsCalls.operations,
        ReplayCalls.operations,
        RuleCalls.operations,
        TagCalls.operations,
        TargetCalls.operations,
    ]
}

/// EventBridge's errors.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html>
enum EventsError {
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationException", message) }
    static func notFound(_ message: String) -> ServiceError { ServiceError("ResourceNotFoundException", message) }
    static func exists(_ message: String) -> ServiceError { ServiceError("ResourceAlreadyExistsException", message) }
    static func pattern(_ reason: String) -> ServiceError {
        ServiceError("InvalidEventPatternException", "Event pattern is not valid. Reason: \(reason)")
    }
    static let limit = ServiceError(
        "LimitExceededException", "The requested resource exceeds the maximum number allowed.")
}

extension CallContext {
    /// The name of the bus that a name or an ARN means; the default one where there is neither.
    static func busName(_ text: String?) -> String {
        guard let text else { return EventBus.standard }
        guard text.hasPrefix("arn:"), let range = text.firstRange(of: ":event-bus/") else { return text }
        return String(text[range.upperBound...])
    }

    func bus(_ text: String?) throws(ServiceError) -> EventBus {
        let name = Self.busName(text)
        guard let bus = events.buses[name] else { throw EventsError.notFound("Event bus \(name) does not exist.") }
        return bus
    }

    /// The rule that a request names.
    func rule(_ input: Input, _ member: String = "Name") throws(ServiceError) -> EventRule {
        let bus = try bus(input.string("EventBusName"))
        let name = input.string(member) ?? ""
        guard let rule = events.rules[EventRule.id(bus: bus.id, name: name)] else {
            throw EventsError.notFound("Rule \(name) does not exist on EventBus \(bus.id).")
        }
        return rule
    }
}

/// What EventBridge's operations need permission for.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html>
enum EventsAuthorization {
    static let authorization = Authorization(vendor: "events") { operation, input, context in
        let prefix = "arn:aws:events:\(context.region):\(context.accountID)"
        func text(_ name: String) -> String? { input.shape.member(name) == nil ? nil : input.string(name) }
        if operation == "PutEvents" {
            let buses = Set(input.structures("Entries").map { CallContext.busName($0.string("EventBusName")) })
            return buses.sorted().map { Permission("\(prefix):event-bus/\($0)") }
        }
        if let arn = text("ResourceARN") { return [Permission(arn)] }
        if let name = text("Rule") ?? (operation.hasSuffix("Rule") ? text("Name") : nil) {
            let bus = CallContext.busName(text("EventBusName"))
            var permissions = [
                Permission(bus == EventBus.standard ? "\(prefix):rule/\(name)" : "\(prefix):rule/\(bus)/\(name)")
            ]
            let roles = operation == "PutTargets" ? input.structures("Targets").compactMap { $0.string("RoleArn") } : []
            for role in roles {
                var conditions = ConditionContext()
                conditions.set("iam:PassedToService", "events.amazonaws.com")
                permissions.append(Permission(role, action: "iam:PassRole", context: conditions))
            }
            return permissions
        }
        if let name = text("ArchiveName") { return [Permission("\(prefix):archive/\(name)")] }
        if operation.contains("Connection"), let name = text("Name") {
            return [Permission("\(prefix):connection/\(name)/*")]
        }
        if operation.contains("ApiDestination"), let name = text("Name") {
            return [Permission("\(prefix):api-destination/\(name)/*")]
        }
        if let name = text("ReplayName") { return [Permission("\(prefix):replay/\(name)")] }
        if operation.hasSuffix("EventBus"), let name = text("Name") {
            return [Permission("\(prefix):event-bus/\(CallContext.busName(name))")]
        }
        return Permission.anything
    }
}

/// Pages of lists, by `NextToken` and `Limit`.
enum EventsPaging {
    private static let tokens = OffsetToken("e1:")

    static func page<Item>(
        _ items: [Item], _ input: Input
    ) throws(ServiceError) -> (items: ArraySlice<Item>, token: Value?) {
        guard let start = tokens.offset(input.string("NextToken")), start <= items.count else {
            throw EventsError.validation("Parameter NextToken is not valid.")
        }
        return tokens.page(of: items, from: start, size: input.integer("Limit") ?? 100)
    }
}
