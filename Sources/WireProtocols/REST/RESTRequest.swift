import ServiceModel

/// What the REST protocols keep outside the body: labels in the path, the query string and headers.
///
/// <https://smithy.io/2.0/spec/http-bindings.html>
enum RESTRequest {
    /// The parameters of a query string in order, decoded; one without `=` has an empty value.
    static func query(_ text: String) throws(ServiceError) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
            guard parameters.count < QueryForm.maximumParameters else {
                throw ServiceError("MalformedQueryString", "The query string contains too many parameters.")
            }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try QueryForm.decode(pair[..<(equals ?? pair.endIndex)])
            let value = try equals.map { index throws(ServiceError) in
                try QueryForm.decode(pair[pair.index(after: index)...])
            }
            parameters.append((name, value ?? ""))
        }
        return parameters
    }

    /// Undoes percent encoding in a path, where `+` is a plus; nil where it is malformed.
    static func decodePath(_ text: Substring) -> String? {
        try? QueryForm.decode(text.replacing("+", with: "%2B").utf8)
    }

    /// Finds the operation of a request.
    static func route(_ request: WireRequest, _ model: APIModel) throws(ServiceError) -> WireCall? {
        let query = try query(request.query)
        guard
            let match = model.routes.match(
                method: request.method, path: request.path, query: query, decode: decodePath)
        else { return nil }
        return WireCall(operationName: match.operation, content: .rest(request, labels: match.labels))
    }

    /// Whether a member is somewhere else than in the body.
    static func isOutsideBody(_ member: Member) -> Bool { member.location != nil }

    /// Reads the members that are bound to the path, the query string and headers.
    static func bindings(
        _ request: WireRequest, _ labels: [(name: String, value: String)], _ shape: Shape
    ) throws(ServiceError) -> Fields {
        var fields = Fields()
        let query = try query(request.query)
        let named = Set(shape.members.lazy.filter { $0.location == .querystring }.map(\.wireName))
        for member in shape.members {
            let name = member.wireName
            switch member.location {
            case .uri:
                guard let label = labels.first(where: { $0.name == name }) else { continue }
                fields.append(member.name, try scalar(label.value, member, name))
            case .querystring where member.shape.kind == .map:
                // A map takes all parameters that no other member is named after.
                let rest = query.filter { !named.contains($0.name) || $0.name == name }
                guard !rest.isEmpty else { continue }
                fields.append(member.name, try map(rest, member.shape))
            case .querystring where member.shape.kind == .list:
                let values = query.filter { $0.name == name }
                guard !values.isEmpty, let element = member.shape.element else { continue }
                var list: [Value] = []
                for value in values { list.append(try scalar(value.value, element, name)) }
                fields.append(member.name, .list(list))
            case .querystring:
                guard let value = query.first(where: { $0.name == name }) else { continue }
                fields.append(member.name, try scalar(value.value, member, name))
            case .header:
                guard let text = request.header(name.lowercased()) else { continue }
                fields.append(member.name, try header(text, member, name))
            case .headers:
                let prefix = name.lowercased()
                var map = Fields()
                for (sent, value) in request.headers {
                    let header = sent.lowercased()
                    guard header.hasPrefix(prefix) else { continue }
                    map[String(header.dropFirst(prefix.count))] = .string(value)
                }
                if !map.isEmpty { fields.append(member.name, .map(map)) }
            case .statusCode, nil:
                continue
            }
        }
        return fields
    }

    private static func map(_ pairs: [(name: String, value: String)], _ shape: Shape) throws(ServiceError) -> Value {
        guard let element = shape.element else { return .map(Fields()) }
        var fields = Fields()
        for pair in pairs {
            if element.shape.kind == .list, let inner = element.shape.element {
                let known = fields[pair.name]?.elements ?? []
                fields[pair.name] = .list(known + [try scalar(pair.value, inner, pair.name)])
            } else {
                fields[pair.name] = try scalar(pair.value, element, pair.name)
            }
        }
        return .map(fields)
    }

    private static func header(_ text: String, _ member: Member, _ name: String) throws(ServiceError) -> Value {
        guard member.shape.kind == .list, let element = member.shape.element else {
            return try scalar(text, member, name)
        }
        var values: [Value] = []
        for part in text.split(separator: ",") {
            values.append(try scalar(part.trimmed, element, name))
        }
        return .list(values)
    }

    private static func scalar(_ text: String, _ member: Member, _ name: String) throws(ServiceError) -> Value {
        guard member.shape.kind == .timestamp else { return try Scalar.parse(text, member.shape, path: name) }
        let time =
            Timestamp(iso8601: text) ?? Double(text).flatMap(Timestamp.init(unixSeconds:)) ?? Timestamp(httpDate: text)
        guard let time else {
            throw ServiceError("SerializationException", "\(name): \(text.prefix(64)) is not a valid timestamp")
        }
        return .timestamp(time)
    }
}

extension Substring {
    /// Without the blanks round it.
    var trimmed: String {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}

extension Timestamp {
    /// Reads `Mon, 23 Nov 2026 18:00:57 GMT` (RFC 9110 §5.6.7); nil for anything else.
    init?(httpDate text: String) {
        let words = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]),
            let month = months.firstIndex(of: String(words[2])),
            let year = Int(words[3]), (1...31).contains(day), (1900...9999).contains(year)
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0..<24).contains(time[0]), (0..<60).contains(time[1]), (0...60).contains(time[2]) else {
            return nil
        }
        self.init(year: year, month: month + 1, day: day, hour: time[0], minute: time[1], second: time[2])
    }
}
