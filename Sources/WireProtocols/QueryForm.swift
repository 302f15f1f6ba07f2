import ServiceModel

/// The parameters of a form-encoded request as the tree that their dotted names make.
///
/// `Filter.1.Value.2=x` is the node `Filter` → `1` → `Value` → `2` with the value `x`.
struct QueryForm {
    /// Limits that no real client comes near, so that a hostile body costs little.
    static let maximumParameters = 20_000
    static let maximumDepth = 32

    final class Node {
        var value: String?
        private(set) var children: [(name: String, node: Node)] = []
        private var indexByName: [String: Int] = [:]
        /// Whether the decoder has looked at it; the rest is unknown to the model.
        var isUsed = false

        func child(_ name: String) -> Node? { indexByName[name].map { children[$0].node } }

        func childOrNew(_ name: String) -> Node {
            if let known = child(name) { return known }
            let node = Node()
            indexByName[name] = children.count
            children.append((name, node))
            return node
        }
    }

    let root = Node()

    init(_ body: some Collection<UInt8>) throws(ServiceError) {
        var count = 0
        for pair in body.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            count += 1
            guard count <= Self.maximumParameters else {
                throw ServiceError("MalformedQueryString", "The query string contains too many parameters.")
            }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try Self.decode(pair[..<(equals ?? pair.endIndex)])
            let value = try equals.map { index throws(ServiceError) in
                try Self.decode(pair[pair.index(after: index)...])
            }
            var node = root
            var depth = 0
            for part in name.split(separator: ".", omittingEmptySubsequences: false) {
                depth += 1
                guard depth <= Self.maximumDepth else {
                    throw ServiceError(
                        "MalformedQueryString", "The query string contains a parameter that is nested too deeply.")
                }
                node = node.childOrNew(String(part))
            }
            node.value = value ?? ""
        }
    }

    /// Undoes percent encoding and `+`.
    static func decode(_ bytes: some Collection<UInt8>) throws(ServiceError) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexadecimal), let low = iterator.next().flatMap(hexadecimal)
                else { throw ServiceError("MalformedQueryString", "The query string contains a syntax error.") }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        guard let text = String(validating: result, as: UTF8.self) else {
            throw ServiceError("MalformedQueryString", "The query string contains a syntax error.")
        }
        return text
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        default: nil
        }
    }
}
