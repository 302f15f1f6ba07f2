import CloudState
import ServiceModel

/// Aliases.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>
enum AliasCalls {
    static let operations: [String: Handler] = [
        "CreateAlias": .write(create),
        "DeleteAlias": .write(delete),
        "GetAlias": .read(get),
        "ListAliases": .read(list),
        "UpdateAlias": .write(update),
    ]

    private static func view(_ alias: FunctionAlias, _ function: LambdaFunction) -> Value {
        [
            "AliasArn": .string("\(function.arn):\(alias.name)"), "Name": .string(alias.name),
            "FunctionVersion": .string(alias.version), "Description": .string(alias.description),
            "RoutingConfig": alias.additional.map { version, weight in
                ["AdditionalVersionWeights": .map(Fields([.init(name: version, value: .double(weight))]))]
            },
            "RevisionId": .string(alias.revisionID),
        ]
    }

    private static func alias(
        _ input: Input, _ function: LambdaFunction
    ) throws(ServiceError) -> FunctionAlias {
        let name = input.string("Name") ?? ""
        guard let alias = function.alias(name) else {
            throw LambdaError.notFound("Cannot find alias arn: \(function.arn):\(name)")
        }
        return alias
    }

    private static func change(
        _ alias: inout FunctionAlias, _ input: Input, _ function: LambdaFunction
    ) throws(ServiceError) {
        if let version = input.string("FunctionVersion") {
            guard function.version(version) != nil else {
                throw LambdaError.notFound("Function not found: \(function.arn):\(version)")
            }
            alias.version = version
        }
        if let text = input.string("Description") { alias.description = text }
        guard let routing = input.structure("RoutingConfig") else { return }
        let weights = routing["AdditionalVersionWeights"]?.fields?.fields ?? []
        guard weights.count <= 1 else {
            throw LambdaError.parameter("Number of items in AdditionalVersionWeights cannot be greater than 1")
        }
        guard let entry = weights.first else {
            alias.additional = nil
            return
        }
        let weight: Double
        switch entry.value {
        case .double(let number): weight = number
        case .integer(let number): weight = Double(number)
        default: weight = -1
        }
        guard (0...1).contains(weight) else {
            throw LambdaError.constraint(
                "\(weight)", "routingConfig.additionalVersionWeights", "have value between 0.0 and 1.0")
        }
        guard alias.version != "$LATEST", entry.name != "$LATEST" else {
            throw LambdaError.parameter("$LATEST is not supported for an alias pointing to more than 1 version")
        }
        guard entry.name != alias.version else {
            throw LambdaError.parameter(
                "Invalid function version \(entry.name). Function version \(entry.name) is already included in routing configuration."
            )
        }
        guard function.version(entry.name) != nil else {
            throw LambdaError.notFound("Function not found: \(function.arn):\(entry.name)")
        }
        alias.additional = (entry.name, weight)
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        let name = input.string("Name") ?? ""
        guard !name.utf8.allSatisfy({ (48...57).contains($0) }), FunctionName.isName(name) else {
            throw LambdaError.constraint(
                name, "name", "satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)")
        }
        guard function.alias(name) == nil else {
            throw LambdaError.conflict(
                "Alias already exists: \(function.arn):\(name)")
        }
        var alias = FunctionAlias(
            name: name, version: "$LATEST", description: "", additional: nil, revisionID: context.newRevision())
        try change(&alias, input, function)
        function.aliases.append(alias)
        context.lambda.functions.insert(function)
        return Response(view(alias, function))
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, _) = try context.function(input)
        return Response(view(try alias(input, function), function))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, _) = try context.function(input)
        let version = input.string("FunctionVersion")
        let aliases = function.aliases.filter { version == nil || $0.version == version }
        let page = try Paging.page(aliases.sorted { $0.name < $1.name }, input)
        return Response(["Aliases": .list(page.items) { view($0, function) }, "NextMarker": page.marker])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        var alias = try alias(input, function)
        if let revision = input.string("RevisionId"), revision != alias.revisionID { throw LambdaError.revision }
        try change(&alias, input, function)
        alias.revisionID = context.newRevision()
        function.aliases = function.aliases.map { $0.name == alias.name ? alias : $0 }
        context.lambda.functions.insert(function)
        return Response(view(alias, function))
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        // An alias that is gone already is as good as deleted.
        function.aliases.removeAll { $0.name == input.string("Name") }
        context.lambda.functions.insert(function)
        return .empty
    }
}
