import CloudState
import ServiceModel

/// Archives of a bus's events.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html>
enum ArchiveCalls {
    static let operations: [String: Handler] = [
        "CreateArchive": .write(create),
        "DeleteArchive": .write(delete),
        "DescribeArchive": .read(describe),
        "ListArchives": .read(list),
        "UpdateArchive": .write(update),
    ]

    static func archive(_ name: String?, _ context: CallContext) throws(ServiceError) -> EventArchive {
        guard let archive = context.events.archives[name ?? ""] else {
            throw EventsError.notFound("Archive \(name ?? "") does not exist.")
        }
        return archive
    }

    private static func answer(_ archive: EventArchive) -> Response {
        Response([
            "ArchiveArn": .string(archive.arn), "State": "ENABLED", "CreationTime": .timestamp(archive.created),
        ])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("ArchiveName") ?? ""
        guard context.events.archives[name] == nil else {
            throw EventsError.exists("Archive \(name) already exists.")
        }
        let bus = try context.bus(input.string("EventSourceArn"))
        var archive = EventArchive(
            name: name, arn: "arn:aws:events:\(context.region):\(context.accountID):archive/\(name)", bus: bus.id,
            retention: 0, created: context.now)
        try change(&archive, input)
        context.events.archives.insert(archive)
        return answer(archive)
    }

    private static func change(_ archive: inout EventArchive, _ input: Input) throws(ServiceError) {
        if let pattern = input.string("EventPattern") {
            if !pattern.isEmpty { try RuleCalls.check(pattern) }
            archive.pattern = pattern.isEmpty ? nil : pattern
        }
        if let text = input.string("Description") { archive.description = text }
        if let days = input.integer("RetentionDays") { archive.retention = days }
        if let key = input.string("KmsKeyIdentifier") { archive.keyID = key.isEmpty ? nil : key }
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var archive = try archive(input.string("ArchiveName"), context)
        try change(&archive, input)
        context.events.archives.insert(archive)
        return answer(archive)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let archive = try archive(input.string("ArchiveName"), context)
        context.events.archives.remove(archive.id)
        return .empty
    }

    private static func view(_ archive: EventArchive, _ context: CallContext) -> Fields {
        var fields = Fields()
        fields.append("ArchiveName", .string(archive.id))
        fields.append("EventSourceArn", .optional(context.events.buses[archive.bus]?.arn) ?? "")
        fields.append("State", "ENABLED")
        fields.append("RetentionDays", .integer(archive.retention))
        fields.append("SizeBytes", .integer(archive.bytes))
        fields.append("EventCount", .integer(archive.events.count))
        fields.append("CreationTime", .timestamp(archive.created))
        return fields
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let archive = try archive(input.string("ArchiveName"), context)
        var fields = view(archive, context)
        fields.append("ArchiveArn", .string(archive.arn))
        if let pattern = archive.pattern { fields.append("EventPattern", .string(pattern)) }
        if let text = archive.description { fields.append("Description", .string(text)) }
        if let key = archive.keyID { fields.append("KmsKeyIdentifier", .string(key)) }
        return Response(.structure(fields))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("NamePrefix") ?? ""
        let source = input.string("EventSourceArn").map(CallContext.busName)
        let state = input.string("State") ?? "ENABLED"
        let found = context.events.archives.filter { archive in
            archive.id.hasPrefix(prefix) && source.map { $0 == archive.bus } ?? true && state == "ENABLED"
        }
        let page = try EventsPaging.page(found, input)
        let draft = context
        return Response(["Archives": .list(page.items) { .structure(view($0, draft)) }, "NextToken": page.token])
    }
}
