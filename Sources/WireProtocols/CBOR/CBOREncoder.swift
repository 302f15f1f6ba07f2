import ServiceModel

/// Writes a result as CBOR by walking the model.
///
/// <https://www.rfc-editor.org/rfc/rfc8949.html>
struct CBOREncoder {
    private(set) var bytes: [UInt8] = []

    /// Writes a structure. A member that the model does not have is a handler's mistake: it traps in a debug build and
    /// is left out otherwise.
    mutating func structure(_ fields: Fields, _ shape: Shape) {
        bytes.append(0xBF)
        for field in fields.fields where field.value != .null {
            guard let member = shape.member(field.name) else {
                assertionFailure("\(shape.name) has no member '\(field.name)'")
                continue
            }
            text(member.name)
            value(field.value, member.shape)
        }
        bytes.append(0xFF)
    }

    /// Writes a map of texts.
    mutating func map(_ entries: [(key: String, value: String)]) {
        head(5, UInt64(entries.count))
        for entry in entries {
            text(entry.key)
            text(entry.value)
        }
    }

    private mutating func value(_ value: Value, _ shape: Shape) {
        switch value {
        case .structure(let fields): structure(fields, shape)
        case .map(let fields):
            head(5, UInt64(fields.fields.count))
            for field in fields.fields {
                text(field.name)
                if let element = shape.element?.shape { self.value(field.value, element) } else { bytes.append(0xF6) }
            }
        case .list(let values):
            head(4, UInt64(values.count))
            for value in values {
                if let element = shape.element?.shape { self.value(value, element) } else { bytes.append(0xF6) }
            }
        case .string(let string): text(string)
        case .integer(let number):
            if shape.kind == .double {
                double(Double(number))
            } else {
                head(number < 0 ? 1 : 0, number < 0 ? UInt64(-1 - number) : UInt64(number))
            }
        case .double(let number): double(number)
        case .boolean(let flag): bytes.append(flag ? 0xF5 : 0xF4)
        case .timestamp(let time):
            head(6, 1)
            double(Double(time.milliseconds) / 1000)
        case .blob(let content):
            head(2, UInt64(content.count))
            bytes += content
        case .null: bytes.append(0xF6)
        }
    }

    private mutating func text(_ string: String) {
        head(3, UInt64(string.utf8.count))
        bytes += string.utf8
    }

    private mutating func double(_ number: Double) {
        bytes.append(0xFB)
        append(number.bitPattern, width: 8)
    }

    private mutating func head(_ major: UInt8, _ argument: UInt64) {
        let type = major << 5
        switch argument {
        case 0..<24: bytes.append(type | UInt8(argument))
        case 24...0xFF:
            bytes.append(type | 24)
            append(argument, width: 1)
        case 0x100...0xFFFF:
            bytes.append(type | 25)
            append(argument, width: 2)
        case 0x1_0000...0xFFFF_FFFF:
            bytes.append(type | 26)
            append(argument, width: 4)
        default:
            bytes.append(type | 27)
            append(argument, width: 8)
        }
    }

    private mutating func append(_ number: UInt64, width: Int) {
        for place in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(place)))) }
    }
}
