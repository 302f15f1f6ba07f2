import GradeModel
import Sandbox
import Synchronization

/// Compiles the runtime of Java functions, once, with the machine's own JDK and in a box: which version of Java there is
/// nobody knows before.
final class JavaCompiler: Sendable {
    private static let classes = ["Bootstrap.class", "Values.class", "Parser.class"]

    /// Debian keeps a part of its JDKs there.
    static let configuration = (8...30).map { "/etc/java-\($0)-openjdk" }

    private let task = Mutex<Task<[SandboxFile], any Error>?>(nil)

    /// The classes, below `/var/runtime`.
    func compiled(_ spawner: Spawner, _ toolchain: SandboxToolchain) async throws -> [SandboxFile] {
        let task = task.withLock { task in
            let begun = task ?? Task { try await Self.compile(spawner, toolchain) }
            task = begun
            return begun
        }
        return try await task.value
    }

    private static func compile(_ spawner: Spawner, _ toolchain: SandboxToolchain) async throws -> [SandboxFile] {
        guard let compiler = toolchain.programs["javac"] else {
            throw WorkloadError("javac is not installed on this machine, and functions in Java need it")
        }
        var limits = SandboxLimits()
        limits.memory = 1 << 30
        limits.processes = 128
        var policy = SandboxPolicy(
            executable: compiler,
            arguments: [
                "javac", "-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1", "-d", ".", "Bootstrap.java", "Values.java",
            ],
            environment: [("PATH", toolchain.searchPath), ("LANG", "C.UTF-8")],
            readOnlyPaths: toolchain.readOnlyPaths + configuration,
            files: [
                SandboxFile(path: "Bootstrap.java", contents: Array(javaBootstrap.utf8)),
                SandboxFile(path: "Values.java", contents: Array(javaValues.utf8)),
            ], limits: limits)
        policy.collectedFiles = classes
        let box = try await spawner.launch(policy)
        box.start()
        let outcome = try await box.outcome()
        let found = outcome.collected.compactMap { file -> SandboxFile? in
            file.contents.map { SandboxFile(path: "var/runtime/\(file.path)", contents: $0) }
        }
        guard found.count == classes.count else {
            throw WorkloadError(
                "the runtime of Java functions cannot be compiled: \(outcome.ending) \(outcome.standardError.head.prefix(400))"
            )
        }
        return found
    }
}
