import Glibc

/// A folder that is some container's root: paths in it are looked up as they would be inside, so that no link of it,
/// absolute or with any number of `..`, leads out.
///
/// Nobody else may change the folder meanwhile.
package struct RootTree: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The names that a path inside comes down to, links followed as far as they go.
    ///
    /// - Parameter followsLast: whether the last name may be a link to something else.
    /// - Returns: nil where links go in circles.
    package func resolve(_ inside: String, followsLast: Bool = true) -> [String]? {
        var rest = inside.split(separator: "/").map(String.init)[...]
        var real: [String] = []
        var links = 0
        while let name = rest.popFirst() {
            switch name {
            case ".": continue
            case "..": _ = real.popLast()
            default:
                real.append(name)
                guard followsLast || !rest.isEmpty, let target = link(at: real) else { continue }
                links += 1
                guard links <= 40 else { return nil }
                if target.hasPrefix("/") { real = [] } else { real.removeLast() }
                rest = (target.split(separator: "/").map(String.init) + rest)[...]
            }
        }
        return real
    }

    /// The path on this machine.
    func place(_ names: some Sequence<String>) -> String { names.reduce(path) { "\($0)/\($1)" } }

    private func link(at names: [String]) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(place(names), &buffer, buffer.count - 1)
        return count > 0 ? String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    /// A regular file's bytes; nil where there is none, or it is larger than `limit`.
    package func contents(_ inside: String, limit: Int = 1 << 20) -> [UInt8]? {
        guard let names = resolve(inside) else { return nil }
        return FileSystem.contents(place(names), limit: limit)
    }

    /// The number of a user or group: itself, or what `/etc/passwd` or `/etc/group` of the root say.
    ///
    /// - Returns: nil where the root does not know the name.
    package func identity(_ text: String) -> (user: UInt32, group: UInt32)? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var (user, group): (UInt32, UInt32) = (0, 0)
        if let name = parts.first, !name.isEmpty {
            let line = line(of: "/etc/passwd") { $0.first == name || ($0.count > 2 && $0[2] == name) }
            if let number = UInt32(name) {
                user = number
            } else if let line, line.count > 3, let number = UInt32(line[2]) {
                user = number
            } else {
                return nil
            }
            if let line, line.count > 3 { group = UInt32(line[3]) ?? 0 }
        }
        if parts.count > 1, let name = parts.last, !name.isEmpty {
            let line = line(of: "/etc/group") { $0.first == name }
            guard let number = UInt32(name) ?? line.flatMap({ $0.count > 2 ? UInt32($0[2]) : nil }) else { return nil }
            group = number
        }
        return (user, group)
    }

    /// The home folder of a user; `/` where the root does not know it.
    package func home(of user: UInt32) -> String {
        let line = line(of: "/etc/passwd") { $0.count > 5 && $0[2] == String(user) }
        return line.map { $0[5] }.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? (user == 0 ? "/root" : "/")
    }

    private func line(of file: String, _ matches: ([String]) -> Bool) -> [String]? {
        let text = String(decoding: contents(file) ?? [], as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            if matches(fields) { return fields }
        }
        return nil
    }
}
