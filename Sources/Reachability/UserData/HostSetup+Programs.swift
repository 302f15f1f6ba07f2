/// Servers that are programs of their own, and what they all serve.
extension HostSetup {
    mutating func serve(_ name: String, _ arguments: [String]) {
        switch name {
        case "python", "python3", "python2": python(arguments)
        case "php":
            if let place = value(of: ["-S"], in: arguments) { listen(at: place, "php", .everything, internet: true) }
        case "busybox": if arguments.first == "httpd" { busybox(arguments) }
        case "node", "nodejs": node(arguments)
        case "flask", "gunicorn", "uvicorn": framework(name, arguments)
        case "nc", "ncat", "netcat": netcat(arguments)
        case "docker": docker(arguments)
        case "bash", "sh": if let text = value(of: ["-c"], in: arguments) { run(script: text) }
        default: break
        }
    }

    private mutating func listen(
        at place: String, _ name: String, _ content: ListeningServer.Content, internet: Bool = false
    ) {
        // Who listens on the loopback address is heard by nobody else.
        let parts = place.split(separator: ":")
        if place.contains(":"), let host = parts.first, host == "127.0.0.1" || host == "localhost" { return }
        guard let port = parts.last.flatMap({ Int($0) }), (1...65_535).contains(port) else { return }
        let server = ListeningServer(port: port, name: name, content: content, needsInternet: internet)
        programs.append((server, unit ?? (name == "docker" ? name : nil)))
    }

    private func value(of options: [String], in arguments: [String]) -> String? {
        for (index, argument) in arguments.enumerated() {
            if options.contains(argument), index + 1 < arguments.count { return arguments[index + 1] }
            for option in options where argument.hasPrefix(option + "=") {
                return String(argument.dropFirst(option.count + 1))
            }
        }
        return nil
    }

    private mutating func python(_ arguments: [String]) {
        guard let module = value(of: ["-m"], in: arguments) else { return script(arguments, "python") }
        switch module {
        case "http.server", "SimpleHTTPServer":
            let rest = arguments.drop { $0 != module }.dropFirst()
            let port = rest.first { Int($0) != nil } ?? "8000"
            let host = value(of: ["--bind", "-b"], in: arguments) ?? "0.0.0.0"
            let root = value(of: ["--directory", "-d"], in: arguments).map(absolute) ?? folder
            var paths = WebRoot.paths(below: root, files)
            // Without an index the folder is listed.
            paths["/"] = paths["/"] ?? 200
            listen(at: "\(host):\(port)", "python", .paths(paths))
        case "flask", "gunicorn", "uvicorn": framework(module, Array(arguments.drop { $0 != module }.dropFirst()))
        default: break
        }
    }

    /// A program of the student's: the port is where its text says.
    private mutating func script(_ arguments: [String], _ name: String) {
        guard let path = arguments.first(where: { !$0.hasPrefix("-") }), let text = files[absolute(path)] else {
            return
        }
        for marker in [
            ".listen(", "port=", "HTTPServer((\"\", ", "HTTPServer((\"0.0.0.0\", ", "HTTPServer(('', ",
            "HTTPServer(('0.0.0.0', ",
        ] {
            guard let range = text.firstRange(of: marker) else { continue }
            let digits = text[range.upperBound...].prefix { $0.isNumber }
            if !digits.isEmpty { return listen(at: String(digits), name, .everything) }
        }
    }

    private mutating func node(_ arguments: [String]) {
        guard installed.contains(where: { $0.hasPrefix("node") }) else { return }
        script(arguments, "node")
        if let last = programs.indices.last, programs[last].server.name == "node" {
            programs[last].server.needsInternet = true
        }
    }

    private mutating func framework(_ name: String, _ arguments: [String]) {
        let fallback = name == "flask" ? "5000" : "8000"
        if let bind = value(of: ["-b", "--bind"], in: arguments) {
            return listen(at: bind, name, .everything, internet: true)
        }
        let host = value(of: ["--host", "-h"], in: arguments) ?? "127.0.0.1"
        let port = value(of: ["--port", "-p"], in: arguments) ?? fallback
        listen(at: "\(host):\(port)", name, .everything, internet: true)
    }

    private mutating func netcat(_ arguments: [String]) {
        guard arguments.contains(where: { $0.hasPrefix("-") && $0.contains("l") }),
            let port = arguments.last(where: { Int($0) != nil })
        else { return }
        listen(at: port, "nc", .everything)
    }

