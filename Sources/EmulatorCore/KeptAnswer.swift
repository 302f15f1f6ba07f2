import JSONValue
package import ServiceModel

/// What a report shows of an answer: its members as JSON, cut off beyond a limit, and the resources that it names.
package struct KeptAnswer: Sendable {
    /// JSON, or the beginning of it followed by `…`.
    package let text: String
    /// Ids such as `i-0123456789abcdef0`, in the order of the answer, each once; the first few only.
    package let resources: [String]

    /// - Parameter limit: bytes of JSON to keep.
    /// - Parameter isRead: whether the call only looked; then the resources in its answer aren't its own.
    init(_ output: Fields, limit: Int, isRead: Bool) {
        var writer = CappedJSON(limit: limit)
        writer.write(.structure(output))
        text = writer.text
        resources = isRead ? [] : ResourceNames.found(in: .structure(output))
    }
}

/// Ids and ARNs in parameters and answers.
package enum ResourceNames {
    /// The most that one call is said to touch.
    private static let most = 24

    /// The values that have the form of an EC2 id (`vpc-0a1b…`, 8 or 17 hexadecimal digits) or of an ARN.
    package static func found(in value: Value) -> [String] {
        var names: [String] = []
        collect(value, into: &names)
        return names
    }

    private static func collect(_ value: Value, into names: inout [String]) {
        guard names.count < most else { return }
        switch value {
        case .string(let text): if isName(text), !names.contains(text) { names.append(text) }
        case .list(let values): for value in values { collect(value, into: &names) }
        case .structure(let fields), .map(let fields): for field in fields.fields { collect(field.value, into: &names) }
        default: break
        }
    }

    private static func isName(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (10...200).contains(bytes.count) else { return false }
        // An ARN of EC2 only repeats the id.
        if bytes.starts(with: "arn:aws".utf8) { return !text.contains(":ec2:") }
        guard let dash = bytes.lastIndex(of: UInt8(ascii: "-")), dash != bytes.startIndex else { return false }
        let digits = bytes[bytes.index(after: dash)...]
        return (digits.count == 17 || digits.count == 8)
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            && bytes[..<dash].allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }
    }
}

/// Writes JSON until enough is written, so that an answer of megabytes costs what is kept of it.
private struct CappedJSON {
    private var bytes: [UInt8] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    private var isFull: Bool { bytes.count > limit }

    var text: String {
        guard isFull else { return String(decoding: bytes, as: UTF8.self) }
        var end = limit
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self) + "…"
    }

    mutating func write(_ value: Value) {
        guard !isFull else { return }
        switch value {
        case .list(let values): writeAll(values, "[", "]") { $0.write($1) }
        case .structure(let fields), .map(let fields): writeAll(fields.fields, "{", "}") { $0.write($1) }
        // Three bytes become four characters.
        case .blob(let blob): JSON(.blob(Array(blob.prefix(limit)))).write(to: &bytes)
        default: JSON(value).write(to: &bytes)
        }
    }

    private mutating func write(_ field: Fields.Field) {
        JSON.string(field.name).write(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        write(field.value)
    }

    private mutating func writeAll<Element>(
        _ elements: [Element], _ open: Character, _ close: Character, _ each: (inout CappedJSON, Element) -> Void
    ) {
        bytes += String(open).utf8
        for (number, element) in elements.enumerated() {
            guard !isFull else { return }
            if number > 0 { bytes.append(UInt8(ascii: ",")) }
            each(&self, element)
        }
        bytes += String(close).utf8
    }
}
