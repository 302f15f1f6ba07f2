import CloudState
import ServiceModel

/// The account's limits, and settings of functions that only say how AWS runs them.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html>
enum AccountCalls {
    static let operations: [String: Handler] = [
        "GetAccountSettings": .read(settings),
        "GetFunctionRecursionConfig": .read(recursion),
        "GetRuntimeManagementConfig": .read(runtime),
        "PutFunctionRecursionConfig": .write(putRecursion),
        "PutRuntimeManagementConfig": .write(putRuntime),
    ]

    static func settings(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let limit = ConcurrencyCalls.limit
        return Response([
            "AccountLimit": [
                "TotalCodeSize": .integer(CodeUpload.mostStored), "CodeSizeUnzipped": .integer(CodeUpload.mostUnpacked),
                "CodeSizeZipped": .integer(CodeUpload.mostPacked), "ConcurrentExecutions": .integer(limit),
                "UnreservedConcurrentExecutions": .integer(limit - ConcurrencyCalls.reserved(context)),
            ],
            "AccountUsage": [
                "TotalCodeSize": .integer(context.lambda.codeBytes),
                "FunctionCount": .integer(context.lambda.functions.count),
            ],
        ])
    }

    static func recursion(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["RecursiveLoop": .string(try context.function(input).function.recursiveLoop)])
    }

    static func putRecursion(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        function.recursiveLoop = input.string("RecursiveLoop") ?? "Terminate"
        context.lambda.functions.insert(function)
        return Response(["RecursiveLoop": .string(function.recursiveLoop)])
    }

    private static func view(_ function: LambdaFunction, _ key: String) -> Value {
        let settings = function.runtimeManagement[key] ?? Fields()
        return [
            "UpdateRuntimeOn": settings["UpdateRuntimeOn"] ?? "Auto",
            "FunctionArn": .string("\(function.arn):\(key)"), "RuntimeVersionArn": settings["RuntimeVersionArn"],
        ]
    }

    static func runtime(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, qualifier) = try context.function(input)
        _ = try context.version(function, qualifier)
        return Response(view(function, qualifier ?? "$LATEST"))
    }

    static func putRuntime(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, qualifier) = try context.function(input)
        _ = try context.version(function, qualifier)
        let mode = input.string("UpdateRuntimeOn") ?? "Auto"
        guard (mode == "Manual") == input.has("RuntimeVersionArn") else {
            throw LambdaError.parameter(
                mode == "Manual"
                    ? "RuntimeVersionArn is required when UpdateRuntimeOn is Manual."
                    : "RuntimeVersionArn can be provided only when UpdateRuntimeOn is Manual.")
        }
        var settings = Fields()
        settings.append("UpdateRuntimeOn", .string(mode))
        if let arn = input["RuntimeVersionArn"] { settings.append("RuntimeVersionArn", arn) }
        function.runtimeManagement[qualifier ?? "$LATEST"] = settings
        context.lambda.functions.insert(function)
        return Response(view(function, qualifier ?? "$LATEST"))
    }
}
