import Glibc
import Testing

@testable import Sandbox

/// A folder of `fixtures/attacks`.
struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    let entry: String
    let program: [UInt8]
    /// Nil where the folder says nothing of it.
    let expected: String?

    var testDescription: String { name }
    var interpreter: String { entry.hasSuffix(".py") ? "/usr/bin/python3" : "/bin/sh" }

    private static let folder = (FilePaths.parent(of: #filePath) ?? "") + "/../../fixtures/attacks"

    init(named name: String) throws {
        self.name = name
        let folder = "\(Attack.folder)/\(name)"
        entry = FilePaths.exists("\(folder)/solution.sh") ? "solution.sh" : "solution.py"
        program = Array(try #require(FilePaths.text(of: "\(folder)/\(entry)", atMost: 64 << 10)).utf8)
        expected = FilePaths.text(of: "\(folder)/expected")?.split(separator: "\n").first.map(String.init)
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
