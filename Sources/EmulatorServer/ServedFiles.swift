import Glibc

/// What is answered to a request for a file.
package struct FileAnswer: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
}

/// Which file a request means, and whether it may be seen.
package struct ServedFiles: Sendable {
    private let root: String
    private let onlyLocalNames: Bool

    /// No more than this is read at once; no file of a site is larger.
    private static let largest = 64 << 20

    /// - Parameter onlyLocalNames: whether a `Host` that is no name of this machine's loopback is refused, so that no page
    ///   of the web can read grades by giving its own name this machine's address (DNS rebinding).
    package init(root: String, onlyLocalNames: Bool) {
        self.root = root
        self.onlyLocalNames = onlyLocalNames
    }

    package func answer(method: String, target: String, host: String?) -> FileAnswer {
        guard method == "GET" || method == "HEAD" else {
            return plain(405, "Only GET and HEAD are answered here.", more: [("Allow", "GET, HEAD")])
        }
        guard !onlyLocalNames || isLocal(host) else {
            return plain(421, "This server answers to the names of this machine only.")
        }
        guard let names = names(in: target) else { return notFound() }
        switch read(names) {
        case .file(let bytes, let name): return FileAnswer(status: 200, headers: headers(for: name), body: bytes)
        case .folder:
            let path = String(target.prefix { $0 != "?" && $0 != "#" })
            guard path.hasSuffix("/") else {
                // One slash only: two would name another machine.
                let location = "/" + names.joined(separator: "/") + "/"
                return plain(301, "Moved", more: [("Location", location)])
            }
            guard case .file(let bytes, let name) = read(names + ["index.html"]) else { return notFound() }
            return FileAnswer(status: 200, headers: headers(for: name), body: bytes)
        case .missing: return notFound()
        }
    }

    // MARK: Names

    /// The names of a path, percent-decoded; nil where one could lead elsewhere. Pages use plain names only.
    private func names(in target: String) -> [String]? {
        let path = target.prefix { $0 != "?" && $0 != "#" }
        guard path.hasPrefix("/"), path.utf8.count <= 2048 else { return nil }
        var names: [String] = []
        for part in path.split(separator: "/") {
            guard part != "." && part != "..", !part.hasPrefix("."),
                part.utf8.allSatisfy({ byte in
                    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                        || [0x2D, 0x2E, 0x5F].contains(byte)
                })
            else { return nil }
            names.append(String(part))
        }
        return names
    }

    private func isLocal(_ host: String?) -> Bool {
        guard let host else { return false }
        let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" }) + "]" : String(host.prefix { $0 != ":" })
        return ["localhost", "127.0.0.1", "[::1]"].contains(name.lowercased())
    }

    // MARK: Files

    private enum Found {
        case file([UInt8], name: String)
        case folder
        case missing
    }

    /// Goes down name by name and follows no link.
    private func read(_ names: [String]) -> Found {
        var folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return .missing }
        for (index, name) in names.enumerated() {
            let next = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            close(folder)
            guard next >= 0 else { return .missing }
            var status = stat()
            guard fstat(next, &status) == 0 else {
                close(next)
                return .missing
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                folder = next
                continue
            }
            defer { close(next) }
            guard status.st_mode & S_IFMT == S_IFREG, index == names.count - 1, status.st_size <= Self.largest,
                let bytes = contents(next)
            else { return .missing }
            return .file(bytes, name: name)
        }
        close(folder)
        return .folder
    }

    private func contents(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count > 0 {
                bytes += chunk[..<count]
            } else if errno != EINTR {
                return nil
            }
            if bytes.count > Self.largest { return nil }
        }
    }

    // MARK: Answers

    /// The policy of the pages themselves, and what only a header can say.
    private static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private func headers(for name: String) -> [(name: String, value: String)] {
        let types = [
            "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
            "js": "text/javascript; charset=utf-8",
            "json": "application/json", "xml": "application/xml", "txt": "text/plain; charset=utf-8",
            "har": "application/json", "svg": "text/plain; charset=utf-8",
        ]
        let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        var headers = common + [("Content-Type", types[ending] ?? "application/octet-stream")]
        if ending == "har" || types[ending] == nil { headers.append(("Content-Disposition", "attachment")) }
        return headers
    }

    private var common: [(name: String, value: String)] {
        [
            ("Content-Security-Policy", Self.policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-cache"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
    }

    private func notFound() -> FileAnswer {
        if case .file(let bytes, let name) = read(["404.html"]) {
            return FileAnswer(status: 404, headers: headers(for: name), body: bytes)
        }
        return plain(404, "There is no such page.")
    }

    private func plain(_ status: Int, _ text: String, more: [(name: String, value: String)] = []) -> FileAnswer {
        FileAnswer(
            status: status, headers: common + [("Content-Type", "text/plain; charset=utf-8")] + more,
            body: Array((text + "\n").utf8))
    }
}
