import CloudState
import JSONValue
import ServiceModel

/// Resource policies of functions and layers.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>
enum PermissionCalls {
    static let operations: [String: Handler] = [
        "AddLayerVersionPermission": .write(addToLayer),
        "AddPermission": .write(add),
        "GetLayerVersionPolicy": .read(layerPolicy),
        "GetPolicy": .read(get),
        "RemoveLayerVersionPermission": .write(removeFromLayer),
        "RemovePermission": .write(remove),
    ]

    private static let most = 20_480

    static func add(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, qualifier) = try context.function(input)
        if let qualifier { _ = try context.version(function, qualifier) }
        var policy = function.policies[qualifier ?? ""] ?? FunctionPolicy()
        let resource = qualifier.map { "\(function.arn):\($0)" } ?? function.arn
        var conditions: [(String, String, String)] = []
        if let account = input.string("SourceAccount") {
            conditions.append(("StringEquals", "AWS:SourceAccount", account))
        }
        if let arn = input.string("SourceArn") { conditions.append(("ArnLike", "AWS:SourceArn", arn)) }
        if let id = input.string("PrincipalOrgID") { conditions.append(("StringEquals", "aws:PrincipalOrgID", id)) }
        if let token = input.string("EventSourceToken") {
            conditions.append(("StringEquals", "lambda:EventSourceToken", token))
        }
        if let type = input.string("FunctionUrlAuthType") {
            conditions.append(("StringEquals", "lambda:FunctionUrlAuthType", type))
        }
        if input.shape.member("InvokedViaFunctionUrl") != nil, input.boolean("InvokedViaFunctionUrl") ?? false {
            conditions.append(("Bool", "lambda:InvokedViaFunctionUrl", "true"))
        }
        let statement = try statement(
            input, resource: resource, conditions: conditions, policy: &policy, &context, functionAlias: qualifier)
        function.policies[qualifier ?? ""] = policy
        context.lambda.functions.insert(function)
        return Response(["Statement": .string(statement)])
    }

    private static func statementID(_ input: Input) throws(ServiceError) -> String {
        let id = input.string("StatementId") ?? ""
        let isGood = id.utf8.allSatisfy { byte in
            let lower = byte | 0x20
            return (0x61...0x7A).contains(lower) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
        }
        guard isGood else {
            throw LambdaError.constraint(
                id, "statementId", "satisfy regular expression pattern: ([a-zA-Z0-9-_]+)")
        }
        return id
    }

    private static func statement(
        _ input: Input, resource: String, conditions: [(String, String, String)], policy: inout FunctionPolicy,
        _ context: inout CallContext, functionAlias: String?
    ) throws(ServiceError) -> String {
        let id = try statementID(input)
        if let revision = input.string("RevisionId"), revision != policy.revisionID { throw LambdaError.revision }
        guard !policy.statements.contains(where: { $0.id == id }) else {
            throw LambdaError.conflict(
                "The statement id (\(id)) provided already exists. Please provide a new statement id, or remove the existing statement."
            )
        }
        let action = input.string("Action") ?? ""
        guard action == "lambda:*" || action.hasPrefix("lambda:") else {
            throw LambdaError.constraint(
                action, "action", "satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])")
        }
        var object: [(String, JSON)] = [
            ("Sid", .string(id)), ("Effect", .string("Allow")),
            ("Principal", try principal(input.string("Principal") ?? "")), ("Action", .string(action)),
            ("Resource", .string(resource)),
        ]
        var grouped: [(String, [(String, JSON)])] = []
        for (kind, key, value) in conditions {
            if let place = grouped.firstIndex(where: { $0.0 == kind }) {
                grouped[place].1.append((key, .string(value)))
            } else {
                grouped.append((kind, [(key, .string(value))]))
            }
        }
        if !grouped.isEmpty {
            object.append(
                (
                    "Condition",
                    .object(JSONObject(uniquing: grouped.map { ($0.0, .object(JSONObject(uniquing: $0.1))) }))
                ))
        }
        let text = JSON.object(JSONObject(uniquing: object)).serializedString()
        policy.statements.append(.init(id: id, json: text))
        guard policy.document.utf8.count <= most else {
            throw ServiceError(
                "PolicyLengthExceededException",
                "The final policy size (\(policy.document.utf8.count)) is bigger than the limit (\(most)).")
        }
        policy.revisionID = context.newRevision()
        return text
    }

    private static func principal(_ text: String) throws(ServiceError) -> JSON {
        if text == "*" { return .string("*") }
        if text.isAccountNumber {
            return .object(JSONObject(uniquing: [("AWS", .string("arn:aws:iam::\(text):root"))]))
        }
        if text.hasPrefix("arn:") { return .object(JSONObject(uniquing: [("AWS", .string(text))])) }
        guard text.hasSuffix(".amazonaws.com") else {
            throw LambdaError.parameter(
                "The provided principal was invalid. Please check the principal and try again.")
        }
        return .object(JSONObject(uniquing: [("Service", .string(text))]))
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, qualifier) = try context.function(input)
        guard let policy = function.policies[qualifier ?? ""], !policy.statements.isEmpty else {
            throw LambdaError.noResource
        }
        return Response(["Policy": .string(policy.document), "RevisionId": .string(policy.revisionID)])
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, qualifier) = try context.function(input)
        let id = input.string("StatementId") ?? ""
        guard var policy = function.policies[qualifier ?? ""] else { throw LambdaError.noResource }
        try remove(id, from: &policy, revision: input.string("RevisionId"), &context)
        function.policies[qualifier ?? ""] = policy
        context.lambda.functions.insert(function)
        return .empty
    }

    private static func remove(
        _ id: String, from policy: inout FunctionPolicy, revision: String?, _ context: inout CallContext
    ) throws(ServiceError) {
        guard policy.statements.contains(where: { $0.id == id }) else {
            throw LambdaError.notFound("Statement \(id.prefix(100)) is not found in resource policy.")
        }
        if let revision, revision != policy.revisionID { throw LambdaError.revision }
        policy.statements.removeAll { $0.id == id }
        policy.revisionID = context.newRevision()
    }

    // MARK: Layers

    static func addToLayer(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (layer, place) = try LayerCalls.version(context, input)
        var policy = layer.versions[place].policy
        let organization = input.string("OrganizationId").map { [("StringEquals", "aws:PrincipalOrgID", $0)] } ?? []
        let text = try statement(
            input, resource: layer.versions[place].arn, conditions: organization, policy: &policy, &context,
            functionAlias: nil)
        layer.versions[place].policy = policy
        context.lambda.layers.insert(layer)
        return Response(["Statement": .string(text), "RevisionId": .string(policy.revisionID)])
    }

    static func layerPolicy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (layer, place) = try LayerCalls.version(context, input)
        let policy = layer.versions[place].policy
        guard !policy.statements.isEmpty else {
            throw LambdaError.notFound("No policy is associated with the given resource.")
        }
        return Response(["Policy": .string(policy.document), "RevisionId": .string(policy.revisionID)])
    }

    static func removeFromLayer(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (layer, place) = try LayerCalls.version(context, input)
        try remove(
            input.string("StatementId") ?? "", from: &layer.versions[place].policy,
            revision: input.string("RevisionId"), &context)
        context.lambda.layers.insert(layer)
        return .empty
    }
}
