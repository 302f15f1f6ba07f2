import ServiceModel

/// What an instance's user data leaves listening, as cloud-init would run it at the first boot.
///
/// `docs/web-servers.md` says what counts. A text that is neither a script nor a cloud-config nor made of such parts is
/// run by nobody. <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html>
package enum UserDataServers {
    /// - Parameters:
    ///   - userData: in base 64, as instances have it.
    ///   - imageName: the image's name, which tells the package manager; nil for any.
    package static func servers(userData: String?, imageName: String? = nil) -> [ListeningServer] {
        guard let userData, let bytes = Base64.decode(userData) else { return [] }
        return servers(script: String(decoding: bytes, as: UTF8.self), imageName: imageName)
    }

    /// The same for the text itself.
    package static func servers(script: String, imageName: String? = nil) -> [ListeningServer] {
        var setup = HostSetup(family: ImageFamily(imageName: imageName))
        run(script, &setup, depth: 0)
        return setup.servers
    }

    private static func run(_ text: String, _ setup: inout HostSetup, depth: Int) {
        let start = String(text.prefix(64)).lowercased()
        if start.hasPrefix("#!") {
            setup.run(script: text)
        } else if start.hasPrefix("#cloud-config") {
            CloudConfig(text).apply(to: &setup)
        } else if depth == 0, start.hasPrefix("content-type:") || start.hasPrefix("mime-version:") {
            for part in parts(of: text) { run(part, &setup, depth: 1) }
        }
    }

    /// The bodies of a multipart message.
    private static func parts(of text: String) -> [String] {
        let text = text.replacing("\r\n", with: "\n")
        guard let mark = text.firstRange(of: "boundary=") else { return [] }
        let boundary = text[mark.upperBound...].prefix { !$0.isNewline && $0 != ";" }.filter { $0 != "\"" }.trimmed
        guard !boundary.isEmpty else { return [] }
        return text.split(separator: "--" + boundary, omittingEmptySubsequences: false).dropFirst().compactMap { part in
            part.firstRange(of: "\n\n").map { String(part[$0.upperBound...].drop { $0.isNewline }) }
        }
    }
}

/// `#cloud-config`: packages, files and commands, as far as block lists of them are written in the usual way.
///
/// <https://cloudinit.readthedocs.io/en/latest/reference/modules.html>
struct CloudConfig {
    private var packages: [String] = []
    private var commands: [String] = []
    private var files: [(path: String, text: String)] = []

    init(_ text: String) {
        var section = ""
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        var place = 0
        while place < lines.count {
            let line = lines[place]
            place += 1
            let content = line.trimmed
            if content.isEmpty || content.hasPrefix("#") { continue }
            let indent = line.prefix { $0 == " " }.count
            if indent == 0, !content.hasPrefix("-") {
                section = String(content.prefix { $0 != ":" })
                continue
            }
            let item = content.hasPrefix("- ") ? String(content.dropFirst(2)).trimmed : content
            switch section {
            case "packages": if content.hasPrefix("-") { packages.append(Self.plain(item)) }
            case "runcmd": if content.hasPrefix("-") { commands.append(Self.command(item, lines, &place, indent)) }
            case "write_files": readFile(item, lines, &place, indent)
            default: break
            }
        }
    }

    /// A file's path and its contents, in either order.
    private mutating func readFile(_ item: String, _ lines: [Substring], _ place: inout Int, _ indent: Int) {
        if item.hasPrefix("path:") {
            let path = Self.plain(String(item.dropFirst(5)).trimmed)
            if let last = files.indices.last, files[last].path.isEmpty {
                files[last].path = path
            } else {
                files.append((path, ""))
            }
        } else if item.hasPrefix("content:") {
            let rest = String(item.dropFirst(8)).trimmed
            let text = rest.hasPrefix("|") || rest.hasPrefix(">") ? Self.block(lines, &place, indent) : Self.plain(rest)
            if let last = files.indices.last, files[last].text.isEmpty {
                files[last].text = text
            } else {
                files.append(("", text))
            }
        }
    }

    /// The deeper lines that follow.
    private static func block(_ lines: [Substring], _ place: inout Int, _ indent: Int) -> String {
        var text: [String] = []
        while place < lines.count {
            let line = lines[place]
            if !line.trimmed.isEmpty, line.prefix(while: { $0 == " " }).count <= indent { break }
            text.append(line.trimmed)
            place += 1
        }
        return text.joined(separator: "\n")
    }

    private static func command(_ item: String, _ lines: [Substring], _ place: inout Int, _ indent: Int) -> String {
        if item == "|" || item == ">" || item == "|-" { return block(lines, &place, indent) }
        guard item.hasPrefix("["), item.hasSuffix("]") else { return plain(item) }
        return item.dropFirst().dropLast().split(separator: ",").map { word in
            "'" + plain(word.trimmed).replacing("'", with: "") + "'"
        }.joined(separator: " ")
    }

    /// A YAML scalar without its quotes.
    private static func plain(_ text: String) -> String {
        guard text.count > 1, let first = text.first, first == "\"" || first == "'", text.last == first else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    /// In cloud-init's order: files, packages, commands.
    func apply(to setup: inout HostSetup) {
        for file in files where !file.path.isEmpty { setup.write(file.text, to: file.path, appends: false) }
        for package in packages { setup.install(package) }
        for command in commands { setup.run(script: command) }
    }
}
