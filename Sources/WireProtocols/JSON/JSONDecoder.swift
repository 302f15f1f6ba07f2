import JSONValue
import ServiceModel

/// Turns parsed JSON into parameters by walking the model, with AWS's complaints about what is of the wrong type.
///
/// Members that the model does not have are ignored, and `null` is the same as nothing, as on AWS.
/// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>
struct ModelJSONDecoder {
    /// REST JSON goes by `locationName`, the RPC protocols by the member's name.
    let usesLocationNames: Bool

    /// Parses the body of a request; an empty one is an empty object.
    static func parse(_ body: [UInt8]) throws(ServiceError) -> JSON {
        guard !body.isEmpty else { return .object(JSONObject()) }
        do throws(JSONError) {
            return try JSON.parse(body)
        } catch {
            throw malformed
        }
    }

    /// The error for a body that is no JSON at all; AWS gives no message with it.
    static var malformed: ServiceError { ServiceError("SerializationException", "") }

    static func serialization(_ message: String) -> ServiceError { ServiceError("SerializationException", message) }

    /// The members of a structure; `skips` says which are not in the body.
    func structure(
        _ json: JSON, _ shape: Shape, skips: (Member) -> Bool = { _ in false }
    ) throws(ServiceError) -> Fields {
        guard case .object(let object) = json else {
            throw Self.serialization(unexpected(json, "Start of list found where not expected", "Expected null"))
        }
        var fields = Fields()
        for member in shape.members where !skips(member) {
            let name = usesLocationNames ? member.wireName : member.name
            guard let json = object[name], !json.isNull else { continue }
            fields.append(member.name, try value(json, member.shape, member.timestampFormat))
        }
        return fields
    }

    private func unexpected(_ json: JSON, _ collection: String, _ scalar: String) -> String {
        switch json {
        case .array, .object: collection
        default: scalar
        }
    }

    func value(_ json: JSON, _ shape: Shape, _ format: Shape.TimestampFormat? = nil) throws(ServiceError) -> Value {
        switch shape.kind {
        case .structure:
            return .structure(try structure(json, shape))
        case .list:
            guard case .array(let elements) = json else {
                throw Self.serialization(
                    unexpected(json, "Start of structure or map found where not expected.", "Expected list or null"))
            }
            guard let element = shape.element?.shape else { return [] }
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for json in elements { values.append(json.isNull ? .null : try value(json, element)) }
            return .list(values)
        case .map:
            guard case .object(let object) = json else {
                throw Self.serialization(
                    unexpected(json, "Start of list found where not expected", "Expected map or null"))
            }
            guard let element = shape.element?.shape else { return .map(Fields()) }
            var fields = Fields()
            for entry in object where !entry.value.isNull {
                fields.append(entry.key, try value(entry.value, element))
            }
            return .map(fields)
        default:
            return try scalar(json, shape, format ?? shape.timestampFormat)
        }
    }

    private func scalar(
        _ json: JSON, _ shape: Shape, _ format: Shape.TimestampFormat?
    ) throws(ServiceError) -> Value {
        switch (shape.kind, json) {
        case (_, .array):
            throw Self.serialization("Start of list found where not expected")
        case (_, .object):
            throw Self.serialization("Start of structure or map found where not expected.")
        case (.string, .string(let text)):
            return .string(text)
        case (.integer, _):
            if let number = json.intValue { return .integer(number) }
            // A fraction is cut off, as AWS does.
            if let number = json.doubleValue, let whole = Int(exactly: number.rounded(.towardZero)) {
                return .integer(whole)
            }
            throw mismatch(json, "an Integer")
        case (.double, _):
            if let number = json.doubleValue { return .double(number) }
            if case .string(let text) = json, ["NaN", "Infinity", "-Infinity"].contains(text) {
                return .double(text == "NaN" ? .nan : text == "Infinity" ? .infinity : -.infinity)
            }
            throw mismatch(json, "a Double")
        case (.boolean, .boolean(let flag)):
            return .boolean(flag)
        case (.boolean, _):
            throw mismatch(json, "a Boolean")
        case (.timestamp, _):
            if let seconds = json.doubleValue, let time = Timestamp(unixSeconds: seconds) { return .timestamp(time) }
            if case .string(let text) = json, let time = Timestamp(iso8601: text) { return .timestamp(time) }
            throw mismatch(json, "a Date")
        case (.blob, .string(let text)):
            guard let bytes = Base64.decode(text) else {
                throw Self.serialization("Invalid base64 data")
            }
            return .blob(bytes)
        case (.blob, _):
            throw mismatch(json, "a Blob")
        default:
            throw mismatch(json, "a String")
        }
    }

    private func mismatch(_ json: JSON, _ wanted: String) -> ServiceError {
        let found =
            switch json {
            case .boolean(true): "TRUE_VALUE"
            case .boolean(false): "FALSE_VALUE"
            case .integer: "NUMBER_VALUE"
            case .number: "DECIMAL_VALUE"
            default: "STRING_VALUE"
            }
        return Self.serialization("\(found) can not be converted to \(wanted)")
    }
}
