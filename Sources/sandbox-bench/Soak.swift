import Glibc
import GradeModel
import Sandbox

/// Runs `/bin/true` in one box after the other, and compares what is there before and after: processes and open
/// descriptors of the spawner and of this process, control groups, memory. Returns an exit status.
func soak(_ count: Int) async -> Int32 {
    let policy = SandboxPolicy.true
    do {
        let spawner = try Spawner.start()
        func round(_ count: Int) async throws {
            for _ in 0..<count {
                let box = try await spawner.launch(policy)
                box.start()
                let outcome = try await box.outcome()
                for listener in box.listenerDescriptors { close(listener) }
                guard outcome.ending == .exited(code: 0) else { throw SandboxError.boxLost }
            }
        }
        try await round(200)
        // The last box is cleared away, and the next one made, a moment after the report.
        usleep(100_000)
        let before = Inventory(spawner)
        try await round(count)
        usleep(100_000)
        let after = Inventory(spawner)
        print("before: \(before)\nafter:  \(after)")
        await spawner.stop()
        return after.isAtMost(before) ? 0 : 1
    } catch {
        print(error)
        return 1
    }
}

/// What could accumulate.
private struct Inventory: CustomStringConvertible {
    var ours = 0
    var theirs = 0
    var children = 0
    var kilobytes = 0

    init(_ spawner: Spawner) {
        ours = Inventory.entries("/proc/self/fd")
        theirs = Inventory.entries("/proc/\(spawner.launcherProcess)/fd")
        let status = Inventory.text("/proc/\(spawner.launcherProcess)/status")
        for line in status.split(separator: "\n") where line.hasPrefix("VmRSS:") {
            kilobytes = Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
        }
        children = Inventory.children(of: Int(spawner.launcherProcess))
    }

    var description: String {
        "descriptors \(ours) here and \(theirs) in spawnd, \(children) children of it, \(kilobytes) KiB resident"
    }

    /// One blank box may be there or not yet, and with it two descriptors and a group's three; and where the machine was
    /// busy up to 16 groups more are kept.
    func isAtMost(_ other: Inventory) -> Bool {
        ours <= other.ours + 1 && theirs <= other.theirs + 6 + 16 * 3 && children <= other.children + 2
            && kilobytes <= other.kilobytes + 512
    }

    private static func entries(_ path: String) -> Int {
        guard let folder = opendir(path) else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    private static func children(of parent: Int) -> Int {
        guard let folder = opendir("/proc") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.allSatisfy(\.isNumber) else { continue }
            let rest = text("/proc/\(name)/stat").split(separator: ")").last ?? ""
            if rest.split(separator: " ").dropFirst().first.map(String.init) == "\(parent)" { count += 1 }
        }
        return count
    }
}
