import Glibc

/// Collects the paths that a program needs to see.
struct ToolchainSurvey {
    private let folders: [String]
    private(set) var paths: Set<String> = []
    private var seen: Set<String> = []

    init(searchPath: String) {
        folders = searchPath.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    }

    /// The first executable file of that name in the search path.
    func find(_ name: String) -> String? {
        if name.hasPrefix("/") { return FilePaths.isProgram(name) ? name : nil }
        if name.isEmpty || name.contains("/") { return nil }
        return folders.lazy.map { "\($0)/\(name)" }.first(where: FilePaths.isProgram)
    }

    /// What a shim of pyenv stands for: the program of the version that is chosen globally. Any other path is itself.
    ///
    /// <https://github.com/pyenv/pyenv#understanding-shims>
    func behindShim(_ path: String) -> String {
        guard let folder = FilePaths.parent(of: path), folder.hasSuffix("/shims"),
            let root = FilePaths.parent(of: folder), FilePaths.exists("\(root)/versions")
        else { return path }
        let name = path.dropFirst(folder.utf8.count + 1)
        let chosen = getenv("PYENV_VERSION").map { String(cString: $0) } ?? FilePaths.text(of: "\(root)/version") ?? ""
        for version in chosen.split(whereSeparator: { $0 == ":" || $0.isWhitespace }) {
            let program = "\(root)/versions/\(version)/bin/\(name)"
            if FilePaths.isProgram(program) { return program }
        }
        return path
    }

    /// Notes everything that the program at `path` needs: itself, the links on the way to it, its prefix, and the same
    /// for the interpreter that its first line names.
    mutating func show(_ path: String) {
        guard seen.insert(path).inserted, seen.count <= 64 else { return }
        let (real, links) = FilePaths.resolve(path)
        paths.formUnion(links.filter { !isSystem($0) })
        // The name that a program is called by has a say in where Python looks for its libraries, and each link may lead
        // from one prefix into another, as from a virtual environment to the Python that it was made with.
        for link in links where FilePaths.parent(of: link).map({ $0.hasSuffix("/bin") }) ?? false {
            showPrefix(of: link)
        }
        showPrefix(of: real)
        if let interpreter = interpreter(of: real) { show(interpreter) }
    }

    private mutating func showPrefix(of program: String) {
        guard !isSystem(program), let folder = FilePaths.parent(of: program) else { return }
        guard folder.hasSuffix("/bin"), let prefix = FilePaths.parent(of: folder), prefix != "/" else {
            paths.insert(program)
            return
        }
        let isEnvironment = FilePaths.exists("\(prefix)/pyvenv.cfg")
        guard isEnvironment || FilePaths.exists("\(prefix)/lib") else {
            paths.insert(program)
            return
        }
        if prefix.hasPrefix("/opt/") {
            paths.insert(prefix)
        } else {
            for part in ["bin", "lib", "lib64", "libexec", "pyvenv.cfg"] where FilePaths.exists("\(prefix)/\(part)") {
                paths.insert("\(prefix)/\(part)")
            }
        }
        if isEnvironment, let home = homeOfEnvironment(prefix) { show(home) }
    }

    /// The interpreter that a virtual environment was made with: `home` in its `pyvenv.cfg` names the folder.
    ///
    /// <https://docs.python.org/3/library/venv.html>
    private func homeOfEnvironment(_ prefix: String) -> String? {
        for line in (FilePaths.text(of: "\(prefix)/pyvenv.cfg") ?? "").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmed() }
            guard parts.count == 2, parts[0] == "home" else { continue }
            return ["python3", "python"].map { "\(parts[1])/\($0)" }.first(where: FilePaths.isProgram)
        }
        return nil
    }

    /// What `#!` names; for `/usr/bin/env NAME` the program that the search path has under that name.
    private func interpreter(of path: String) -> String? {
        guard let start = FilePaths.text(of: path, atMost: 512), start.hasPrefix("#!"),
            let line = start.dropFirst(2).split(whereSeparator: \.isNewline).first
        else { return nil }
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let program = words.first else { return nil }
        guard program.hasSuffix("/env") else { return program }
        return words.dropFirst().first { !$0.hasPrefix("-") && !$0.contains("=") }.flatMap(find).map(behindShim)
    }

    /// Whether every box shows it anyway.
    private func isSystem(_ path: String) -> Bool {
        SandboxPolicy.systemPaths.contains { path == $0 || path.hasPrefix("\($0)/") }
    }
}

extension Substring {
    fileprivate func trimmed() -> String {
        let rest = drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }
}
