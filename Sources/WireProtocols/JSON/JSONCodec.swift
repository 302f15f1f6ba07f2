import JSONValue
package import ServiceModel

/// The `awsJson1_0` and `awsJson1_1` protocols: JSON in and out, the operation in `X-Amz-Target`.
///
/// <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>,
/// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>
package struct JSONCodec: Codec {
    private let model: APIModel

    package init(_ model: APIModel) { self.model = model }

    private var contentType: String { "application/x-amz-json-\(model.jsonVersion)" }

    package func parse(_ request: WireRequest) throws(ServiceError) -> WireCall {
        guard let target = request.header("x-amz-target"), let dot = target.lastIndex(of: "."),
            target[..<dot] == model.targetPrefix
        else { throw unknownOperation("") }
        return WireCall(operationName: String(target[target.index(after: dot)...]), content: .body(request.body))
    }

    package func decode(_ call: WireCall, _ operation: Operation) throws(ServiceError) -> Input {
        guard case .body(let body) = call.content else { return Input(shape: operation.input, fields: Fields()) }
        let json = try ModelJSONDecoder.parse(body)
        let fields = try ModelJSONDecoder(usesLocationNames: false).structure(json, operation.input)
        return Input(shape: operation.input, fields: fields)
    }

    package func encode(_ output: Fields, _ operation: Operation) -> EncodedBody {
        var encoder = ModelJSONEncoder(usesLocationNames: false)
        encoder.structure(output, operation.output)
        return EncodedBody(encoder.bytes)
    }

    package func response(_ body: EncodedBody, _ operation: Operation, requestID: String) -> WireResponse {
        var response = WireResponse(status: 200, contentType: contentType, body: body)
        response.headers = [("x-amzn-RequestId", requestID)]
        return response
    }

    package func response(_ error: ServiceError, requestID: String) -> WireResponse {
        JSONErrors.response(error, model, contentType: contentType, typeInBody: true, requestID: requestID)
    }

    package func unknownOperation(_ name: String) -> ServiceError { ServiceError("UnknownOperationException", "") }

    package func answerKey(_ request: WireRequest) -> String? { request.header("x-amz-target") ?? "" }
}

/// Errors of the JSON protocols.
enum JSONErrors {
    static func response(
        _ error: ServiceError, _ model: APIModel, contentType: String, typeInBody: Bool, requestID: String
    ) -> WireResponse {
        let shape = model.shape(named: error.code)
        let members = shape.flatMap { $0.kind == .structure ? $0.members : nil } ?? []
        var object = JSONObject()
        if typeInBody { object["__type"] = .string(error.code) }
        // The model says how an error spells its message.
        let messageName = members.first { $0.name.lowercased() == "message" }?.wireName ?? "message"
        if !error.message.isEmpty { object[messageName] = .string(error.message) }
        if let shape, !error.details.isEmpty {
            var encoder = ModelJSONEncoder(usesLocationNames: !typeInBody)
            encoder.structure(error.details, shape, skips: { $0.location != nil })
            if let details = try? JSON.parse(encoder.bytes), case .object(let more) = details {
                for member in more { object[member.key] = member.value }
            }
        }
        var response = WireResponse(
            status: error.status, contentType: contentType, body: EncodedBody(JSON.object(object).serialized()))
        response.headers = [("x-amzn-RequestId", requestID), ("x-amzn-ErrorType", error.code)]
        if let code = error.queryCode { response.headers.append(("x-amzn-query-error", "\(code);Sender")) }
        return response
    }
}
