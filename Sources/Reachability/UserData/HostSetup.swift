/// What a script does to a fresh instance, as far as servers go: packages, files, services.
///
/// `docs/web-servers.md` is the table of what counts.
struct HostSetup {
    /// A web server of the distribution's, by the name of its service.
    enum Daemon: String, CaseIterable { case httpd, apache2, nginx, lighttpd, caddy }

    let family: ImageFamily
    var installed: Set<String> = []
    var files: [String: String] = [:]
    /// Folders that were filled with what nobody here can know: a repository, an archive.
    var opaqueFolders: Set<String> = []
    var configuredPorts: [Daemon: [Int]] = [:]
    /// Started daemons with the ports they had at that moment.
    var running: [Daemon: [Int]] = [:]
    /// Programs that listen, and the service that each belongs to.
    var programs: [(server: ListeningServer, unit: String?)] = []
    /// Services that start when the instance boots.
    var enabled: Set<String> = []
    /// The unit that is being started; what it runs comes back if it is enabled.
    var unit: String?
    var isDockerRunning = false
    var usesInternet = false
    var folder = "/"
    private var depth = 0

    init(family: ImageFamily) { self.family = family }

    // MARK: Commands

    mutating func run(script: String) {
        // A unit may start a shell that starts a unit.
        guard depth < 4 else { return }
        depth += 1
        defer { depth -= 1 }
        var printed = ""
        for command in ShellLexer.commands(of: script) {
            if command.words.first == "exit" { return }
            let input = command.input ?? (command.readsPipe ? printed : "")
            perform(command, input: input)
            printed = output(of: command, input: input)
            for output in command.outputs { write(printed, to: output.path, appends: output.appends) }
        }
    }

    private mutating func perform(_ command: ShellCommand, input: String) {
        guard let name = command.words.first?.split(separator: "/").last.map(String.init) else { return }
        let arguments = Array(command.words.dropFirst())
        switch name {
        case "yum", "dnf", "apt", "apt-get", "amazon-linux-extras": install(with: name, arguments)
        case "systemctl": systemctl(arguments)
        case "chkconfig": if arguments.last == "on", let unit = arguments.first { enable(unit, true) }
        case "service": if arguments.count > 1 { service(arguments[0], arguments[1]) }
        case "httpd", "nginx", "lighttpd", "caddy":
            if command.words[0].hasPrefix("/etc/init.d/"), let verb = arguments.first {
                service(name, verb)
            } else if let daemon = Daemon(rawValue: name), arguments.isEmpty || name == "caddy" {
                start(daemon)
            }
        case "apachectl", "apache2ctl", "apache2":
            if arguments.contains("start") || arguments.contains("restart") {
                start(installed.contains("httpd") ? .httpd : .apache2)
            }
        case "cd": if let target = arguments.first { folder = absolute(target) }
        case "sed": edit(arguments)
        case "tee":
            let appends = arguments.contains("-a")
            for path in arguments where !path.hasPrefix("-") { write(input, to: path, appends: appends) }
        case "touch": for path in arguments where !path.hasPrefix("-") { write("", to: path, appends: true) }
        case "cp", "mv", "install", "ln": copy(arguments)
        case "rm": for path in arguments where !path.hasPrefix("-") { files[absolute(path)] = nil }
        case "curl", "wget": download(arguments)
        case "aws": if arguments.starts(with: ["s3"]) { fetchFromS3(arguments) }
        case "git", "unzip", "tar": unpack(name, arguments)
        default: serve(name, arguments)
        }
    }

    private func output(of command: ShellCommand, input: String) -> String {
        switch command.words.first {
        case "echo": command.words.dropFirst().drop { $0 == "-e" || $0 == "-n" }.joined(separator: " ")
        case "printf": command.words.dropFirst().joined(separator: " ").replacing("\\n", with: "\n")
        case "cat": input.isEmpty ? command.words.dropFirst().compactMap { files[absolute($0)] }.joined() : input
        case "tee": input
        default: input
        }
    }

    // MARK: Packages

    private mutating func install(with manager: String, _ arguments: [String]) {
        guard family.has(manager), let verb = arguments.firstIndex(where: { $0 == "install" || $0 == "enable" })
        else { return }
        if manager != "amazon-linux-extras", arguments[verb] == "enable" { return }
        for package in arguments[(verb + 1)...] where !package.hasPrefix("-") { install(package) }
    }

