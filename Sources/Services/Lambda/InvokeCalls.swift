import CloudState
import JSONValue
import PolicyEngine
import ServiceModel

/// Invocations.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
enum InvokeCalls {
    static let operations: [String: Handler] = [
        "Invoke": .write(invoke),
        "InvokeAsync": .write(invokeAsync),
        // The emulator has the answer stream.
        "InvokeWithResponseStream": .write(invoke),
    ]

    private static let mostSynchronous = 6_291_456
    private static let mostAsynchronous = 1_048_576

    static func invoke(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, qualifier) = try context.function(input)
        let version = try chosen(function, qualifier, &context)
        let type = input.string("InvocationType") ?? "RequestResponse"
        guard version.isActive else {
            throw LambdaError.conflict(
                "The operation cannot be performed at this time. The function is currently in the following state: Pending"
            )
        }
        guard !version.hasUnusableImage else { throw LambdaError.unusableImage }
        guard type != "DryRun" else { return Response(["StatusCode": 204]) }
        var payload = input.blob("Payload") ?? []
        if payload.isEmpty { payload = Array("{}".utf8) }
        try check(payload, isSynchronous: type == "RequestResponse")
        let clientContext = try clientContext(input)
        let requestID = context.requestID ?? context.world.ids.uuid("\(context.region)/lambda/request")
        let isCircle = Recursion.ends(function, at: Recursion.depth(context), &context)
        guard type == "Event" else {
            guard !isCircle else { throw Recursion.error }
            let effect = begin(
                .request, function, version, qualifier: qualifier, requestID: requestID, payload: payload,
                clientContext: clientContext, isAwaited: true, wantsLog: input.string("LogType") == "Tail", &context)
            return .outcome(of: effect)
        }
        let event = AsynchronousInvocation(
            function: function.id, qualifier: qualifier, requestID: requestID, payload: payload, accepted: context.now)
        guard !isCircle else {
            Completion.drop(event, function, version, &context)
            return Response(["StatusCode": 202, "Payload": .blob([])])
        }
        begin(
            .asynchronous(event), function, version, qualifier: qualifier, requestID: requestID, payload: payload,
            clientContext: nil, isAwaited: false, &context)
        return Response(["StatusCode": 202, "Payload": .blob([])])
    }

    /// What was there before `Invoke`, and is deprecated.
    static func invokeAsync(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        _ = try context.call(
            "lambda", "Invoke",
            [
                "FunctionName": .string(input.string("FunctionName") ?? ""), "InvocationType": "Event",
                "Payload": .blob(input.blob("InvokeArgs") ?? []),
            ])
        return Response(["Status": 202])
    }

    private static func check(_ payload: [UInt8], isSynchronous: Bool) throws(ServiceError) {
        let most = isSynchronous ? mostSynchronous : mostAsynchronous
        guard payload.count <= most else {
            var details = Fields()
            details.append("Type", "User")
            throw ServiceError(
                "RequestEntityTooLargeException",
                isSynchronous
                    ? "Request must be smaller than \(most) bytes for the InvokeFunction operation"
                    : "\(payload.count) byte payload is too large for the Event invocation type (limit \(most) bytes)",
                status: 413, details: details)
        }
        guard (try? JSON.parse(payload)) != nil else {
            throw content("Could not parse request body into json: Could not parse payload into json")
        }
    }

    private static func content(_ message: String) -> ServiceError {
        var details = Fields()
        details.append("Type", "User")
        return ServiceError("InvalidRequestContentException", message, status: 400, details: details)
    }

    /// What the client says of itself comes in Base64, and goes to the runtime as JSON.
    private static func clientContext(_ input: Input) throws(ServiceError) -> String? {
        guard let text = input.string("ClientContext"), !text.isEmpty else { return nil }
        guard text.utf8.count <= 3583 else {
            throw content("Client context must be no more than 3583 bytes when base64-encoded.")
        }
        guard let bytes = Base64.decode(text), let value = try? JSON.parse(bytes), value.objectValue != nil else {
            throw content("Client context must be a valid Base64-encoded JSON object.")
        }
        return value.serializedString()
    }

    /// The version that an invocation gets: an alias with two of them deals them out by weight.
    static func chosen(
        _ function: LambdaFunction, _ qualifier: String?, _ context: inout CallContext
    ) throws(ServiceError) -> FunctionVersion {
        if let alias = qualifier.flatMap(function.alias), let additional = alias.additional,
            let version = function.version(additional.version)
        {
            let part = Double(context.world.ids.bits("\(function.arn)/\(alias.name)") >> 11) / Double(1 << 53)
            if part < additional.weight { return version }
        }
        return try context.version(function, qualifier)
    }

    /// Has a version run.
    @discardableResult
    static func begin(
        _ origin: FunctionInvocation.Origin, _ function: LambdaFunction, _ version: FunctionVersion,
        qualifier: String?, requestID: String, payload: [UInt8], clientContext: String?, isAwaited: Bool,
        wantsLog: Bool = false, _ context: inout CallContext
    ) -> Int {
        let layers = version.layers.compactMap { context.layerVersion($0)?.code.archive }
        let reserved = ConcurrencyCalls.limit - ConcurrencyCalls.reserved(context)
        var invocation = FunctionInvocation(
            origin: origin, function: function.id,
            invokedARN: qualifier.map { "\(function.arn):\($0)" } ?? function.arn, version: version, layers: layers,
            requestID: requestID, payload: payload, clientContext: clientContext,
            credentials: credentials(function, version, &context),
            logGroup: version.settings["LoggingConfig"]?["LogGroup"]?.text ?? "/aws/lambda/\(function.id)",
            concurrency: function.reservedConcurrency ?? reserved, isReserved: function.reservedConcurrency != nil,
            time: context.now)
        invocation.wantsLog = wantsLog
        return context.world.want(.invocation(invocation), region: context.region, isAwaited: isAwaited)
    }

    /// The role's credentials, the same for as long as they are good.
    private static func credentials(
        _ function: LambdaFunction, _ version: FunctionVersion, _ context: inout CallContext
    ) -> (accessKeyID: String, secret: String, token: String) {
        let name = version.role.split(separator: "/").last.map(String.init) ?? ""
        let arn = "arn:aws:sts::\(context.accountID):assumed-role/\(name)/\(function.id)"
        let now = context.now
        if let id = context.lambda.sessions[arn], let session = context.iam.sessions[id],
            session.expiration > now.adding(seconds: 3600)
        {
            return (session.id, session.secret, session.token)
        }
        let (id, secret) = context.newAccessKey("ASIA")
        let session = STSSession(
            id: id, secret: secret, token: "IQoJb3JpZ2luX2VjE" + context.newSecret("sts/token", count: 343),
            source: .role(name), arn: arn, userID: "\(context.iam.role(name)?.roleID ?? ""):\(function.id)",
            issueTime: now, expiration: now.adding(seconds: 12 * 3600))
        context.iam.sessions.insert(session)
        context.lambda.sessions[arn] = id
        return (session.id, session.secret, session.token)
    }
}
