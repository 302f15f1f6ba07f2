import JSONValue
import ServiceModel

/// Writes a result as JSON text by walking the model.
struct ModelJSONEncoder {
    /// REST JSON goes by `locationName`, the RPC protocols by the member's name.
    let usesLocationNames: Bool
    private(set) var bytes: [UInt8] = []

    init(usesLocationNames: Bool) {
        self.usesLocationNames = usesLocationNames
        bytes.reserveCapacity(512)
    }

    /// Writes a structure. A member that the model does not have is a handler's mistake: it traps in a debug build and
    /// is left out otherwise.
    mutating func structure(_ fields: Fields, _ shape: Shape, skips: (Member) -> Bool = { _ in false }) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for field in fields.fields where field.value != .null {
            guard let member = shape.member(field.name) else {
                assertionFailure("\(shape.name) has no member '\(field.name)'")
                continue
            }
            guard !skips(member) else { continue }
            key(usesLocationNames ? member.wireName : member.name, &isFirst)
            value(field.value, member.shape, member.timestampFormat)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func key(_ name: String, _ isFirst: inout Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        JSON.write(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func value(_ value: Value, _ shape: Shape, _ format: Shape.TimestampFormat? = nil) {
        switch value {
        case .structure(let fields):
            structure(fields, shape)
        case .map(let fields):
            guard let element = shape.element?.shape else {
                append("{}")
                return
            }
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for field in fields.fields {
                key(field.name, &isFirst)
                self.value(field.value, element)
            }
            bytes.append(UInt8(ascii: "}"))
        case .list(let values):
            guard let element = shape.element?.shape else {
                append("[]")
                return
            }
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                self.value(value, element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .timestamp(let time):
            timestamp(time, format ?? shape.timestampFormat ?? .unixTimestamp)
        case .string(let text): JSON.write(text, to: &bytes)
        case .integer(let number): append(String(number))
        case .double(let number): double(number)
        case .boolean(let flag): append(flag ? "true" : "false")
        case .blob(let content): JSON.write(Base64.encode(content), to: &bytes)
        case .null: append("null")
        }
    }

    private mutating func double(_ number: Double) {
        guard number.isFinite else {
            append(number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"")
            return
        }
        append("\(number)")
    }

    /// <https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait>
    private mutating func timestamp(_ time: Timestamp, _ format: Shape.TimestampFormat) {
        switch format {
        case .unixTimestamp: append(time.unixText)
        case .iso8601: JSON.write(time.iso8601, to: &bytes)
        case .rfc822: JSON.write(time.httpDate, to: &bytes)
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

extension Timestamp {
    /// Seconds since 1970 with as many digits after the point as it takes: `1795456857.25`.
    var unixText: String {
        let seconds = milliseconds / 1000
        let rest = abs(milliseconds % 1000)
        guard rest != 0 else { return "\(seconds).0" }
        var digits = String(1000 + rest).dropFirst()
        while digits.hasSuffix("0") { digits = digits.dropLast() }
        return "\(milliseconds < 0 && seconds == 0 ? "-" : "")\(seconds).\(digits)"
    }
}