    mutating func install(_ package: String) {
        usesInternet = true
        let name = String(package.prefix { $0 != "=" })
        let daemon =
            Daemon.allCases.first { name == $0.rawValue }
            ?? (name.hasPrefix("nginx1") ? .nginx : name.hasPrefix("httpd24") ? .httpd : nil)
        installed.insert(daemon?.rawValue ?? name)
        // Debian's packages start their service.
        guard let daemon, family == .debian || daemon == .apache2 else { return }
        start(daemon)
        enabled.insert(daemon.rawValue)
    }

    // MARK: Services

    private mutating func systemctl(_ arguments: [String]) {
        let words = arguments.filter { !$0.hasPrefix("-") }
        guard let verb = words.first else { return }
        let isNow = arguments.contains("--now")
        for unit in words.dropFirst() {
            if verb == "enable" || verb == "disable" { enable(unit, verb == "enable") }
            service(unit, isNow ? ["enable": "start", "disable": "stop"][verb] ?? verb : verb)
        }
    }

    private mutating func enable(_ unit: String, _ isEnabled: Bool) {
        let name = unit.hasSuffix(".service") ? String(unit.dropLast(8)) : unit
        if isEnabled { enabled.insert(name) } else { enabled.remove(name) }
    }

    private mutating func service(_ unit: String, _ verb: String) {
        let name = unit.hasSuffix(".service") ? String(unit.dropLast(8)) : unit
        switch verb {
        case "start", "restart", "reload", "try-restart", "reload-or-restart":
            if name == "docker" { isDockerRunning = installed.contains { $0.hasPrefix("docker") } }
            if let daemon = Daemon(rawValue: name) {
                // What runs already is not started again, and keeps its old configuration.
                if verb != "start" || running[daemon] == nil { start(daemon) }
            } else if let text = files["/etc/systemd/system/\(name).service"] {
                startUnit(name, text)
            }
        case "stop": if let daemon = Daemon(rawValue: name) { running[daemon] = nil }
        default: break
        }
    }

    mutating func start(_ daemon: Daemon) {
        guard installed.contains(daemon.rawValue) else { return }
        running[daemon] = configuredPorts[daemon] ?? [80]
    }

    private mutating func startUnit(_ name: String, _ text: String) {
        let before = folder
        unit = name
        defer { unit = nil }
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard parts.count == 2 else { continue }
            if parts[0] == "WorkingDirectory" { folder = parts[1] }
            if parts[0] == "ExecStart" { run(script: String(parts[1].drop { "-@+!".contains($0) })) }
        }
        folder = before
    }

    // MARK: Files

    func absolute(_ path: String) -> String {
        var parts = path.hasPrefix("/") ? [] : folder.split(separator: "/").map(String.init)
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return "/" + parts.joined(separator: "/")
    }

    mutating func write(_ text: String, to path: String, appends: Bool) {
        let place = absolute(path)
        guard !place.hasPrefix("/dev/"), files.count < 1000 else { return }
        files[place] = appends ? (files[place].map { $0 + "\n" } ?? "") + text : text
        configure(place, text, appends: appends)
    }

    private mutating func copy(_ arguments: [String]) {
        let paths = arguments.filter { !$0.hasPrefix("-") }
        guard paths.count > 1, let target = paths.last else { return }
        for source in paths.dropLast() {
            let name = source.split(separator: "/").last ?? ""
            let place = target.hasSuffix("/") || WebRoot.all.contains(absolute(target)) ? "\(target)/\(name)" : target
            write(files[absolute(source)] ?? "", to: place, appends: false)
        }
    }

    private mutating func download(_ arguments: [String]) {
        for (option, value) in zip(arguments, arguments.dropFirst()) {
            if ["-o", "-O", "--output", "--output-document", "-sSLo", "-sLo", "-fsSLo", "-Lo", "-so", "-qO"].contains(
                option)
            {
                usesInternet = true
                write("", to: value, appends: false)
            }
        }
    }

    private mutating func fetchFromS3(_ arguments: [String]) {
        guard let target = arguments.last(where: { !$0.hasPrefix("-") }), !target.hasPrefix("s3://") else { return }
        usesInternet = true
        if arguments.contains("sync") || arguments.contains("--recursive") {
            opaqueFolders.insert(absolute(target))
        } else {
            copy(arguments.filter { $0.hasPrefix("s3://") } + [target])
        }
    }

    private mutating func unpack(_ name: String, _ arguments: [String]) {
        if name == "git" { usesInternet = true }
        if name == "git", arguments.first == "clone", arguments.count > 2, let target = arguments.last {
            opaqueFolders.insert(absolute(target))
        }
        for (option, value) in zip(arguments, arguments.dropFirst()) where ["-d", "-C"].contains(option) {
            opaqueFolders.insert(absolute(value))
        }
    }
}

extension StringProtocol {
    /// Without spaces around it.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
