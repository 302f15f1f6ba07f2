import CloudState
import ServiceModel

/// Parameters for an operation: of the right shape, so that a decoder could have made them, and otherwise as unpleasant as
/// can be. What earlier answers named is used again, so that they reach beyond "does not exist".
struct HostileValues {
    private var state: UInt64
    /// Strings of answers by the name of their member.
    private var seen: [String: [String]] = [:]

    init(seed: String) { state = IDGenerator.hash(seed, 0xF0_22) }

    private static let texts = [
        "", " ", "a", "-", "*", "?", "\\", "\u{0}", "é中🎉", "%00%ff", "../../etc/passwd",
        String(repeating: "x", count: 300),
        "i-0123456789abcdef0", "vpc-12345678", "subnet-", "arn:", "::::::", "arn:aws:iam::123456789012:role/x",
        "arn:aws:ecs:us-east-1:123456789012:cluster/x", "10.0.0.0/16", "0.0.0.0/0", "255.255.255.255/32",
        "999.1.1.1/99",
        "10.0.0.0/", "/", "::/0", "2001:db8::/129", "-1", "0", "1", "65536", "9223372036854775807",
        "-9223372036854775808",
        "1e999", "NaN", "{}", "[", "null", "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}", "2026-01-01T00:00:00Z",
        "cron(* * * * ? *)", "rate(0 minutes)", "a,b,,c", "=", "AAAA", "$Latest", "default", "all", "us-east-1a", "tcp",
    ]
    private static let integers = [
        0, 1, 2, 3, 5, 10, 60, 80, 100, 1000, 1024, 3600, 65_535, 86_400, -1, -2, Int(Int32.max), Int(Int32.min), .max,
        .min,
    ]

    private mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Int(IDGenerator.mix(state) % UInt64(max(1, bound)))
    }

    private mutating func any<Element>(of elements: [Element], or other: Element) -> Element {
        elements.isEmpty ? other : elements[next(elements.count)]
    }

    /// Keeps the strings of an answer.
    mutating func learn(_ value: Value, as name: String = "") {
        switch value {
        case .string(let text):
            guard !text.isEmpty, text.utf8.count < 300, seen[name]?.count ?? 0 < 12 else { return }
            seen[name, default: []].append(text)
        case .list(let values): for value in values.prefix(4) { learn(value, as: name) }
        case .structure(let fields), .map(let fields): for field in fields.fields { learn(field.value, as: field.name) }
        default: break
        }
    }

    mutating func fields(_ shape: Shape, depth: Int = 0) -> Fields {
        var fields = Fields()
        for member in shape.members where next(100) < (member.isRequired ? 96 : depth == 0 ? 45 : 30) {
            fields.append(member.name, value(member.shape, member.name, depth: depth + 1))
        }
        return fields
    }

    private mutating func value(_ shape: Shape, _ name: String, depth: Int) -> Value {
        switch shape.kind {
        case .structure: return .structure(depth < 6 ? fields(shape, depth: depth) : Fields())
        case .list:
            guard let element = shape.element?.shape, depth < 6 else { return [] }
            return .list((0..<next(4)).map { _ in value(element, singular(name), depth: depth + 1) })
        case .map:
            guard let element = shape.element?.shape, depth < 6 else { return .map(Fields()) }
            var entries = Fields()
            for _ in 0..<next(3) { entries[text(shape.key?.shape, name)] = value(element, name, depth: depth + 1) }
            return .map(entries)
        case .string: return .string(text(shape, name))
        case .integer: return .integer(any(of: Self.integers, or: 0))
        case .double: return .double(any(of: [0, 1, -1, 0.5, 50, 1e-300, 1e300, -1e300], or: 0))
        case .boolean: return .boolean(next(2) == 0)
        case .timestamp:
            let times = [0, 1, -1, 1_788_249_600_000, 1_788_336_000_000, 253_402_300_799_999, -62_135_596_800_000]
            return .timestamp(Timestamp(milliseconds: any(of: times, or: 0)))
        case .blob: return .blob(any(of: [[], [0], Array("{}".utf8), Array(repeating: 0xFF, count: 200)], or: []))
        }
    }

    private mutating func text(_ shape: Shape?, _ name: String) -> String {
        if let words = shape?.enumeration, !words.isEmpty, next(10) < 8 { return any(of: words, or: "") }
        if let known = seen[name], next(10) < 7 { return any(of: known, or: "") }
        return any(of: Self.texts, or: "")
    }

    /// `InstanceIds` are found under `InstanceId`.
    private func singular(_ name: String) -> String {
        name.hasSuffix("s") && seen[name] == nil ? String(name.dropLast()) : name
    }
}
