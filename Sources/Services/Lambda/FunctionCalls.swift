import CloudState
import ServiceModel

/// Functions: made, read, changed, deleted.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
enum FunctionCalls {
    static let operations: [String: Handler] = [
        "CreateFunction": .write(create),
        "DeleteFunction": .write(delete),
        "GetFunction": .readAtTime(get),
        "GetFunctionConfiguration": .read(configuration),
        "ListFunctions": .read(list),
        "UpdateFunctionCode": .write(updateCode),
        "UpdateFunctionConfiguration": .write(updateConfiguration),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try FunctionName(input, context)
        guard name.name.utf8.count <= 64 else {
            throw LambdaError.constraint(name.name, "functionName", "have length less than or equal to 64")
        }
        guard let code = input.structure("Code") else {
            throw LambdaError.parameter("Please provide a source for function code.")
        }
        let settings = try Configuration.checked(input, base: nil, context)
        let isImage = input.string("PackageType") == "Image"
        guard (code.string("ImageUri") != nil) == isImage else {
            throw LambdaError.parameter(
                isImage
                    ? "Please provide ImageUri when creating a function with packageType Image."
                    : "Please don't provide ImageUri when creating a function with packageType Zip.")
        }
        guard context.lambda.functions[name.name] == nil else {
            throw LambdaError.conflict("Function already exist: \(name.name)")
        }
        let package = try CodeUpload.code(code, &context)
        let tags = try TagCalls.checked(input.map("Tags"))
        try CodeSigningCalls.check(input.string("CodeSigningConfigArn"), context)
        let latest = FunctionVersion(
            version: "$LATEST", settings: settings, code: package, modified: context.now,
            revisionID: context.newRevision())
        var function = LambdaFunction(
            name: name.name, arn: context.functionARN(name.name), latest: latest, tags: tags)
        function.codeSigningConfig = input.string("CodeSigningConfigArn")
        var shown = latest
        if input.boolean("Publish") ?? false { shown = VersionCalls.publish(&function, description: nil, &context) }
        context.lambda.functions.insert(function)
        scheduleReady(function, &context)
        return Response(FunctionView.configuration(function, shown, context))
    }

    private static func scheduleReady(_ function: LambdaFunction, _ context: inout CallContext) {
        context.world.schedule(
            .event(
                .lambda(.ready(function: function.id, revision: function.latest.revisionID)), region: context.region),
            after: function.latest.settings["VpcConfig"] == nil ? Timings.lambdaFunction : Timings.lambdaNetwork)
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, qualifier) = try context.function(input)
        let version = try context.version(function, qualifier)
        let code: Value
        if let image = version.code.image {
            let repository = image.uri.prefix { $0 != "@" && $0 != ":" }
            code = [
                "RepositoryType": "ECR", "ImageUri": .string(image.uri),
                "ResolvedImageUri": .string("\(repository)@\(image.digest)"),
            ]
        } else {
            code = [
                "RepositoryType": "S3",
                "Location": .string(
                    "https://awslambda-\(context.region)-tasks.s3.\(context.region).amazonaws.com/snapshots/\(context.accountID)/\(function.id)-\(version.revisionID)"
                ),
            ]
        }
        return Response([
            "Configuration": FunctionView.configuration(function, version, qualifier: qualifier, context), "Code": code,
            "Tags": function.tags.isEmpty ? nil : function.tags.map,
            "Concurrency": function.reservedConcurrency.map { ["ReservedConcurrentExecutions": .integer($0)] },
        ])
    }

    static func configuration(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, qualifier) = try context.function(input)
        let version = try context.version(function, qualifier)
        return Response(FunctionView.configuration(function, version, qualifier: qualifier, context))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let all = input.string("FunctionVersion") == "ALL"
        var items: [(LambdaFunction, FunctionVersion)] = []
        for function in context.lambda.functions {
            items.append((function, function.latest))
            if all { items += function.versions.map { (function, $0) } }
        }
        let page = try Paging.page(items, input)
        let draft = context
        return Response([
            "Functions": .list(page.items) { function, version in
                FunctionView.configuration(
                    function, version, qualifier: all ? version.version : nil, draft)
            },
            "NextMarker": page.marker,
        ])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, qualifier) = try context.function(input)
        guard let qualifier else {
            context.lambda.functions.remove(function.id)
            context.world.want(.retirement(function: function.id), region: context.region, isAwaited: false)
            return .empty
        }
        guard qualifier != "$LATEST" else {
            throw LambdaError.parameter("$LATEST version cannot be deleted without deleting the function.")
        }
        guard function.alias(qualifier) == nil else {
            throw LambdaError.parameter("The qualifier \(qualifier) is an alias: delete it with DeleteAlias.")
        }
        let users = function.aliases.filter { $0.version == qualifier || $0.additional?.version == qualifier }
        guard users.isEmpty else {
            throw LambdaError.conflict(
                "Function Version: \(qualifier) cannot be deleted because it is being used by alias: \(users.map(\.name).joined(separator: ", "))"
            )
        }
        function.versions.removeAll { $0.version == qualifier }
        context.lambda.functions.insert(function)
        return .empty
    }

    /// The function to be changed, which must not be in the middle of another change.
    private static func changeable(
        _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> LambdaFunction {
        let (function, qualifier) = try context.function(input)
        guard qualifier == nil || qualifier == "$LATEST" else {
            throw LambdaError.parameter(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN."
            )
        }
        if let revision = input.string("RevisionId"), revision != function.latest.revisionID {
            throw LambdaError.revision
        }
        guard function.latest.isActive else {
            throw LambdaError.conflict(
                "The operation cannot be performed at this time. The function is currently in the following state: Pending"
            )
        }
        guard function.latest.isUpdated else {
            throw LambdaError.conflict(
                "The operation cannot be performed at this time. An update is in progress for resource: \(function.arn)"
            )
        }
        return function
    }

    private static func begin(_ function: inout LambdaFunction, _ context: inout CallContext) {
        function.latest.modified = context.now
        function.latest.revisionID = context.newRevision()
        function.latest.isUpdated = false
    }

    static func updateCode(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var function = try changeable(context, input)
        try CodeSigningCalls.check(function.codeSigningConfig, context)
        let code = try CodeUpload.code(input, &context)
        guard (code.imageURI == nil) == (function.latest.code.imageURI == nil) else {
            throw LambdaError.parameter(
                code.imageURI == nil
                    ? "Please provide ImageUri when updating a function with packageType Image."
                    : "Please don't provide ImageUri when updating a function with packageType Zip.")
        }
        guard !(input.boolean("DryRun") ?? false) else {
            var shown = function.latest
            shown.code = code
            return Response(FunctionView.configuration(function, shown, context))
        }
        function.latest.code = code
        function.latest.hasUnusableImage = false
        if let architectures = input["Architectures"] { function.latest.settings["Architectures"] = architectures }
        begin(&function, &context)
        var shown = function.latest
        if input.boolean("Publish") ?? false { shown = VersionCalls.publish(&function, description: nil, &context) }
        context.lambda.functions.insert(function)
        scheduleReady(function, &context)
        return Response(FunctionView.configuration(function, shown, context))
    }

    static func updateConfiguration(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var function = try changeable(context, input)
        function.latest.settings = try Configuration.checked(input, base: function.latest, context)
        begin(&function, &context)
        context.lambda.functions.insert(function)
        scheduleReady(function, &context)
        return Response(FunctionView.configuration(function, function.latest, context))
    }
}
