/// Ports and answers that configuration files set.
extension HostSetup {
    /// `sed -i 's/Listen 80/Listen 8080/' FILE`: what is put in decides.
    mutating func edit(_ arguments: [String]) {
        guard arguments.contains(where: { $0.hasPrefix("-i") || $0 == "--in-place" }) else { return }
        let words = arguments.filter { !$0.hasPrefix("-") }
        guard let expression = words.first(where: { $0.hasPrefix("s") && $0.count > 3 }),
            let path = words.last, path != expression, let daemon = Self.daemon(configuredBy: absolute(path))
        else { return }
        let separator = expression[expression.index(after: expression.startIndex)]
        let parts = expression.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count > 2, let port = Self.ports(in: String(parts[2])).first else { return }
        configuredPorts[daemon] = [port]
    }

    /// Takes over what a configuration file says.
    mutating func configure(_ path: String, _ text: String, appends: Bool) {
        guard let daemon = Self.daemon(configuredBy: path) else { return }
        let ports = Self.ports(in: text)
        guard !ports.isEmpty else { return }
        let name = path.split(separator: "/").last ?? ""
        let replaces = !appends && ["nginx.conf", "default", "default.conf", "ports.conf", "httpd.conf"].contains(name)
        let before = replaces ? [] : configuredPorts[daemon] ?? [80]
        configuredPorts[daemon] = before + ports.filter { !before.contains($0) }
    }

    private static func daemon(configuredBy path: String) -> Daemon? {
        if path.hasPrefix("/etc/httpd/") { return .httpd }
        if path.hasPrefix("/etc/apache2/") { return .apache2 }
        return path.hasPrefix("/etc/nginx/") ? .nginx : nil
    }

    /// The ports after `Listen` (Apache) and `listen` (nginx), with or without an address before them.
    private static func ports(in text: String) -> [Int] {
        var ports: [Int] = []
        for line in text.split(whereSeparator: { "\n;{".contains($0) }) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count > 1, words[0].lowercased() == "listen" else { continue }
            let last = words[1].split(separator: ":").last ?? words[1]
            if let port = Int(last.prefix { $0.isNumber }), (1...65_535).contains(port), !ports.contains(port) {
                ports.append(port)
            }
        }
        return ports
    }

    /// What nginx's `location` blocks answer by themselves, as statuses by path, and the `root` that is set.
    func nginxAnswers() -> (statuses: [String: Int], root: String?) {
        var statuses: [String: Int] = [:]
        var root: String?
        for (path, text) in files.sorted(by: { $0.key < $1.key }) where path.hasPrefix("/etc/nginx/") {
            var location: String?
            for piece in text.split(whereSeparator: { "\n;}".contains($0) }) {
                for part in piece.split(separator: "{") {
                    let words = part.split(whereSeparator: \.isWhitespace).map(String.init)
                    guard let first = words.first, let last = words.last else { continue }
                    switch first {
                    case "location": location = last
                    case "return":
                        if let location, words.count > 1, let status = Int(words[1]) { statuses[location] = status }
                    case "proxy_pass": if let location { statuses[location] = statuses[location] ?? 200 }
                    case "root": root = last
                    default: break
                    }
                }
            }
        }
        return (statuses, root)
    }
}
