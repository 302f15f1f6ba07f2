import ServiceModel

/// What the REST protocols put outside the body of an answer: headers and the status.
enum RESTResponse {
    /// The headers and the status that members of a result are bound to.
    static func bindings(
        _ output: Fields, _ operation: Operation
    ) -> (headers: [(name: String, value: String)], status: Int) {
        var headers: [(name: String, value: String)] = []
        var status = operation.status
        for field in output.fields {
            guard let member = operation.output.member(field.name), let location = member.location else { continue }
            switch location {
            case .header:
                if let text = text(field.value, member) { headers.append((member.wireName, clean(text))) }
            case .headers:
                for entry in field.value.fields?.fields ?? [] {
                    if let text = entry.value.text {
                        headers.append((member.wireName + clean(entry.name), clean(text)))
                    }
                }
            case .statusCode:
                if case .integer(let code) = field.value { status = code }
            case .uri, .querystring: break
            }
        }
        return (headers, status)
    }

    /// What cannot stand in a header becomes a blank: a tag may hold a line break, a header may not.
    private static func clean(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    private static func text(_ value: Value, _ member: Member) -> String? {
        switch value {
        case .string(let text): return text
        case .integer(let number): return String(number)
        case .double(let number): return "\(number)"
        case .boolean(let flag): return flag ? "true" : "false"
        case .blob(let bytes): return Base64.encode(bytes)
        case .timestamp(let time):
            switch member.timestampFormat ?? member.shape.timestampFormat ?? .rfc822 {
            case .rfc822: return time.httpDate
            case .iso8601: return time.iso8601
            case .unixTimestamp: return time.unixText
            }
        case .list(let values):
            guard let element = member.shape.element else { return nil }
            return values.compactMap { text($0, element) }.joined(separator: ", ")
        case .structure, .map, .null: return nil
        }
    }

    /// The bytes of a payload that is text or a blob; nil where it is a structure.
    static func raw(_ value: Value) -> [UInt8]? {
        switch value {
        case .blob(let bytes): bytes
        case .string(let text): Array(text.utf8)
        default: nil
        }
    }
}
