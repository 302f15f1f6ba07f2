import CloudState
import ServiceModel

/// Reserved and provisioned concurrency.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>
enum ConcurrencyCalls {
    static let operations: [String: Handler] = [
        "DeleteFunctionConcurrency": .write(delete),
        "DeleteProvisionedConcurrencyConfig": .write(deleteProvisioned),
        "GetFunctionConcurrency": .read(get),
        "GetProvisionedConcurrencyConfig": .read(getProvisioned),
        "ListProvisionedConcurrencyConfigs": .read(listProvisioned),
        "PutFunctionConcurrency": .write(put),
        "PutProvisionedConcurrencyConfig": .write(putProvisioned),
    ]

    /// What an account may run at once.
    static let limit = 1000

    static func reserved(_ context: CallContext, without name: String = "") -> Int {
        context.lambda.functions.reduce(0) { $0 + ($1.id == name ? 0 : $1.reservedConcurrency ?? 0) }
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        let count = input.integer("ReservedConcurrentExecutions") ?? 0
        guard limit - reserved(context, without: function.id) - count >= 100 else {
            throw LambdaError.parameter(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
            )
        }
        let provisioned = function.provisioned.values.reduce(0) { $0 + $1.count }
        guard count >= provisioned else {
            throw LambdaError.parameter(
                "ReservedConcurrentExecutions  for function should not be lower than function's total provisioned concurrency [\(provisioned)]."
            )
        }
        function.reservedConcurrency = count
        context.lambda.functions.insert(function)
        return Response(["ReservedConcurrentExecutions": .integer(count)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, _) = try context.function(input)
        return Response(["ReservedConcurrentExecutions": function.reservedConcurrency.map(Value.integer)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        function.reservedConcurrency = nil
        context.lambda.functions.insert(function)
        return .empty
    }

    // MARK: Provisioned

    private static func view(_ config: ProvisionedConcurrency) -> [(String, Value)] {
        let ready = config.status == "READY" ? config.count : 0
        return [
            ("RequestedProvisionedConcurrentExecutions", .integer(config.count)),
            ("AvailableProvisionedConcurrentExecutions", .integer(ready)),
            ("AllocatedProvisionedConcurrentExecutions", .integer(ready)), ("Status", .string(config.status)),
            ("LastModified", .string(FunctionView.date(config.modified))),
        ] + (config.reason.map { [("StatusReason", .string($0))] } ?? [])
    }

    private static func fields(_ pairs: [(String, Value)]) -> Value {
        .structure(Fields(pairs.map { .init(name: $0.0, value: $0.1) }))
    }

    private static func existing(
        _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> (LambdaFunction, String, ProvisionedConcurrency) {
        let (function, qualifier) = try context.function(input)
        guard let config = function.provisioned[qualifier ?? ""] else {
            throw ServiceError(
                "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config found for this function", status: 404)
        }
        return (function, qualifier ?? "", config)
    }

    static func putProvisioned(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, qualifier) = try context.function(input)
        let name = qualifier ?? ""
        guard name != "$LATEST", !name.isEmpty else {
            throw LambdaError.parameter(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
        }
        let version = try context.version(function, name)
        let count = input.integer("ProvisionedConcurrentExecutions") ?? 1
        let others = function.provisioned.filter { $0.key != name }.values.reduce(0) { $0 + $1.count }
        let most = function.reservedConcurrency ?? limit - 100 - reserved(context)
        guard others + count <= most else {
            throw LambdaError.parameter(
                "Specified ConcurrentExecutions for function is greater than function's unreserved concurrency [\(max(0, most - others))]."
            )
        }
        let config = ProvisionedConcurrency(count: count, modified: context.now)
        function.provisioned[name] = config
        context.lambda.functions.insert(function)
        InvokeCalls.begin(
            .provision(qualifier: name, count: count), function, version, qualifier: name,
            requestID: context.world.ids.uuid("\(context.region)/lambda/request"), payload: [],
            clientContext: nil, isAwaited: false, &context)
        return Response(fields(view(config)))
    }

    /// Environments are ready, or could not be made so.
    static func finishProvisioning(
        _ invocation: FunctionInvocation, _ qualifier: String, _ outcome: EffectOutcome, _ context: inout CallContext
    ) -> Result<Fields, ServiceError> {
        var status = "FAILED"
        var reason: String? = "FUNCTION_ERROR_INIT_FAILURE"
        if case .invocation(let outcome) = outcome {
            Completion.log(invocation, outcome, &context)
            if outcome.ending == .success { (status, reason) = ("READY", nil) }
        }
        context.lambda.functions.update(invocation.function) { function in
            guard case .provision(_, let count) = invocation.origin, function.provisioned[qualifier]?.count == count
            else { return }
            function.provisioned[qualifier]?.status = status
            function.provisioned[qualifier]?.reason = reason
        }
        return .success(Fields())
    }

    static func getProvisioned(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(fields(view(try existing(context, input).2)))
    }

    static func listProvisioned(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, _) = try context.function(input)
        let page = try Paging.page(function.provisioned.sorted { $0.key < $1.key }, input)
        return Response([
            "ProvisionedConcurrencyConfigs": .list(page.items) {
                fields([("FunctionArn", .string("\(function.arn):\($0.key)"))] + view($0.value))
            },
            "NextMarker": page.marker,
        ])
    }

    static func deleteProvisioned(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, name, _) = try existing(context, input)
        function.provisioned[name] = nil
        context.lambda.functions.insert(function)
        return .empty
    }
}
