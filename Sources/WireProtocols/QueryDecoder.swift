import ServiceModel

/// Reads the parameters of the `ec2` and `query` protocols by walking the model.
///
/// <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>,
/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>
struct QueryDecoder {
    /// The two protocols differ in names and in how lists are spelled.
    enum Dialect { case ec2, query }

    let dialect: Dialect

    /// Decodes all parameters but `Action` and `Version`; refuses what the operation does not have.
    func decode(_ form: QueryForm, _ operation: Operation) throws(ServiceError) -> Input {
        for name in [
            "Action", "Version", "AWSAccessKeyId", "Timestamp", "SignatureVersion", "SignatureMethod", "Signature",
        ] {
            form.root.child(name)?.isUsed = true
        }
        // A presigned request carries its signature among the parameters.
        for child in form.root.children where child.name.hasPrefix("X-Amz-") { child.node.isUsed = true }
        let fields = try structure(form.root, operation.input, path: "")
        for child in form.root.children where !child.node.isUsed {
            throw ServiceError("UnknownParameter", "The parameter \(child.name) is not recognized")
        }
        return Input(shape: operation.input, fields: fields)
    }

    private func structure(_ node: QueryForm.Node, _ shape: Shape, path: String) throws(ServiceError) -> Fields {
        var fields = Fields()
        for member in shape.members {
            let name = dialect == .ec2 ? member.ec2QueryName : member.wireName
            var child = node.child(name)
            if child == nil, dialect == .query, member.isFlattened || member.shape.isFlattened,
                let element = member.shape.element?.locationName
            {
                // A flattened list goes by its element's name.
                child = node.child(element)
            }
            guard let child else { continue }
            child.isUsed = true
            let memberPath = path.isEmpty ? name : "\(path).\(name)"
            fields.append(
                member.name,
                try value(child, member.shape, flattened: member.isFlattened, path: memberPath))
        }
        if !path.isEmpty {
            for child in node.children where !child.node.isUsed {
                throw ServiceError("UnknownParameter", "The parameter \(path).\(child.name) is not recognized")
            }
        }
        return fields
    }

    private func value(_ node: QueryForm.Node, _ shape: Shape, flattened: Bool, path: String) throws(ServiceError)
        -> Value
    {
        switch shape.kind {
        case .structure:
            return .structure(try structure(node, shape, path: path))
        case .list:
            return .list(try list(node, shape, flattened: flattened || shape.isFlattened, path: path))
        case .map:
            return .map(try map(node, shape, flattened: flattened || shape.isFlattened, path: path))
        default:
            guard node.children.isEmpty else {
                throw ServiceError(
                    "UnknownParameter", "The parameter \(path).\(node.children[0].name) is not recognized")
            }
            return try Scalar.parse(node.value ?? "", shape, path: path)
        }
    }

    private func list(
        _ node: QueryForm.Node, _ shape: Shape, flattened: Bool, path: String
    ) throws(ServiceError) -> [Value] {
        guard let element = shape.element else { return [] }
        var holder = node
        var holderPath = path
        if dialect == .query, !flattened {
            let name = element.locationName ?? "member"
            // An empty list is `Name=` with nothing below.
            guard let member = node.child(name) else {
                guard node.children.isEmpty else {
                    throw ServiceError(
                        "MalformedInput", "Unexpected list element termination at \(path)")
                }
                return []
            }
            holder = member
            holderPath = "\(path).\(name)"
        }
        var indexed: [(index: Int, node: QueryForm.Node)] = []
        for child in holder.children {
            guard let index = Int(child.name), index >= 0 else {
                throw ServiceError("UnknownParameter", "The parameter \(holderPath).\(child.name) is not recognized")
            }
            indexed.append((index, child.node))
        }
        if indexed.isEmpty, let single = holder.value, !single.isEmpty {
            // A single value without an index is taken as a list of one.
            return [try Scalar.parse(single, element.shape, path: holderPath)]
        }
        indexed.sort { $0.index < $1.index }
        var values: [Value] = []
        values.reserveCapacity(indexed.count)
        for (index, child) in indexed {
            child.isUsed = true
            values.append(try value(child, element.shape, flattened: false, path: "\(holderPath).\(index)"))
        }
        return values
    }

    private func map(
        _ node: QueryForm.Node, _ shape: Shape, flattened: Bool, path: String
    ) throws(ServiceError) -> Fields {
        guard let key = shape.key, let element = shape.element else { return Fields() }
        let holder = flattened ? node : (node.child("entry") ?? QueryForm.Node())
        var indexed: [(index: Int, node: QueryForm.Node)] = []
        for child in holder.children {
            guard let index = Int(child.name) else {
                throw ServiceError("UnknownParameter", "The parameter \(path).\(child.name) is not recognized")
            }
            indexed.append((index, child.node))
        }
        indexed.sort { $0.index < $1.index }
        var fields = Fields()
        for (index, child) in indexed {
            let entryPath = "\(path).\(index)"
            guard let name = child.child(key.locationName ?? "key")?.value else {
                throw ServiceError("MissingParameter", "The request must contain the parameter \(entryPath).key")
            }
            guard let valueNode = child.child(element.locationName ?? "value") else {
                throw ServiceError("MissingParameter", "The request must contain the parameter \(entryPath).value")
            }
            fields[name] = try value(valueNode, element.shape, flattened: false, path: "\(entryPath).value")
        }
        return fields
    }
}

/// Simple values as text.
enum Scalar {
    /// Reads a simple value of the query protocols.
    static func parse(_ text: String, _ shape: Shape, path: String) throws(ServiceError) -> Value {
        switch shape.kind {
        case .integer:
            guard let value = Int(text) else { throw invalid(text, path, "Must be an integer") }
            return .integer(value)
        case .double:
            guard let value = Double(text), value.isFinite else { throw invalid(text, path, "Must be a number") }
            return .double(value)
        case .boolean:
            switch text.lowercased() {
            case "true", "1": return .boolean(true)
            case "false", "0": return .boolean(false)
            default: throw invalid(text, path, "Must be of type boolean")
            }
        case .timestamp:
            guard let value = Timestamp(iso8601: text) ?? Double(text).flatMap(Timestamp.init(unixSeconds:)) else {
                throw invalid(text, path, "Must be a date in ISO 8601 format")
            }
            return .timestamp(value)
        case .blob:
            guard let value = Base64.decode(text) else { throw invalid(text, path, "Must be base64 encoded") }
            return .blob(value)
        default:
            return .string(text)
        }
    }

    private static func invalid(_ text: String, _ path: String, _ what: String) -> ServiceError {
        ServiceError("InvalidParameterValue", "Value (\(text.prefix(256))) for parameter \(path) is invalid. \(what)")
    }
}

extension Timestamp {
    /// Nil for what no clock will ever show.
    init?(unixSeconds: Double) {
        guard unixSeconds.isFinite, abs(unixSeconds) < 1e12 else { return nil }
        self.init(milliseconds: Int((unixSeconds * 1000).rounded()))
    }
}
