import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// A folder of `fixtures/attacks`.
struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    let entry: String
    let program: [UInt8]
    /// Nil where the folder says nothing of it.
    let expected: String?
    /// The lines of the file `without`; see ``LayerTests``.
    let without: [String]

    var testDescription: String { name }
    var interpreter: String { entry.hasSuffix(".py") ? "/usr/bin/python3" : "/bin/sh" }

    private static let folder = (FilePaths.parent(of: #filePath) ?? "") + "/../../fixtures/attacks"

    init(named name: String) throws {
        self.name = name
        let folder = "\(Attack.folder)/\(name)"
        entry = FilePaths.exists("\(folder)/solution.sh") ? "solution.sh" : "solution.py"
        program = Array(try #require(FilePaths.text(of: "\(folder)/\(entry)", atMost: 64 << 10)).utf8)
        expected = FilePaths.text(of: "\(folder)/expected")?.split(separator: "\n").first.map(String.init)
        without = (FilePaths.text(of: "\(folder)/without") ?? "").split(separator: "\n").map(String.init)
    }

    /// Small, so that each attack is over soon; but many share the machine at once, so there is time enough for another
    /// limit to be met first.
    static let limits = SandboxLimits(
        wallSeconds: 60, cpuSeconds: 20, memory: 160 << 20, processes: 40, openFiles: 256, fileSize: 8 << 20,
        output: 256 << 10, disk: 48 << 20, inodes: 4096)

    /// What the attack is started with, besides its files.
    func policy(arguments: [String] = []) -> SandboxPolicy {
        var policy = SandboxPolicy(
            executable: interpreter, arguments: [interpreter, entry] + arguments,
            environment: [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/student"), ("TMPDIR", "/tmp")],
            files: [SandboxFile(path: entry, contents: program)], limits: Attack.limits)
        // What only waits to be stopped does not need to be waited for long.
        if expected == "limit wall" { policy.limits.wallSeconds = 0.5 }
        if expected == "limit cpu" { policy.limits.cpuSeconds = 0.5 }
        return policy
    }

    /// Those that say how they must end.
    static func all() throws -> [Attack] {
        let names = try #require(entries(of: folder)).filter { $0 != "README.md" }
        return try names.sorted().map { try Attack(named: $0) }.filter { $0.expected != nil }
    }
}

/// The names in a folder, without `.` and `..`.
func entries(of folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

/// The processes of this machine that have `marker` in their arguments and are not dead.
func processes(markedWith marker: String) -> [String] {
    (entries(of: "/proc") ?? []).filter { name in
        name.allSatisfy(\.isNumber) && name != "\(getpid())"
            && (FilePaths.text(of: "/proc/\(name)/cmdline", atMost: 64 << 10)?.contains(marker) ?? false)
    }
}

/// A port of the host that should hear of nobody.
final class HostListener {
    let number: UInt16
    private let socket: Int32

    init() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, 8) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        try #require(result)
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(socket) }

    var wasConnectedTo: Bool { accept(socket, nil, nil) >= 0 }
}

/// The ending as the `expected` files spell it.
func describe(_ ending: ProgramEnding) -> String {
    switch ending {
    case .exited(let code): "exited \(code)"
    case .signalled(let signal, _): "signalled \(signal)"
    case .limit(let limit): "limit \(limit.rawValue)"
    case .forbiddenSystemCall(let name): "forbidden \(name)"
    case .notStarted(let reason): "not started: \(reason)"
    }
}
