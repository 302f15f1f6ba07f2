package import JSONValue
package import ServiceModel

/// A call's parameters as JSON that can be read back without loss, for the journal.
enum ValueJSON {
    static func encode(_ value: Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .integer(let number): .integer(number)
        case .double(let number): .number(number)
        case .boolean(let flag): .boolean(flag)
        case .timestamp(let time): .integer(time.milliseconds)
        case .blob(let bytes): .string(Base64.encode(bytes))
        case .null: .null
        case .list(let values): .array(values.map(encode))
        case .structure(let fields), .map(let fields): encode(fields)
        }
    }

    static func encode(_ fields: Fields) -> JSON {
        var object = JSONObject()
        for field in fields.fields { object.set(field.name, to: encode(field.value)) }
        return .object(object)
    }

    /// The value that a shape makes of JSON; nil where it does not fit.
    static func decode(_ json: JSON, _ shape: Shape) -> Value? {
        switch (shape.kind, json) {
        case (_, .null): return .null
        case (.structure, .object(let object)):
            var fields = Fields()
            for (name, json) in object {
                guard let member = shape.member(name), let value = decode(json, member.shape) else { return nil }
                fields.append(name, value)
            }
            return .structure(fields)
        case (.map, .object(let object)):
            guard let element = shape.element?.shape else { return nil }
            var fields = Fields()
            for (name, json) in object {
                guard let value = decode(json, element) else { return nil }
                fields.append(name, value)
            }
            return .map(fields)
        case (.list, .array(let elements)):
            guard let element = shape.element?.shape else { return nil }
            var values: [Value] = []
            for json in elements {
                guard let value = decode(json, element) else { return nil }
                values.append(value)
            }
            return .list(values)
        case (.timestamp, .integer(let milliseconds)): return .timestamp(Timestamp(milliseconds: milliseconds))
        case (.integer, .integer(let number)): return .integer(number)
        case (.double, _): return json.doubleValue.map(Value.double)
        case (.boolean, .boolean(let flag)): return .boolean(flag)
        case (.blob, .string(let text)): return Base64.decode(text).map(Value.blob)
        case (.string, .string(let text)): return .string(text)
        default: return nil
        }
    }
}

extension APIValue {
    /// The value that a shape makes of JSON, with times in milliseconds; nil where it does not fit.
    package init?(_ json: JSON, _ shape: Shape) {
        guard let value = ValueJSON.decode(json, shape) else { return nil }
        self = value
    }
}
