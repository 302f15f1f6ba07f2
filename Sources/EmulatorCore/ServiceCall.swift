import CloudState
import Dispatch
import ServiceModel
import WireProtocols

/// One request on its way through: scope → operation → parameters → validation → handler → answer.
struct ServiceCall {
    let request: WireRequest
    let requestID: String
    /// When the request came in; nil where nobody asks.
    let started: ContinuousClock.Instant?
    let emulator: Emulator
    /// Whether a program that the emulator runs makes it.
    let isInside: Bool

    func answer() -> Emulator.Answer {
        if let url = FunctionURLRequest(request) { return answer(url) }
        if let registry = RegistryRequest(request) { return .ready(answer(registry)) }
        if let code = FunctionCodeRequest(request) { return .ready(code.answer(emulator.world)) }
        guard
            let scope = SignatureScope(request) ?? SignatureScope.version2(request)
                ?? WebIdentityScope.scope(request) ?? AnonymousRequest.scope(request)
        else { return .ready(unsigned()) }
        if scope.accessKeyID == WebIdentityScope.anonymous,
            let page = AnonymousRequest.website(request, emulator.world)
        {
            return .ready(page)
        }
        guard let service = Services.signed(scope.service) else {
            return .ready(unknownService(scope))
        }
        let model = service.model()
        let codec = model.codec(for: request)
        var record = record(scope)
        guard RegionFacts.named(scope.region) != nil else {
            let error = ServiceError(
                "SignatureDoesNotMatch", "Credential should be scoped to a valid region.", status: 403)
            emulator.append(record, nil, .failure(error), at: nil)
            return .ready(codec.response(error, requestID: requestID))
        }
        switch caller(scope, model) {
        case .success(let caller): record.caller = caller
        case .failure(let error):
            if scope.accessKeyID == WebIdentityScope.anonymous { break }
            emulator.append(record, nil, .failure(error), at: nil)
            return .ready(codec.response(error, requestID: requestID))
        }
        // What policies say may depend on the time, so that nothing is kept where they are asked.
        let key =
            emulator.configuration.enforcesIAM
            ? nil
            : codec.answerKey(request).map { target in
                AnswerCache.Key(
                    service: scope.service, region: scope.region, accessKeyID: scope.accessKeyID, target: target,
                    query: request.query, body: request.body)
            }
        if let key, let (body, operation) = emulator.keptAnswer(key, record) {
            return .ready(codec.response(body, operation, requestID: requestID))
        }
        do throws(ServiceError) {
            let call = try codec.parse(request)
            record.eventName = call.operationName
            guard
                scope.accessKeyID != WebIdentityScope.anonymous || call.operationName == WebIdentityScope.operation
                    || scope.service == "s3" && AnonymousRequest.operations.contains(call.operationName)
            else {
                return .ready(unsigned())
            }
            guard let operation = model.operation(call.operationName) else {
                throw codec.unknownOperation(call.operationName)
            }
            guard let handler = service.operations[operation.name] else {
                throw Services.notEmulated(scope.service, operation.name, model.wireProtocol)
            }
            record.isRead = handler.isRead
            let input = try codec.decode(call, operation)
            record.input = input
            try Validation.check(input, model)
            if operation.name == FunctionAnswerStream.operation, scope.service == "lambda" {
                let stream = FunctionAnswerStream(.events(codec, requestID: requestID))
                return begin(stream, service, handler, input, record)
            }
            let (emulator, requestID) = (emulator, requestID)
            let host = request.header("host")
            let subscription =
                operation.name == ShardSubscriptionStream.operation && scope.service == "kinesis"
                ? ShardSubscriptionStream(emulator: emulator, codec: codec, model: operation, requestID: requestID)
                : nil
            let finish = { @Sendable (outcome: Emulator.Outcome) -> WireResponse in
                if let subscription { return subscription.answer(outcome, input, region: scope.region) }
                switch outcome {
                case .success(let (output, revision)):
                    let output = FunctionCodeRequest.located(output, of: operation.name, at: host)
                    let body = codec.encode(output, operation)
                    if let key, handler.isRead, !handler.dependsOnTime {
                        emulator.keep(body, operation, input, output, for: key, revision: revision)
                    }
                    return codec.response(body, operation, requestID: requestID)
                case .failure(let error):
                    return codec.response(error, requestID: requestID)
                }
            }
            switch emulator.perform(service, handler, input, record, isInside: isInside) {
            case .done(let outcome):
                let response = finish(outcome)
                // To free a great many values takes as long as to make them, and the client need not wait for it.
                if response.body.bytes.count > 1 << 18 {
                    DispatchQueue.global().async { withExtendedLifetime(outcome) {} }
                }
                return .ready(response)
            case .later(let pending):
                let answer = Pending<WireResponse>()
                pending.then { answer.fulfil(finish($0)) }
                return .later(answer)
            }
        } catch {
            emulator.append(record, record.input, .failure(error), at: nil)
            return .ready(codec.response(error, requestID: requestID))
        }
    }

