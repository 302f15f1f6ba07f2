import CloudState
import ServiceModel

/// Connections: how HTTP APIs outside are signed in to. Nobody is asked: each is authorized at once.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html>
enum ConnectionCalls {
    static let operations: [String: Handler] = [
        "CreateConnection": .write(create),
        "DeauthorizeConnection": .write(deauthorize),
        "DeleteConnection": .write(delete),
        "DescribeConnection": .read(describe),
        "ListConnections": .read(list),
        "UpdateConnection": .write(update),
    ]

    private static func connection(
        _ input: Input, _ doing: String, _ context: CallContext
    ) throws(ServiceError) -> EventConnection {
        let name = input.string("Name") ?? ""
        guard let connection = context.events.connections[name] else {
            throw EventsError.notFound("Failed to \(doing) the connection(s). Connection '\(name)' does not exist.")
        }
        return connection
    }

    private static func times(_ connection: EventConnection) -> Fields {
        var fields = Fields()
        fields.append("ConnectionArn", .string(connection.arn))
        fields.append("ConnectionState", .string(connection.state))
        fields.append("CreationTime", .timestamp(connection.created))
        fields.append("LastModifiedTime", .timestamp(connection.modified))
        fields.append("LastAuthorizedTime", .timestamp(connection.modified))
        return fields
    }

    private static func answer(_ connection: EventConnection, without member: String? = nil) -> Response {
        var fields = times(connection)
        if let member { fields[member] = nil }
        return Response(.structure(fields))
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        guard context.events.connections[name] == nil else {
            throw EventsError.exists("Connection \(name) already exists.")
        }
        var settings = input.fields
        settings["Name"] = nil
        try check(settings)
        let id = context.world.ids.uuid("\(context.region)/events/connection")
        let connection = EventConnection(
            name: name, arn: "arn:aws:events:\(context.region):\(context.accountID):connection/\(name)/\(id)",
            settings: settings, created: context.now, state: "AUTHORIZED")
        context.events.connections.insert(connection)
        return answer(connection, without: "LastAuthorizedTime")
    }

    /// The parameters are those of the kind of authorization.
    private static func check(_ settings: Fields) throws(ServiceError) {
        let member =
            switch settings["AuthorizationType"]?.text {
            case "API_KEY": "ApiKeyAuthParameters"
            case "BASIC": "BasicAuthParameters"
            default: "OAuthParameters"
            }
        guard settings["AuthParameters"]?[member] != nil else {
            throw EventsError.validation(
                "Parameter(s) AuthParameters are not valid. Reason: \(member) must be given for this AuthorizationType."
            )
        }
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var connection = try connection(input, "update", context)
        for field in input.fields.fields where field.name != "Name" {
            guard field.name == "AuthParameters", input.string("AuthorizationType") == nil,
                var old = connection.settings["AuthParameters"]?.fields
            else {
                connection.settings[field.name] = field.value
                continue
            }
            for part in field.value.fields?.fields ?? [] { old[part.name] = part.value }
            connection.settings["AuthParameters"] = .structure(old)
        }
        try check(connection.settings)
        connection.modified = context.now
        connection.state = "AUTHORIZED"
        context.events.connections.insert(connection)
        return answer(connection)
    }

    static func deauthorize(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var connection = try connection(input, "deauthorize", context)
        connection.state = "DEAUTHORIZED"
        context.events.connections.insert(connection)
        return answer(connection)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var connection = try connection(input, "delete", context)
        context.events.connections.remove(connection.id)
        connection.state = "DELETING"
        return answer(connection)
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let connection = try connection(input, "describe", context)
        var fields = times(connection)
        fields.append("Name", .string(connection.id))
        for name in ["AuthorizationType", "Description", "KmsKeyIdentifier"] {
            if let value = connection.settings[name] { fields.append(name, value) }
        }
        fields.append("AuthParameters", shown(connection.settings["AuthParameters"]))
        let parts = connection.arn.split(separator: "/")
        fields.append(
            "SecretArn",
            .string(
                "arn:aws:secretsmanager:\(context.region):\(context.accountID):secret:events!connection/\(connection.id)/\(parts.last ?? "")-"
                    + String((parts.last ?? "").filter { $0 != "-" }.prefix(6))))
        return Response(.structure(fields))
    }

    /// Parameters as answers show them: without what is secret.
    private static func shown(_ parameters: Value?) -> Value {
        guard let parameters else { return [:] }
        let oauth = parameters["OAuthParameters"]
        return [
            "ApiKeyAuthParameters": parameters["ApiKeyAuthParameters"].map { ["ApiKeyName": $0["ApiKeyName"]] },
            "BasicAuthParameters": parameters["BasicAuthParameters"].map { ["Username": $0["Username"]] },
            "OAuthParameters": oauth.map {
                [
                    "AuthorizationEndpoint": $0["AuthorizationEndpoint"], "HttpMethod": $0["HttpMethod"],
                    "ClientParameters": ["ClientID": $0["ClientParameters"]?["ClientID"]],
                    "OAuthHttpParameters": open($0["OAuthHttpParameters"]),
                ]
            },
            "InvocationHttpParameters": open(parameters["InvocationHttpParameters"]),
        ]
    }

    private static func open(_ parameters: Value?) -> Value? {
        guard var fields = parameters?.fields else { return nil }
        for field in fields.fields {
            guard let items = field.value.elements else { continue }
            fields[field.name] = .list(
                items.map { item in
                    guard case .boolean(true)? = item["IsValueSecret"], var kept = item.fields else { return item }
                    kept["Value"] = nil
                    return .structure(kept)
                })
        }
        return .structure(fields)
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("NamePrefix") ?? ""
        let state = input.string("ConnectionState")
        let found = context.events.connections.filter { connection in
            connection.id.hasPrefix(prefix) && state.map { $0 == connection.state } ?? true
        }
        let page = try EventsPaging.page(found, input)
        return Response([
            "Connections": .list(page.items) { connection in
                var fields = times(connection)
                fields.append("Name", .string(connection.id))
                fields.append("AuthorizationType", connection.settings["AuthorizationType"] ?? "BASIC")
                return .structure(fields)
            }, "NextToken": page.token,
        ])
    }
}
