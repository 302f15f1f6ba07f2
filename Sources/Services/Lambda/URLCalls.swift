import CloudState
import ServiceModel

/// Function URLs.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html>
enum URLCalls {
    static let operations: [String: Handler] = [
        "CreateFunctionUrlConfig": .write(create),
        "DeleteFunctionUrlConfig": .write(delete),
        "GetFunctionUrlConfig": .read(get),
        "ListFunctionUrlConfigs": .read(list),
        "UpdateFunctionUrlConfig": .write(update),
    ]

    private static func view(
        _ url: FunctionURL, _ function: LambdaFunction, _ key: String, _ region: String, isNew: Bool = false
    )
        -> Value
    {
        [
            "FunctionUrl": .string("https://\(url.id).lambda-url.\(region).on.aws/"),
            "FunctionArn": .string(key.isEmpty ? function.arn : "\(function.arn):\(key)"),
            "AuthType": .string(url.authType), "Cors": url.cors, "CreationTime": .string(url.created.iso8601),
            "LastModifiedTime": isNew ? nil : .string(url.modified.iso8601), "InvokeMode": .string(url.invokeMode),
        ]
    }

    private static func target(
        _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> (LambdaFunction, String) {
        let (function, qualifier) = try context.function(input)
        if let qualifier {
            guard function.alias(qualifier) != nil else {
                throw LambdaError.notFound("Cannot find alias arn: \(function.arn):\(qualifier)")
            }
        }
        return (function, qualifier ?? "")
    }

    private static func existing(
        _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> (LambdaFunction, String, FunctionURL) {
        let (function, key) = try target(context, input)
        guard let url = function.urls[key] else { throw LambdaError.noResource }
        return (function, key, url)
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, key) = try target(context, input)
        guard function.urls[key] == nil else {
            throw LambdaError.conflict(
                "Failed to create function url config for [functionArn = \(key.isEmpty ? function.arn : "\(function.arn):\(key)")]. Error message:  FunctionUrlConfig exists for this Lambda function"
            )
        }
        let id = context.world.ids.capitals("\(context.region)/lambda/url", count: 32).lowercased()
        let url = FunctionURL(
            id: id, authType: input.string("AuthType") ?? "NONE", invokeMode: input.string("InvokeMode") ?? "BUFFERED",
            cors: input["Cors"], created: context.now)
        function.urls[key] = url
        context.lambda.functions.insert(function)
        return Response(view(url, function, key, context.region, isNew: true))
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, key, url) = try existing(context, input)
        return Response(view(url, function, key, context.region))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, _) = try context.function(input)
        let page = try Paging.page(function.urls.sorted { $0.key < $1.key }, input)
        let region = context.region
        return Response([
            "FunctionUrlConfigs": .list(page.items) { view($0.value, function, $0.key, region) },
            "NextMarker": page.marker,
        ])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, key, url) = try existing(context, input)
        if let type = input.string("AuthType") { url.authType = type }
        if let mode = input.string("InvokeMode") { url.invokeMode = mode }
        if let cors = input["Cors"] { url.cors = cors.fields?.isEmpty == true ? nil : cors }
        url.modified = context.now
        function.urls[key] = url
        context.lambda.functions.insert(function)
        return Response(view(url, function, key, context.region))
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, key, _) = try existing(context, input)
        function.urls[key] = nil
        context.lambda.functions.insert(function)
        return .empty
    }
}
