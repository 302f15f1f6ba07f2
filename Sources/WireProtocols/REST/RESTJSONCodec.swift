import JSONValue
package import ServiceModel

/// The `restJson1` protocol: the operation in method and path, JSON or a payload's bytes in the body.
///
/// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>
package struct RESTJSONCodec: Codec {
    private let model: APIModel

    package init(_ model: APIModel) { self.model = model }

    package func parse(_ request: WireRequest) throws(ServiceError) -> WireCall {
        guard let call = try RESTRequest.route(request, model) else { throw unknownOperation("") }
        return call
    }

    package func decode(_ call: WireCall, _ operation: Operation) throws(ServiceError) -> Input {
        let shape = operation.input
        guard case .rest(let request, let labels) = call.content else { return Input(shape: shape, fields: Fields()) }
        var fields = try RESTRequest.bindings(request, labels, shape)
        let decoder = ModelJSONDecoder(usesLocationNames: true)
        if let payload = shape.payload.flatMap({ shape.member($0) }) {
            switch payload.shape.kind {
            case .blob: fields.append(payload.name, .blob(request.body))
            case .string:
                guard let text = String(validating: request.body, as: UTF8.self) else {
                    throw ModelJSONDecoder.malformed
                }
                if !text.isEmpty { fields.append(payload.name, .string(text)) }
            default:
                guard !request.body.isEmpty else { break }
                fields.append(payload.name, try decoder.value(try ModelJSONDecoder.parse(request.body), payload.shape))
            }
        } else if shape.members.contains(where: { $0.location == nil }) {
            let json = try ModelJSONDecoder.parse(request.body)
            for field in try decoder.structure(json, shape, skips: RESTRequest.isOutsideBody).fields {
                fields.append(field.name, field.value)
            }
        }
        return Input(shape: shape, fields: fields)
    }

    package func encode(_ output: Fields, _ operation: Operation) -> EncodedBody {
        let (headers, status) = RESTResponse.bindings(output, operation)
        let shape = operation.output
        if let payload = shape.payload.flatMap({ shape.member($0) }) {
            guard let value = output[payload.name] else {
                return EncodedBody([], headers: headers, status: status, contentType: nil)
            }
            if let bytes = RESTResponse.raw(value) {
                return EncodedBody(bytes, headers: headers, status: status, contentType: contentType(headers))
            }
            var encoder = ModelJSONEncoder(usesLocationNames: true)
            encoder.value(value, payload.shape)
            return EncodedBody(encoder.bytes, headers: headers, status: status, contentType: nil)
        }
        // 204 and answers without members have no body.
        guard status != 204, shape.members.contains(where: { $0.location == nil }) else {
            return EncodedBody([], headers: headers, status: status, contentType: nil)
        }
        var encoder = ModelJSONEncoder(usesLocationNames: true)
        encoder.structure(output, shape, skips: RESTRequest.isOutsideBody)
        return EncodedBody(encoder.bytes, headers: headers, status: status, contentType: nil)
    }

    private func contentType(_ headers: [(name: String, value: String)]) -> String {
        headers.first { $0.name.lowercased() == "content-type" }?.value ?? "application/octet-stream"
    }

    package func response(_ body: EncodedBody, _ operation: Operation, requestID: String) -> WireResponse {
        var response = WireResponse(
            status: body.status ?? operation.status, contentType: body.contentType ?? "application/json", body: body)
        response.headers =
            body.headers.filter { $0.name.lowercased() != "content-type" } + [("x-amzn-RequestId", requestID)]
        return response
    }

    package func response(_ error: ServiceError, requestID: String) -> WireResponse {
        JSONErrors.response(error, model, contentType: "application/json", typeInBody: false, requestID: requestID)
    }

    package func unknownOperation(_ name: String) -> ServiceError {
        ServiceError("UnknownOperationException", "The requested operation is not recognized by the service.")
    }

    package func answerKey(_ request: WireRequest) -> String? { nil }
}
