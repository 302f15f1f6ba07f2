package import JSONValue

/// What a document is written in, by its file's name.
package enum DocumentFormat: Sendable {
    case json, yaml

    /// Nil where the name ends with neither `.json` nor `.yaml` nor `.yml`.
    package init?(path: String) {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
        switch name[name.index(after: dot)...] {
        case "json": self = .json
        case "yaml", "yml": self = .yaml
        default: return nil
        }
    }
}

/// A document of a submission, and where each part of it is.
package struct LocatedDocument: Sendable {
    package let value: JSON
    /// By JSON pointer (RFC 6901). A member is where its key is.
    private let places: [String: SourceLocation]

    /// Bytes that a document may have.
    package static let maximumBytes = 1 << 20

    /// Reads a document of JSON or, with the lab format's care for words that mean two things, of YAML.
    package init(_ bytes: [UInt8], path: String) throws(DocumentError) {
        let start = SourceLocation(line: 1, column: 1)
        guard bytes.count <= Self.maximumBytes else {
            throw DocumentError(
                "the file has \(bytes.count) bytes; at most \(Self.maximumBytes) are allowed", at: start)
        }
        switch DocumentFormat(path: path) {
        case .json:
            do throws(JSONError) {
                value = try JSON.parse(bytes)
            } catch {
                throw DocumentError(
                    "not JSON: \(error.reason)", at: SourceLocation(line: error.line, column: error.column))
            }
            var scanner = JSONPlaces(bytes)
            scanner.scan()
            places = scanner.places
        case .yaml:
            let diagnostics = Diagnostics(file: path)
            let root = YAMLDocument(diagnostics: diagnostics, refusal: "not allowed here").read(bytes)
            let value = root?.json("the document", diagnostics)
            if let problem = diagnostics.sorted.first {
                throw DocumentError(problem.message, at: problem.location ?? start)
            }
            guard let root, let value else { throw DocumentError("the file is empty", at: start) }
            self.value = value
            var places: [String: SourceLocation] = [:]
            Self.collect(root, root.location, "", &places)
            self.places = places
        case nil: throw DocumentError("a document must end with .json, .yaml or .yml", at: start)
        }
    }

    /// Where a part is; where it is not there, where what it would be in is.
    package func location(of pointer: String) -> SourceLocation {
        var pointer = pointer[...]
        while true {
            if let place = places[String(pointer)] { return place }
            guard let slash = pointer.lastIndex(of: "/") else { return SourceLocation(line: 1, column: 1) }
            pointer = pointer[..<slash]
        }
    }

    private static func collect(
        _ node: YAMLNode, _ location: SourceLocation, _ pointer: String, _ places: inout [String: SourceLocation]
    ) {
        places[pointer] = location
        switch node.content {
        case .scalar: break
        case .sequence(let items):
            for (index, item) in items.enumerated() { collect(item, item.location, "\(pointer)/\(index)", &places) }
        case .mapping(let entries):
            for entry in entries {
                collect(entry.value, entry.keyLocation, "\(pointer)/\(entry.key.escapedForPointer)", &places)
            }
        }
    }
}

/// Why a document cannot be read.
package struct DocumentError: Error, Sendable, Equatable {
    /// What is wrong, without the place.
    package var message: String
    package var location: SourceLocation

    package init(_ message: String, at location: SourceLocation) {
        self.message = message
        self.location = location
    }
}

extension String {
    /// As a part of a JSON pointer. <https://www.rfc-editor.org/rfc/rfc6901#section-3>
    package var escapedForPointer: String {
        contains("~") || contains("/") ? replacing("~", with: "~0").replacing("/", with: "~1") : self
    }
}

/// Where the values of a text are that is known to be JSON.
private struct JSONPlaces {
    private let bytes: [UInt8]
    private var offset = 0
    private var location = SourceLocation(line: 1, column: 1)
    private(set) var places: [String: SourceLocation] = [:]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func scan() { value("") }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func move() {
        guard let byte = next else { return }
        offset += 1
        if byte == UInt8(ascii: "\n") {
            location = SourceLocation(line: location.line + 1, column: 1)
        } else if byte & 0xC0 != 0x80 {
            location.column += 1
        }
    }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { move() }
    }

    /// A value that begins here or after white space; parsing has bounded how deep it goes.
    private mutating func value(_ pointer: String, at place: SourceLocation? = nil) {
        skipSpace()
        places[pointer] = place ?? location
        switch next {
        case UInt8(ascii: "{"): elements(UInt8(ascii: "}")) { scanner, _ in scanner.member(of: pointer) }
        case UInt8(ascii: "["): elements(UInt8(ascii: "]")) { scanner, index in scanner.value("\(pointer)/\(index)") }
        case UInt8(ascii: "\""): _ = string()
        default:
            while let byte = next, ![0x20, 0x09, 0x0A, 0x0D].contains(byte), !Self.ends.contains(byte) { move() }
        }
    }

    private static let ends = Array(",]}".utf8)

    private mutating func elements(_ end: UInt8, _ read: (inout JSONPlaces, Int) -> Void) {
        move()
        var index = 0
        while true {
            skipSpace()
            guard let byte = next, byte != end else { break }
            if byte == UInt8(ascii: ",") { move() }
            read(&self, index)
            index += 1
        }
        move()
    }

    private mutating func member(of pointer: String) {
        skipSpace()
        let place = location
        let key = string()
        skipSpace()
        // The colon.
        move()
        value("\(pointer)/\(key.escapedForPointer)", at: place)
    }

    private mutating func string() -> String {
        let start = offset
        move()
        while let byte = next, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") { move() }
            move()
        }
        move()
        return (try? JSON.parse(Array(bytes[start..<offset])))?.stringValue ?? ""
    }
}