    private mutating func busybox(_ arguments: [String]) {
        let root = value(of: ["-h"], in: arguments).map(absolute) ?? folder
        listen(at: value(of: ["-p"], in: arguments) ?? "80", "busybox", .paths(WebRoot.paths(below: root, files)))
    }

    private mutating func docker(_ arguments: [String]) {
        guard isDockerRunning, arguments.first == "run" else { return }
        let isStatic = arguments.contains { image in
            ["nginx", "httpd"].contains { image == $0 || image.hasPrefix($0 + ":") || image.hasSuffix("/" + $0) }
        }
        let isMounted = arguments.contains { $0 == "-v" || $0 == "--mount" || $0.hasPrefix("--volume") }
        let content: ListeningServer.Content =
            isStatic && !isMounted ? .paths(["/": 200, "/index.html": 200]) : .everything
        for (index, argument) in arguments.enumerated() {
            var mapping: String?
            if ["-p", "--publish"].contains(argument), index + 1 < arguments.count { mapping = arguments[index + 1] }
            if argument.hasPrefix("-p"), argument.count > 2 { mapping = String(argument.dropFirst(2)) }
            guard let parts = mapping?.split(separator: ":"), parts.count > 1 else { continue }
            listen(at: parts.dropLast().joined(separator: ":"), "docker", content, internet: true)
        }
    }

    // MARK: The result

    /// Everything that listens in the end, by port; where two want one port, the first has it.
    var servers: [ListeningServer] {
        var all: [ListeningServer] = []
        for daemon in Daemon.allCases {
            for port in running[daemon] ?? [] {
                all.append(
                    ListeningServer(
                        port: port, name: daemon.rawValue, content: content(of: daemon), needsInternet: true,
                        startsAtBoot: enabled.contains(daemon.rawValue)))
            }
        }
        all += programs.map { program in
            var server = program.server
            server.needsInternet = server.needsInternet || usesInternet && !opaqueFolders.isEmpty
            server.startsAtBoot = program.unit.map(enabled.contains) ?? false
            return server
        }
        var ports: Set<Int> = []
        return all.filter { ports.insert($0.port).inserted }
    }

    private func content(of daemon: Daemon) -> ListeningServer.Content {
        let answers = daemon == .nginx ? nginxAnswers() : ([:], nil)
        let roots = answers.1.map { [$0] } ?? WebRoot.of(daemon, family)
        if opaqueFolders.contains(where: { folder in roots.contains { $0 == folder || $0.hasPrefix(folder + "/") } }) {
            return .everything
        }
        var paths: [String: Int] = [:]
        for root in roots { paths.merge(WebRoot.paths(below: root, files)) { first, _ in first } }
        if paths["/"] == nil { paths["/"] = WebRoot.status(ofEmpty: daemon) }
        return .paths(paths.merging(answers.0) { _, configured in configured })
    }
}

/// The folders that web servers serve.
enum WebRoot {
    static let all = ["/var/www/html", "/usr/share/nginx/html"]

    static func of(_ daemon: HostSetup.Daemon, _ family: ImageFamily) -> [String] {
        switch (daemon, family) {
        case (.nginx, .debian): ["/var/www/html"]
        case (.nginx, .other): ["/usr/share/nginx/html", "/var/www/html"]
        case (.nginx, _), (.caddy, _): ["/usr/share/\(daemon.rawValue)/html"]
        default: ["/var/www/html"]
        }
    }

    /// Without an index of one's own: nginx, Debian's Apache and Caddy have a page, Red Hat's Apache refuses.
    static func status(ofEmpty daemon: HostSetup.Daemon) -> Int { daemon == .httpd || daemon == .lighttpd ? 403 : 200 }

    /// The paths under which the files of a folder are served.
    static func paths(below root: String, _ files: [String: String]) -> [String: Int] {
        let prefix = root.hasSuffix("/") ? root : root + "/"
        var paths: [String: Int] = [:]
        for file in files.keys where file.hasPrefix(prefix) {
            let path = "/" + file.dropFirst(prefix.count)
            paths[path] = 200
            for index in ["index.html", "index.php"] where path.hasSuffix("/" + index) {
                paths[String(path.dropLast(index.count))] = 200
            }
        }
        return paths
    }
}
