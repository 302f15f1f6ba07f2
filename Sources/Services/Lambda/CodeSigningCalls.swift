import CloudState
import ServiceModel

/// Code signing configurations. No package has a signature here: what enforces one lets none through.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html>
enum CodeSigningCalls {
    static let operations: [String: Handler] = [
        "CreateCodeSigningConfig": .write(create),
        "DeleteCodeSigningConfig": .write(delete),
        "DeleteFunctionCodeSigningConfig": .write(detach),
        "GetCodeSigningConfig": .read(get),
        "GetFunctionCodeSigningConfig": .read(attached),
        "ListCodeSigningConfigs": .read(list),
        "ListFunctionsByCodeSigningConfig": .read(functions),
        "PutFunctionCodeSigningConfig": .write(attach),
        "UpdateCodeSigningConfig": .write(update),
    ]

    private static func view(_ config: CodeSigningConfig) -> Value {
        [
            "CodeSigningConfigId": .optional(config.id.split(separator: ":").last.map(String.init)),
            "CodeSigningConfigArn": .string(config.id), "Description": config.settings["Description"],
            "AllowedPublishers": config.settings["AllowedPublishers"],
            "CodeSigningPolicies": config.settings["CodeSigningPolicies"]
                ?? ["UntrustedArtifactOnDeployment": "Warn"],
            "LastModified": .string(config.modified.iso8601),
        ]
    }

    private static func config(_ context: CallContext, _ input: Input) throws(ServiceError) -> CodeSigningConfig {
        let arn = input.string("CodeSigningConfigArn") ?? ""
        guard let config = context.lambda.codeSigningConfigs[arn] else {
            throw ServiceError(
                "CodeSigningConfigNotFoundException", "The code signing configuration cannot be found.", status: 404)
        }
        return config
    }

    /// Refuses code where a configuration wants it signed.
    static func check(_ arn: String?, _ context: CallContext) throws(ServiceError) {
        guard let arn, !arn.isEmpty else { return }
        guard let config = context.lambda.codeSigningConfigs[arn] else {
            throw ServiceError(
                "CodeSigningConfigNotFoundException", "The code signing configuration cannot be found.", status: 404)
        }
        guard config.settings["CodeSigningPolicies"]?["UntrustedArtifactOnDeployment"] == "Enforce" else { return }
        throw ServiceError(
            "CodeVerificationFailedException",
            "The code signature failed one or more of the validation checks for signature mismatch or expiry, and the code signing policy is set to ENFORCE. Lambda blocks the deployment.",
            status: 400)
    }

    private static func change(_ config: inout CodeSigningConfig, _ input: Input) {
        for name in ["Description", "AllowedPublishers", "CodeSigningPolicies"] {
            if let value = input[name] { config.settings[name] = value }
        }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = "csc-0" + IDGenerator.hexadecimal(context.world.ids.bits("\(context.region)/lambda/signing"))
        var config = CodeSigningConfig(
            id: "arn:aws:lambda:\(context.region):\(context.accountID):code-signing-config:\(id)", settings: Fields(),
            modified: context.now, tags: try TagCalls.checked(input.map("Tags")))
        change(&config, input)
        context.lambda.codeSigningConfigs.insert(config)
        return Response(["CodeSigningConfig": view(config)])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var config = try config(context, input)
        change(&config, input)
        config.modified = context.now
        context.lambda.codeSigningConfigs.insert(config)
        return Response(["CodeSigningConfig": view(config)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["CodeSigningConfig": view(try config(context, input))])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try Paging.page(Array(context.lambda.codeSigningConfigs), input)
        return Response(["CodeSigningConfigs": .list(page.items, view), "NextMarker": page.marker])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let config = try config(context, input)
        guard !context.lambda.functions.contains(where: { $0.codeSigningConfig == config.id }) else {
            throw LambdaError.conflict(
                "The code signing configuration cannot be deleted because it is attached to functions.")
        }
        context.lambda.codeSigningConfigs.remove(config.id)
        return .empty
    }

    static func attach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        let config = try config(context, input)
        function.codeSigningConfig = config.id
        context.lambda.functions.insert(function)
        return Response(["CodeSigningConfigArn": .string(config.id), "FunctionName": .string(function.id)])
    }

    static func attached(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, _) = try context.function(input)
        return Response([
            "CodeSigningConfigArn": .string(function.codeSigningConfig ?? ""), "FunctionName": .string(function.id),
        ])
    }

    static func detach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        function.codeSigningConfig = nil
        context.lambda.functions.insert(function)
        return .empty
    }

    static func functions(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let config = try config(context, input)
        let users = context.lambda.functions.filter { $0.codeSigningConfig == config.id }
        let page = try Paging.page(users, input)
        return Response(["FunctionArns": .strings(page.items.map(\.arn)), "NextMarker": page.marker])
    }
}
