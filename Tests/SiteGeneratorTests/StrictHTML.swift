import Foundation

/// Reads a page as our templates write it and says everything that has no place in it.
///
/// Stricter than HTML: attributes in double quotes, no `<` or `>` elsewhere, every element closed in order. So a text
/// that broke out of its place cannot go unseen.
struct StrictHTML {
    private(set) var problems: [String] = []
    private(set) var elements: [String: Int] = [:]
    private(set) var ids: [String] = []
    private(set) var links: [String] = []
    /// All text with references resolved, elements apart by a space.
    private(set) var text = ""

    private static let void: Set<String> = ["meta", "link", "br", "rect", "wbr"]
    private static let allowed: Set<String> = [
        "html", "head", "meta", "title", "link", "script", "body", "a", "header", "div", "p", "code", "h1", "h2", "h3",
        "bdi", "strong", "span", "ul", "li", "svg", "rect", "nav", "main", "section", "table", "thead", "tbody", "tr",
        "th", "td", "b", "ol", "text", "desc", "footer", "dl", "dt", "dd", "details", "summary", "pre", "footer",
        "time", "br", "wbr",
    ]
    private static let attributes: Set<String> = [
        "lang", "charset", "http-equiv", "content", "name", "rel", "href", "src", "defer", "class", "id", "aria-hidden",
        "aria-label", "aria-labelledby", "viewBox", "preserveAspectRatio", "focusable", "x", "y", "width", "height",
        "role", "tabindex", "scope", "dir", "datetime", "data-filter", "data-failed", "data-writes", "colspan", "rx",
        "download",
        "aria-current", "data-index", "open",
    ]

    init(_ page: [UInt8]) {
        var rest = String(decoding: page, as: UTF8.self).utf8[...]
        var open: [String] = []
        if !String(rest.prefix(15)).map({ $0 == "<!doctype html>" }).isTrue { problems.append("no doctype") }
        rest = rest.dropFirst(15)
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            addText(rest[..<start])
            if !rest[start...].starts(with: "<wbr>".utf8) { text += " " }
            guard let end = rest[start...].firstIndex(of: UInt8(ascii: ">")) else {
                problems.append("a tag without an end")
                return
            }
            readTag(String(rest[rest.index(after: start)..<end]) ?? "", open: &open)
            rest = rest[rest.index(after: end)...]
        }
        addText(rest)
        if !open.isEmpty { problems.append("not closed: \(open)") }
        if Set(ids).count != ids.count { problems.append("an id twice") }
        let known = Set(ids)
        for link in links where link.hasPrefix("#") && !known.contains(String(link.dropFirst())) {
            problems.append("dead link \(link)")
        }
    }

    /// Whether a link is a relative path of the names that our own files have.
    private func isPlainPath(_ link: String) -> Bool {
        let path = link.replacingOccurrences(of: "../", with: "")
        return !path.hasPrefix("/") && !path.hasPrefix(".")
            && path.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x2F].contains($0)
            }
    }

    private mutating func addText(_ bytes: Substring.UTF8View) {
        let raw = String(bytes) ?? ""
        if raw.contains(">") { problems.append("a bare >") }
        text += unescaped(raw)
    }

    private mutating func readTag(_ tag: String, open: inout [String]) {
        if tag.hasPrefix("/") {
            if open.popLast() != String(tag.dropFirst()) { problems.append("closed out of order: \(tag)") }
            return
        }
        let closed = tag.hasSuffix("/")
        var rest = (closed ? String(tag.dropLast()) : tag)[...]
        let name = String(rest.prefix { $0 != " " })
        rest = rest.dropFirst(name.count)
        if !Self.allowed.contains(name) { problems.append("element <\(tag)>") }
        elements[name, default: 0] += 1
        while let attribute = readAttribute(&rest, in: tag) {
            if !Self.attributes.contains(attribute.name) { problems.append("attribute \(attribute.name)") }
            switch attribute.name {
            case "id": ids.append(attribute.value)
            case "href", "src":
                links.append(attribute.value)
                if !["#", "assets/", "data:,"].contains(where: attribute.value.hasPrefix),
                    attribute.value != "calls.har",
                    !isPlainPath(attribute.value)
                {
                    problems.append("link \(attribute.value)")
                }
            default: break
            }
        }
        if name == "script", !tag.contains("src=") { problems.append("an inline script") }
        if !closed, !Self.void.contains(name) { open.append(name) }
    }

    private mutating func readAttribute(_ rest: inout Substring, in tag: String) -> (name: String, value: String)? {
        guard rest.first == " " else {
            if !rest.isEmpty { problems.append("tag <\(tag)>") }
            return nil
        }
        rest = rest.dropFirst()
        let name = String(rest.prefix { $0 != "=" && $0 != " " })
        rest = rest.dropFirst(name.count)
        guard rest.first == "=" else { return (name, "") }
        rest = rest.dropFirst()
        guard rest.utf8.first == UInt8(ascii: "\"") else {
            problems.append("attribute without quotes in <\(tag)>")
            return nil
        }
        let bytes = rest.utf8.dropFirst()
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\"")) else {
            problems.append("attribute without an end in <\(tag)>")
            return nil
        }
        let value = String(bytes[..<end]) ?? ""
        rest = Substring(bytes[bytes.index(after: end)...])
        return (name, unescaped(value))
    }

    private func unescaped(_ text: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(text) {
            $0.replacingOccurrences(of: $1.0, with: $1.1, options: .literal)
        }
    }
}

extension Bool? {
    fileprivate var isTrue: Bool { self ?? false }
}
