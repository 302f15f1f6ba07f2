/// A server that user data leaves running on an instance: where it listens and what it has to say.
package struct ListeningServer: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// A program of the student's own: it is taken to answer every path.
        case everything
        /// Files and configured answers, as statuses by path; other paths are not found. Names of folders end with a
        /// slash, and are redirected to from the name without it.
        case paths([String: Int])
    }

    package var port: Int
    /// For instance `httpd`.
    package var name: String
    package var content: Content
    /// Whether what it is made of came over the internet while the instance booted.
    package var needsInternet: Bool
    /// Whether it is there again after a reboot: user data runs at the first boot only.
    package var startsAtBoot: Bool

    package init(port: Int, name: String, content: Content, needsInternet: Bool, startsAtBoot: Bool = false) {
        self.port = port
        self.name = name
        self.content = content
        self.needsInternet = needsInternet
        self.startsAtBoot = startsAtBoot
    }

    /// The HTTP status with which it answers `GET` of a path.
    package func status(ofPath path: String) -> Int {
        guard case .paths(let known) = content else { return 200 }
        let plain = String(path.prefix { $0 != "?" && $0 != "#" })
        let wanted = plain.isEmpty ? "/" : plain
        if let status = known[wanted] { return status }
        if !wanted.hasSuffix("/"), known[wanted + "/"] != nil { return 301 }
        return 404
    }
}

/// The operating system behind an image, as far as the package manager goes.
package enum ImageFamily: Sendable, Equatable {
    case amazonLinux2023, amazonLinux2, debian, other

    /// Judges by the image's name; a name of the account's own says nothing.
    package init(imageName: String?) {
        let name = imageName?.lowercased() ?? ""
        if name.hasPrefix("al2023-") {
            self = .amazonLinux2023
        } else if name.hasPrefix("amzn2-") {
            self = .amazonLinux2
        } else if name.contains("ubuntu") || name.hasPrefix("debian-") {
            self = .debian
        } else {
            self = .other
        }
    }

    /// Whether the image has that package manager.
    func has(_ manager: String) -> Bool {
        switch self {
        case .amazonLinux2023: ["dnf", "yum"].contains(manager)
        case .amazonLinux2: ["yum", "amazon-linux-extras"].contains(manager)
        case .debian: ["apt", "apt-get"].contains(manager)
        case .other: true
        }
    }
}
