import Mustache
import SafeText

/// A piece of HTML. A text from outside becomes one only by being sanitised and escaped, so a template cannot show
/// anything else: the values it gets have this type and templates are rendered as plain text.
///
/// Mustache's own escaping looks at grapheme clusters and leaves a quote that a combining mark follows as it is.
struct Markup: MustacheCustomRenderable, MustacheParent, Equatable {
    let html: String

    /// HTML that this target wrote itself.
    init(trusted html: String) { self.html = html }

    /// A text of somebody else, made safe and escaped.
    init(_ text: String, limit: Int = 4 << 10) { html = escaped(text.safe(.page(limit: limit))) }

    /// As above, on one line: for titles, ids and attributes.
    init(line text: String, limit: Int = 300) {
        html = escaped(text.safe(TextRules(limit: limit, singleLine: true)))
    }

    static let empty = Markup(trusted: "")

    var renderText: String { html }
    /// An empty text counts as absent in a section.
    var isNull: Bool { html.isEmpty }
    func child(named: String) -> Any? { nil }
}

/// The text with HTML's special characters as references: all five, for elements and quoted attributes alike, or, where it
/// is full of quotes and stands in an element, without the quotes.
func escaped(_ text: String, quotes: Bool = true) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + text.utf8.count / 8)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "&"): bytes += "&amp;".utf8
        case UInt8(ascii: "<"): bytes += "&lt;".utf8
        case UInt8(ascii: ">"): bytes += "&gt;".utf8
        case UInt8(ascii: "\"") where quotes: bytes += "&quot;".utf8
        case UInt8(ascii: "'") where quotes: bytes += "&#39;".utf8
        default: bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The values of a template, by name.
struct PageObject: MustacheParent {
    enum Value {
        case text(Markup)
        case flag(Bool)
        case object(PageObject)
        case list([PageObject])
    }

    var values: [String: Value]

    init(_ values: [String: Value] = [:]) { self.values = values }

    subscript(name: String) -> Value? {
        get { values[name] }
        set { values[name] = newValue }
    }

    func child(named name: String) -> Any? {
        switch values[name] {
        case .text(let markup): markup
        case .flag(let flag): flag
        case .object(let object): object
        case .list(let list): list
        case nil: nil
        }
    }
}

extension PageObject.Value: ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
    init(booleanLiteral value: Bool) { self = .flag(value) }
    /// A word of ours.
    init(stringLiteral value: String) { self = .text(Markup(trusted: escaped(value))) }

    /// A number of ours.
    static func number(_ value: some CustomStringConvertible) -> Self { .text(Markup(trusted: value.description)) }
    /// A text of somebody else, with its line ends.
    static func block(_ text: String?) -> Self { .text(text.map { Markup($0) } ?? .empty) }
    /// A text of somebody else, on one line.
    static func line(_ text: String?) -> Self { .text(text.map { Markup(line: $0) } ?? .empty) }
}
