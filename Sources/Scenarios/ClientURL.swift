/// The parts of a URL that a modelled client needs. <https://www.rfc-editor.org/rfc/rfc3986>
package struct ClientURL: Sendable, Hashable {
    package var isSecure: Bool
    /// A name or an IPv4 address, lower case; empty where the URL names none.
    package var host: String
    package var port: Int
    /// With the query; at least `/`.
    package var path: String

    /// Nil for anything but `http://host[:port][/path]` and the same with `https`.
    package init?(_ text: String) {
        let rest: Substring
        if text.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else if text.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let tail = rest[authority.endIndex...].prefix { $0 != "#" }
        path = tail.hasPrefix("/") ? String(tail) : "/" + tail
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, !authority.contains("@") else { return nil }
        host = parts[0].lowercased()
        if parts.count == 2 {
            guard let number = Int(parts[1]), (1...65_535).contains(number) else { return nil }
            port = number
        } else {
            port = isSecure ? 443 : 80
        }
    }
}
