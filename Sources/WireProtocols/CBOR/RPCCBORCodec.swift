package import ServiceModel

/// The `smithy-rpc-v2-cbor` protocol: CBOR in and out, the operation in the path.
///
/// Services that speak it have older clients that speak the query protocol, so that errors carry both names.
/// <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>
package struct RPCCBORCodec: Codec {
    private let model: APIModel

    package init(_ model: APIModel) { self.model = model }

    package func parse(_ request: WireRequest) throws(ServiceError) -> WireCall {
        // /service/NAME/operation/NAME, perhaps with something before it.
        let parts = request.path.split(separator: "/")
        guard parts.count >= 4, parts[parts.count - 2] == "operation", parts[parts.count - 4] == "service",
            let name = parts.last
        else { throw unknownOperation("") }
        return WireCall(operationName: String(name), content: .body(request.body))
    }

    package func decode(_ call: WireCall, _ operation: Operation) throws(ServiceError) -> Input {
        guard case .body(let body) = call.content, !body.isEmpty else {
            return Input(shape: operation.input, fields: Fields())
        }
        var decoder = CBORDecoder(body)
        return Input(shape: operation.input, fields: try decoder.structure(operation.input))
    }

    package func encode(_ output: Fields, _ operation: Operation) -> EncodedBody {
        var encoder = CBOREncoder()
        encoder.structure(output, operation.output)
        return EncodedBody(encoder.bytes)
    }

    package func response(_ body: EncodedBody, _ operation: Operation, requestID: String) -> WireResponse {
        response(200, body, requestID)
    }

    private func response(_ status: Int, _ body: EncodedBody, _ requestID: String) -> WireResponse {
        var response = WireResponse(status: status, contentType: "application/cbor", body: body)
        response.headers = [("smithy-protocol", "rpc-v2-cbor"), ("x-amzn-RequestId", requestID)]
        return response
    }

    package func response(_ error: ServiceError, requestID: String) -> WireResponse {
        let shape = model.shape(withErrorCode: error.code)
        var encoder = CBOREncoder()
        encoder.map([("__type", shape?.name ?? error.code), ("message", error.message)])
        var response = response(error.status, EncodedBody(encoder.bytes), requestID)
        let fault = error.fault == .sender ? "Sender" : "Receiver"
        response.headers.append(("x-amzn-query-error", "\(error.code);\(fault)"))
        return response
    }

    package func unknownOperation(_ name: String) -> ServiceError {
        ServiceError(
            "InvalidAction", "Could not find operation \(name.prefix(128)) for version \(model.version)", status: 404)
    }

    package func answerKey(_ request: WireRequest) -> String? { "cbor \(request.path)" }
}
