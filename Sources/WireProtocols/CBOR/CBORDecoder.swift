import ServiceModel

/// Turns CBOR into parameters by walking the model. Members that the model does not have are skipped.
///
/// <https://www.rfc-editor.org/rfc/rfc8949.html>
struct CBORDecoder {
    private let bytes: [UInt8]
    private var position = 0

    /// Deeper nesting than any model has.
    private static let maximumDepth = 32

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private static var malformed: ServiceError {
        ServiceError("SerializationException", "The request body is not valid CBOR.")
    }

    /// The head of an item: its major type and its argument; nil as argument stands for an indefinite length.
    private struct Head {
        var major: UInt8
        var info: UInt8
        var argument: UInt64?
    }

    private mutating func byte() throws(ServiceError) -> UInt8 {
        guard position < bytes.count else { throw Self.malformed }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func head() throws(ServiceError) -> Head {
        let first = try byte()
        let info = first & 31
        var argument: UInt64?
        switch info {
        case 0..<24: argument = UInt64(info)
        case 24...27:
            var value: UInt64 = 0
            for _ in 0..<(1 << (info - 24)) { value = value << 8 | UInt64(try byte()) }
            argument = value
        case 31: argument = nil
        default: throw Self.malformed
        }
        return Head(major: first >> 5, info: info, argument: argument)
    }

    private mutating func takeBreak() -> Bool {
        guard position < bytes.count, bytes[position] == 0xFF else { return false }
        position += 1
        return true
    }

    /// The whole body, which is a structure.
    mutating func structure(_ shape: Shape) throws(ServiceError) -> Fields {
        let value = try value(shape, depth: 0)
        guard let fields = value?.fields, position == bytes.count else { throw Self.malformed }
        return fields
    }

    /// An item as a value of a shape; without one it is skipped. Null is nil.
    private mutating func value(_ shape: Shape?, depth: Int) throws(ServiceError) -> Value? {
        guard depth < Self.maximumDepth else { throw Self.malformed }
        let head = try head()
        switch head.major {
        case 0, 1:
            guard let argument = head.argument, argument <= UInt64(Int.max) else { throw Self.malformed }
            let number = head.major == 0 ? Int(argument) : -1 - Int(argument)
            return try self.number(number, shape)
        case 2: return try fitted(.blob(try string(head, major: 2)), shape, .blob)
        case 3:
            guard let text = String(validating: try string(head, major: 3), as: UTF8.self) else { throw Self.malformed }
            return try fitted(.string(text), shape, .string)
        case 4: return try list(head, shape, depth)
        case 5: return try map(head, shape, depth)
        case 6: return try tagged(head, shape, depth)
        default: return try simple(head, shape)
        }
    }

    private func fitted(_ value: Value, _ shape: Shape?, _ kind: Shape.Kind) throws(ServiceError) -> Value {
        guard let shape, shape.kind != kind else { return value }
        throw ServiceError("SerializationException", "A value of the type \(shape.name) is of another type.")
    }

    private func number(_ number: Int, _ shape: Shape?) throws(ServiceError) -> Value {
        switch shape?.kind {
        case .double: .double(Double(number))
        case .timestamp: try timestamp(Double(number))
        case nil, .integer: .integer(number)
        default: try fitted(.integer(number), shape, .integer)
        }
    }

    private func timestamp(_ seconds: Double) throws(ServiceError) -> Value {
        guard seconds.isFinite, abs(seconds) < 1e11 else { throw Self.malformed }
        return .timestamp(Timestamp(milliseconds: Int((seconds * 1000).rounded())))
    }

    private mutating func string(_ head: Head, major: UInt8) throws(ServiceError) -> [UInt8] {
        guard let length = head.argument else {
            var whole: [UInt8] = []
            while !takeBreak() {
                let chunk = try self.head()
                guard chunk.major == major, chunk.argument != nil else { throw Self.malformed }
                whole += try string(chunk, major: major)
            }
            return whole
        }
        guard length <= UInt64(bytes.count - position) else { throw Self.malformed }
        defer { position += Int(length) }
        return Array(bytes[position..<position + Int(length)])
    }

    private mutating func list(_ head: Head, _ shape: Shape?, _ depth: Int) throws(ServiceError) -> Value {
        let element = shape?.element?.shape
        var values: [Value] = []
        var left = head.argument
        while true {
            if let count = left {
                guard count > 0 else { break }
                left = count - 1
            } else if takeBreak() {
                break
            }
            values.append(try value(element, depth: depth + 1) ?? .null)
        }
        return try fitted(.list(values), shape, .list)
    }

    private mutating func map(_ head: Head, _ shape: Shape?, _ depth: Int) throws(ServiceError) -> Value {
        var fields = Fields()
        var left = head.argument
        while true {
            if let count = left {
                guard count > 0 else { break }
                left = count - 1
            } else if takeBreak() {
                break
            }
            let key = try self.head()
            guard key.major == 3, let name = String(validating: try string(key, major: 3), as: UTF8.self) else {
                throw Self.malformed
            }
            let member = shape?.kind == .map ? shape?.element : shape?.member(name)
            guard let value = try value(member?.shape, depth: depth + 1), member != nil else { continue }
            fields[name] = value
        }
        return shape?.kind == .map ? .map(fields) : try fitted(.structure(fields), shape, .structure)
    }

    /// Tag 1 is a time in seconds; other tags say nothing that a model does not.
    private mutating func tagged(_ head: Head, _ shape: Shape?, _ depth: Int) throws(ServiceError) -> Value? {
        let value = try value(head.argument == 1 ? nil : shape, depth: depth + 1)
        guard head.argument == 1 else { return value }
        switch value {
        case .integer(let seconds)?: return try fitted(timestamp(Double(seconds)), shape, .timestamp)
        case .double(let seconds)?: return try fitted(timestamp(seconds), shape, .timestamp)
        default: throw Self.malformed
        }
    }

    private mutating func simple(_ head: Head, _ shape: Shape?) throws(ServiceError) -> Value? {
        guard let argument = head.argument else { throw Self.malformed }
        switch head.info {
        case 20: return try fitted(.boolean(false), shape, .boolean)
        case 21: return try fitted(.boolean(true), shape, .boolean)
        case 22, 23: return nil
        case 25: return try double(Self.half(UInt16(argument)), shape)
        case 26: return try double(Double(Float(bitPattern: UInt32(argument))), shape)
        case 27: return try double(Double(bitPattern: argument), shape)
        default: throw Self.malformed
        }
    }

    private func double(_ number: Double, _ shape: Shape?) throws(ServiceError) -> Value {
        switch shape?.kind {
        case .timestamp: return try timestamp(number)
        case .integer:
            guard let whole = Int(exactly: number) else { return try fitted(.double(number), shape, .double) }
            return .integer(whole)
        default: return try fitted(.double(number), shape, .double)
        }
    }

    /// RFC 8949, appendix D.
    private static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 31)
        let mantissa = Double(bits & 1023)
        var power = 1.0
        for _ in 0..<abs(exponent == 0 ? -24 : exponent - 25) { power *= 2 }
        let value: Double =
            switch exponent {
            case 0: mantissa / power
            case 31: mantissa == 0 ? .infinity : .nan
            case 25...: (mantissa + 1024) * power
            default: (mantissa + 1024) / power
            }
        return bits & 0x8000 == 0 ? value : -value
    }
}
