package import ServiceModel

/// The `restXml` protocol, which S3 uses: the operation in method and path, XML or a payload's bytes in the body.
///
/// <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html>
package struct RESTXMLCodec: Codec {
    private let model: APIModel

    package init(_ model: APIModel) { self.model = model }

    /// S3's errors stand alone and its request id has a header of its own.
    private var isS3: Bool { model.serviceID == "S3" }

    package func parse(_ request: WireRequest) throws(ServiceError) -> WireCall {
        guard isS3 else {
            guard let call = try RESTRequest.route(request, model) else { throw unknownOperation("") }
            return call
        }
        let request = try AWSChunked.decode(S3Routing.pathStyle(request))
        guard let call = try RESTRequest.route(request, model) else { throw unknownOperation("") }
        return WireCall(operationName: try S3Routing.operation(call.operationName, request), content: call.content)
    }

    private static var malformed: ServiceError {
        ServiceError(
            "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
    }

    package func decode(_ call: WireCall, _ operation: Operation) throws(ServiceError) -> Input {
        let shape = operation.input
        guard case .rest(let request, let labels) = call.content else { return Input(shape: shape, fields: Fields()) }
        var fields = try RESTRequest.bindings(request, labels, shape)
        if let payload = shape.payload.flatMap({ shape.member($0) }) {
            switch payload.shape.kind {
            case .blob: fields.append(payload.name, .blob(request.body))
            case .string:
                guard let text = String(validating: request.body, as: UTF8.self) else { throw Self.malformed }
                if !text.isEmpty { fields.append(payload.name, .string(text)) }
            default:
                guard !request.body.isEmpty else { break }
                guard let root = XMLReader.read(request.body) else { throw Self.malformed }
                fields.append(payload.name, .structure(try structure(root, payload.shape)))
            }
        } else if shape.members.contains(where: { $0.location == nil }), !request.body.isEmpty {
            guard let root = XMLReader.read(request.body) else { throw Self.malformed }
            for field in try structure(root, shape).fields { fields.append(field.name, field.value) }
        }
        return Input(shape: shape, fields: fields)
    }

    private func structure(_ node: XMLNode, _ shape: Shape) throws(ServiceError) -> Fields {
        var fields = Fields()
        for member in shape.members where member.location == nil {
            let name = member.wireName
            if member.isAttribute {
                if let attribute = node.attributes.first(where: { $0.name == name }) {
                    fields.append(member.name, .string(attribute.value))
                }
                continue
            }
            if member.isFlattened || member.shape.isFlattened, member.shape.kind == .list || member.shape.kind == .map {
                // A flattened element goes by its own name if it has one, else by the list's.
                let own = member.shape.kind == .list ? member.shape.element?.locationName : nil
                let found = node.children.filter { $0.name == own ?? name }
                guard !found.isEmpty else { continue }
                fields.append(member.name, try collection(found, member.shape))
                continue
            }
            guard let child = node.child(name) else { continue }
            fields.append(member.name, try value(child, member.shape))
        }
        return fields
    }

    private func collection(_ nodes: [XMLNode], _ shape: Shape) throws(ServiceError) -> Value {
        guard let element = shape.element else { return [] }
        guard shape.kind == .map else {
            var values: [Value] = []
            for node in nodes { values.append(try value(node, element.shape)) }
            return .list(values)
        }
        var fields = Fields()
        for node in nodes {
            guard let key = node.child(shape.key?.locationName ?? "key"),
                let content = node.child(element.locationName ?? "value")
            else { throw Self.malformed }
            fields[key.text] = try value(content, element.shape)
        }
        return .map(fields)
    }

    private func value(_ node: XMLNode, _ shape: Shape) throws(ServiceError) -> Value {
        switch shape.kind {
        case .structure: return .structure(try structure(node, shape))
        case .list:
            return try collection(node.children.filter { $0.name == shape.element?.locationName ?? "member" }, shape)
        case .map: return try collection(node.children.filter { $0.name == "entry" }, shape)
        default:
            let text = shape.kind == .string ? node.text : node.text[...].trimmed
            do throws(ServiceError) {
                return try Scalar.parse(text, shape, path: node.name)
            } catch {
                throw Self.malformed
            }
        }
    }

    package func encode(_ output: Fields, _ operation: Operation) -> EncodedBody {
        let (headers, status) = RESTResponse.bindings(output, operation)
        let shape = operation.output
        if isS3, let whole = S3Forms.location(output, operation, namespace: model.namespace) { return whole }
        var root = isS3 ? S3Forms.root(operation.name) : "\(operation.name)Result"
        var content = shape
        var members = output
        if let payload = shape.payload.flatMap({ shape.member($0) }) {
            guard let value = output[payload.name] else {
                return EncodedBody([], headers: headers, status: status, contentType: nil)
            }
            if let bytes = RESTResponse.raw(value) {
                let type = headers.first { $0.name.lowercased() == "content-type" }?.value
                // A range of an object (RFC 9110 §15.3.7).
                return EncodedBody(
                    bytes, headers: headers, status: isS3 && output["ContentRange"] != nil ? 206 : status,
                    contentType: type ?? "binary/octet-stream")
            }
            root = payload.wireName
            content = payload.shape
            members = value.fields ?? Fields()
        }
        guard status != 204, content.members.contains(where: { $0.location == nil }) else {
            return EncodedBody([], headers: headers, status: status, contentType: nil)
        }
        var encoder = XMLEncoder(timestampsWithMilliseconds: true)
        encoder.writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<\(root)")
        if !model.namespace.isEmpty { encoder.writer.raw(" xmlns=\"\(model.namespace)\"") }
        encoder.writer.raw(">")
        encoder.members(Fields(members.fields.filter { content.member($0.name)?.location == nil }), content)
        encoder.writer.raw("</\(root)>")
        return EncodedBody(encoder.writer.bytes, headers: headers, status: status, contentType: nil)
    }

    private func requestIDHeaders(_ requestID: String) -> [(name: String, value: String)] {
        isS3 ? [("x-amz-request-id", requestID), ("x-amz-id-2", requestID)] : [("x-amzn-RequestId", requestID)]
    }

    package func response(_ body: EncodedBody, _ operation: Operation, requestID: String) -> WireResponse {
        func header(_ name: String) -> String? { body.headers.first { $0.name.lowercased() == name }?.value }
        var response = WireResponse(
            status: body.status ?? operation.status,
            contentType: body.contentType ?? header("content-type") ?? "application/xml", body: body)
        response.declaredLength = header("content-length").flatMap { Int($0) }
        response.headers =
            body.headers.filter { !["content-type", "content-length"].contains($0.name.lowercased()) }
            + requestIDHeaders(requestID)
        return response
    }

    package func response(_ error: ServiceError, requestID: String) -> WireResponse {
        let more = isS3 ? S3Forms.headers(error) : []
        guard error.status != 304 else {
            var response = WireResponse(status: 304, contentType: "application/xml", body: EncodedBody([]))
            response.headers = more + requestIDHeaders(requestID)
            return response
        }
        var writer = XMLWriter(capacity: 512)
        writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        if !isS3 { writer.raw("<ErrorResponse xmlns=\"\(model.namespace)\">") }
        writer.raw("<Error>")
        if !isS3 { writer.raw("<Type>\(error.fault == .sender ? "Sender" : "Receiver")</Type>") }
        writer.raw("<Code>")
        writer.text(error.code)
        writer.raw("</Code><Message>")
        writer.text(error.message)
        writer.raw("</Message>")
        for detail in error.details.fields {
            guard let text = detail.value.text, !more.contains(where: { $0.name == detail.name }) else { continue }
            writer.raw("<\(detail.name)>")
            writer.text(text)
            writer.raw("</\(detail.name)>")
        }
        if isS3 {
            writer.raw("<RequestId>\(requestID)</RequestId><HostId>\(requestID)</HostId></Error>")
        } else {
            writer.raw("</Error><RequestId>\(requestID)</RequestId></ErrorResponse>")
        }
        var response = WireResponse(
            status: error.status, contentType: "application/xml", body: EncodedBody(writer.bytes))
        response.headers = more + requestIDHeaders(requestID)
        return response
    }

    package func unknownOperation(_ name: String) -> ServiceError {
        isS3
            ? ServiceError(
                "MethodNotAllowed", "The specified method is not allowed against this resource.", status: 405)
            : ServiceError("UnknownOperationException", "")
    }

    package func answerKey(_ request: WireRequest) -> String? { nil }
}