    /// Has a function answer while it runs.
    private func begin(
        _ stream: FunctionAnswerStream, _ service: ServiceDefinition, _ handler: Handler, _ input: Input,
        _ record: CallRecord
    ) -> Emulator.Answer {
        switch emulator.perform(service, handler, input, record, isInside: isInside, stream: stream) {
        case .done(let outcome): stream.finish(outcome)
        case .later(let pending): pending.then { stream.finish($0) }
        }
        return .later(stream.answer)
    }

    /// Has a function answer a request to its own address.
    private func answer(_ url: FunctionURLRequest) -> Emulator.Answer {
        guard let service = Services.signed("lambda"), let handler = service.operations["Invoke"],
            let operation = service.model().operation("Invoke")
        else { return .ready(unsigned()) }
        let scope = SignatureScope(request)
        let signer = scope.flatMap { try? caller($0, service.model()).get() }
        switch url.invocation(emulator.world, signer: signer, requestID: requestID) {
        case .failure(let refusal): return .ready(refusal.response)
        case .success(let invocation):
            var record = record(
                SignatureScope(accessKeyID: "anonymous", date: "", region: url.region, service: "lambda"))
            if let signer = invocation.signer { record.caller = signer }
            record.eventName = invocation.signer == nil ? operation.name : "InvokeFunctionUrl"
            record.isRead = false
            let input = Input(shape: operation.input, fields: invocation.parameters.fields ?? Fields())
            let decorate = invocation.decorate
            guard !invocation.isStreaming else {
                let stream = FunctionAnswerStream(.address(decorate))
                return begin(stream, service, handler, input, record)
            }
            switch emulator.perform(service, handler, input, record, isInside: isInside) {
            case .done(let outcome): return .ready(decorate(FunctionURLRequest.response(outcome)))
            case .later(let pending):
                let answer = Pending<WireResponse>()
                pending.then { answer.fulfil(decorate(FunctionURLRequest.response($0))) }
                return .later(answer)
            }
        }
    }

    private func caller(_ scope: SignatureScope, _ model: APIModel) -> Result<Caller, ServiceError> {
        guard scope.accessKeyID != WebIdentityScope.anonymous || scope.service != "s3" else {
            return .success(.anonymous)
        }
        return emulator.caller(Credentials(request, scope), model.wireProtocol)
    }

    /// An answer to a request that is not to be handled.
    func refusal(_ error: ServiceError) -> WireResponse {
        let service = SignatureScope(request).flatMap { Services.signed($0.service) }
        return (service?.model() ?? .ec2).codec(for: request).response(error, requestID: requestID)
    }

    func record(_ scope: SignatureScope) -> CallRecord {
        var caller = emulator.configuration.defaultCaller
        caller.accessKeyID = scope.accessKeyID
        return CallRecord(
            sequence: 0, eventTime: Timestamp(milliseconds: 0), service: scope.service, eventName: "",
            region: scope.region, input: nil, error: nil, isRead: true, requestID: requestID,
            userAgent: userAgent, caller: caller, started: started)
    }

    /// What the client says of itself, or the beginning of it.
    private var userAgent: String {
        guard let text = request.header("user-agent") else { return "" }
        return text.utf8.count <= 512 ? text : String(text.prefix(512))
    }

    /// The operation that a request names, where its protocol puts it in a header or a form.
    private var askedOperation: String {
        if let target = request.header("x-amz-target") {
            return String(target.split(separator: ".").last?.prefix(128) ?? "")
        }
        let form = String(decoding: request.body.prefix(4096), as: UTF8.self)
        let action = form.split(separator: "&").first { $0.hasPrefix("Action=") }
        return String(action?.dropFirst("Action=".count).prefix(128) ?? "")
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    private func unsigned() -> WireResponse {
        QueryCodec(.sts).response(
            ServiceError("MissingAuthenticationToken", "Request is missing Authentication Token", status: 403),
            requestID: requestID)
    }

    private func unknownService(_ scope: SignatureScope) -> WireResponse {
        let error = ServiceError(
            "InvalidAction", "The service '\(scope.service.prefix(64))' is not emulated here.", isNotEmulated: true)
        var record = record(scope)
        record.service = String(scope.service.prefix(64))
        record.eventName = askedOperation
        emulator.append(record, nil, .failure(error), at: nil)
        // In the form of the protocol that the client speaks, as far as its request tells.
        let speaksJSON =
            request.header("x-amz-target") != nil || request.header("content-type")?.contains("json") == true
        return speaksJSON
            ? APIModel.ecs.codec(for: request).response(error, requestID: requestID)
            : QueryCodec(.sts).response(error, requestID: requestID)
    }
}

/// The calls that come without a signature: a token of another identity provider says who asks.
enum WebIdentityScope {
    static let anonymous = "anonymous"
    static let operation = "AssumeRoleWithWebIdentity"

    static func scope(_ request: WireRequest) -> SignatureScope? {
        let action = Array("Action=\(operation)".utf8)
        guard request.header("authorization") == nil, request.method == "POST", request.body.count < 65_536,
            request.body.split(separator: UInt8(ascii: "&")).contains(where: { $0.elementsEqual(action) })
        else { return nil }
        return SignatureScope(accessKeyID: anonymous, date: "", region: "us-east-1", service: "sts")
    }
}
