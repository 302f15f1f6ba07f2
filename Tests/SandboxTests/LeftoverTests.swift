import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// What is left of a box on the machine once it has ended, and how soon.
struct LeftoverTests {
    /// Every namespace that some process of this machine is in, by kind and number.
    private func namespaces() -> Set<String> {
        var found = Set<String>()
        for process in entries(of: "/proc") ?? [] where process.allSatisfy(\.isNumber) {
            for kind in ["user", "pid", "mnt", "net", "ipc", "uts", "cgroup"] {
                if let name = FilePaths.link("/proc/\(process)/ns/\(kind)") { found.insert(name) }
            }
        }
        return found
    }

    /// A script that tells its namespaces, makes of everything something to leave behind, and stays.
    private let litter = """
        ls -l /proc/self/ns | sed -n 's/.*-> //p'
        mkdir -p /tmp/left; echo x > /tmp/left/file; echo x > /dev/shm/left; mkfifo /tmp/left/fifo
        ln -s /etc /tmp/left/link; : > $HOME/left
        setsid sh -c 'sleep 1000' "$1" & setsid sh -c 'setsid sh -c "sleep 1000; :" "$0" &' "$1" &
        sh -c 'sleep 1000; :' "$1-up"
        """

    @Test func `nothing of a killed box is left: no process, no namespace, no file`() async throws {
        let marker = "skylab-litter-\(getpid())"
        var policy = shell(litter, limits: SandboxLimits(wallSeconds: 300, cpuSeconds: 60))
        policy.arguments += ["sh", marker]
        policy.listeners = [SandboxListener(address: "127.0.0.1", port: 4566)]
        let files = Set(entries(of: "/tmp") ?? []).union(entries(of: "/dev/shm") ?? [])
        let box = try await Shared.spawner.get().launch(policy)
        box.start()
        #expect(try await eventually { processes(markedWith: "\(marker)-up").count >= 1 })
        #expect(processes(markedWith: marker).count >= 3)
        box.kill(.apiCalls)
        let outcome = try await box.outcome()
        for listener in box.listenerDescriptors { close(listener) }
        #expect(processes(markedWith: marker).isEmpty)
        let its = Set(outcome.standardOutput.head.split(separator: "\n").map(String.init).filter { $0.contains(":[") })
        #expect(its.count >= 7, "\(outcome.standardOutput.head) \(outcome.standardError.head)")
        // Those of time are the machine's own; init is gone a moment after its report.
        let own = its.filter { !$0.hasPrefix("time") }
        #expect(try await eventually { own.isDisjoint(with: namespaces()) })
        let now = Set(entries(of: "/tmp") ?? []).union(entries(of: "/dev/shm") ?? [])
        #expect(!now.subtracting(files).contains("left"))
    }

    @Test func `the tree is gone when the verdict is there`() async throws {
        let marker = "skylab-quick-\(getpid())"
        var policy = shell(
            "i=0; while [ $i -lt 30 ]; do i=$((i+1)); setsid sh -c 'sleep 1000; :' $1 & done; wait",
            limits: SandboxLimits(wallSeconds: 300, cpuSeconds: 60))
        policy.arguments += ["sh", marker]
        let box = try await Shared.spawner.get().launch(policy)
        box.start()
        #expect(try await eventually { processes(markedWith: marker).count >= 30 })
        box.kill(.apiCalls)
        #expect(try await box.outcome().ending == .limit(.apiCalls))
        #expect(processes(markedWith: marker).isEmpty)
    }

    @Test func `a spawner that has run many boxes holds no more than one that has run few`() async throws {
        let spawner = try Spawner.start(launcher: launcherPath())
        let folder = "/proc/\(spawner.launcherProcess)/fd"
        func descriptors() -> Int { entries(of: folder)?.count ?? 0 }
        func runSome(_ count: Int) async throws {
            for _ in 0..<count {
                let box = try await spawner.launch(shell("exit 3"))
                box.start()
                #expect(try await box.outcome().ending == .exited(code: 3))
            }
        }
        try await runSome(4)
        guard access(folder, R_OK) == 0 else {
            await spawner.stop()
            try Test.cancel("only root may count what the spawner has open")
        }
        let before = descriptors()
        try await runSome(60)
        // The box that is made ahead may be there or not: a channel, a pidfd and three folders of a group; and on a busy
        // machine, where boxes are cleared away late, up to 16 groups more are kept.
        #expect(try await eventually { descriptors() <= before + 5 + 16 * 3 })
        #expect(before > 0)
        await spawner.stop()
    }
}
