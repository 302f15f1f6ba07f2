package import CloudState
import ServiceModel

/// AWS Lambda: functions, versions, aliases, layers, permissions, event sources.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/welcome.html>
package enum LambdaService {
    package static let definition = ServiceDefinition(
        signingNames: ["lambda"], model: { .lambda },
        operations: groups.merged,
        authorization: LambdaAuthorization.authorization,
        reactions: ServiceReactions(
            handle: Reactions.handle, isAwaited: Reactions.isAwaited, complete: Completion.complete))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        AccountCalls.operations,
        AliasCalls.operations,
        CodeSigningCalls.operations,
        ConcurrencyCalls.operations,
        EventInvokeCalls.operations,
        EventSourceCalls.operations,
        FunctionCalls.operations,
        InvokeCalls.operations,
        LayerCalls.operations,
        PermissionCalls.operations,
        TagCalls.operations,
        URLCalls.operations,
        VersionCalls.operations,
    ]
}

/// Lambda's errors.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html#API_CreateFunction_Errors>
enum LambdaError {
    private static func error(_ code: String, _ message: String, _ status: Int) -> ServiceError {
        var details = Fields()
        details.append("Type", .string("User"))
        return ServiceError(code, message, status: status, details: details)
    }

    static func parameter(_ message: String) -> ServiceError { error("InvalidParameterValueException", message, 400) }
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationException", message) }
    static func notFound(_ message: String) -> ServiceError { error("ResourceNotFoundException", message, 404) }
    static func conflict(_ message: String) -> ServiceError { error("ResourceConflictException", message, 409) }
    static func precondition(_ message: String) -> ServiceError { error("PreconditionFailedException", message, 412) }
    static func storage(_ message: String) -> ServiceError { error("CodeStorageExceededException", message, 400) }
    static let noResource = notFound("The resource you requested does not exist.")
    static let unusableImage = error(
        "CodeArtifactUserFailedException",
        "ERROR: Lambda cannot initialize the provided container image. Verify the image.", 409)
    static let revision = precondition(
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    )

    /// Breaks one constraint of the model, in AWS's words.
    static func constraint(_ value: String, _ path: String, _ rule: String) -> ServiceError {
        validation(
            "1 validation error detected: Value '\(value.prefix(256))' at '\(path)' failed to satisfy constraint: Member must \(rule)"
        )
    }
}

extension Tags {
    /// As answers show them: a map.
    var map: Value { .map(Fields(tags.map { .init(name: $0.key, value: .string($0.value)) })) }
}

/// Pages of lists, by `Marker` and `MaxItems`.
enum Paging {
    private static let tokens = OffsetToken("l1:")

    static func page<Item>(
        _ items: [Item], _ input: Input, most: Int = 50
    ) throws(ServiceError) -> (items: ArraySlice<Item>, marker: Value?) {
        guard let start = tokens.offset(input.string("Marker")) else {
            throw LambdaError.parameter("The Marker is not valid.")
        }
        let page = tokens.page(of: items, from: start, size: min(max(1, input.integer("MaxItems") ?? most), most))
        return (page.items, page.token)
    }
}
