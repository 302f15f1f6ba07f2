package import ServiceModel

/// The `ec2` and `query` protocols: form-encoded in, XML out.
package struct QueryCodec: Codec {
    private let model: APIModel
    private let isEC2: Bool

    package init(_ model: APIModel) {
        self.model = model
        isEC2 = model.wireProtocol == .ec2
    }

    /// Finds the operation's name in the form.
    package func parse(_ request: WireRequest) throws(ServiceError) -> WireCall {
        let form = try request.body.isEmpty ? QueryForm(Array(request.query.utf8)) : QueryForm(request.body)
        guard let action = form.root.child("Action")?.value, !action.isEmpty else {
            throw ServiceError("MissingAction", "The request must contain the parameter Action")
        }
        return WireCall(operationName: action, content: .form(form))
    }

    /// Decodes the parameters, and refuses unknown ones.
    package func decode(_ call: WireCall, _ operation: Operation) throws(ServiceError) -> Input {
        guard case .form(let form) = call.content else { return Input(shape: operation.input, fields: Fields()) }
        return try QueryDecoder(dialect: isEC2 ? .ec2 : .query).decode(form, operation)
    }

    /// The part of a successful answer that does not depend on the request id.
    package func encode(_ output: Fields, _ operation: Operation) -> EncodedBody {
        var encoder = XMLEncoder(timestampsWithMilliseconds: isEC2)
        if isEC2 {
            encoder.writer.raw("</requestId>")
            if operation.output.members.isEmpty { encoder.writer.raw("<return>true</return>") }
            encoder.members(output, operation.output)
            encoder.writer.raw("</\(operation.name)Response>")
        } else {
            encoder.writer.raw("<\(operation.name)Response xmlns=\"\(model.namespace)\">")
            if let wrapper = operation.resultWrapper {
                encoder.writer.raw("<\(wrapper)>")
                encoder.members(output, operation.output)
                encoder.writer.raw("</\(wrapper)>")
            }
            encoder.writer.raw("<ResponseMetadata><RequestId>")
        }
        return EncodedBody(encoder.writer.bytes)
    }

    /// The whole answer round a body.
    package func response(_ body: EncodedBody, _ operation: Operation, requestID: String) -> WireResponse {
        var response = WireResponse(status: 200, contentType: "text/xml;charset=UTF-8", body: body)
        if isEC2 {
            response.head = Array(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <\(operation.name)Response xmlns="\(model.namespace)/"><requestId>\(requestID)
                """.utf8)
        } else {
            response.contentType = "text/xml"
            response.tail = Array("\(requestID)</RequestId></ResponseMetadata></\(operation.name)Response>".utf8)
        }
        return response
    }

    package func response(_ error: ServiceError, requestID: String) -> WireResponse {
        var writer = XMLWriter(capacity: 512)
        if isEC2 {
            writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>")
            writer.text(error.code)
            writer.raw("</Code><Message>")
            writer.text(error.message)
            writer.raw("</Message></Error></Errors><RequestID>\(requestID)</RequestID></Response>")
        } else {
            writer.raw("<ErrorResponse xmlns=\"\(model.namespace)\"><Error><Type>")
            writer.raw(error.fault == .sender ? "Sender" : "Receiver")
            writer.raw("</Type><Code>")
            writer.text(error.code)
            writer.raw("</Code><Message>")
            writer.text(error.message)
            writer.raw("</Message></Error><RequestId>\(requestID)</RequestId></ErrorResponse>")
        }
        return WireResponse(
            status: error.status, contentType: isEC2 ? "text/xml;charset=UTF-8" : "text/xml",
            body: EncodedBody(writer.bytes))
    }

    package func unknownOperation(_ name: String) -> ServiceError {
        let name = name.prefix(128)
        return ServiceError(
            "InvalidAction",
            isEC2
                ? "The action \(name) is not valid for this web service."
                : "Could not find operation \(name) for version \(model.version)")
    }

    package func answerKey(_ request: WireRequest) -> String? { "" }
}
