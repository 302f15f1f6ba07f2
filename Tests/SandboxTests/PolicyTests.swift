import GradeModel
import Testing

@testable import Sandbox

struct PolicyTests {
    @Test(arguments: ["../x", "/etc/passwd", "a//b", "a/./b", "", "a/..", "a/"])
    func `a file that would leave the submission is refused`(_ path: String) throws {
        var policy = shell("true")
        policy.files = [SandboxFile(path: path, contents: [])]
        #expect(throws: SandboxError.self) { try RequestEncoder.encode(policy) }
    }

    @Test func `a NUL in a text is refused`() throws {
        var policy = shell("true")
        policy.arguments = ["sh", "a\0b"]
        #expect(throws: SandboxError.invalidPolicy("an argument has a NUL in it")) {
            try RequestEncoder.encode(policy)
        }
    }

    @Test func `a limit that is no limit is refused`() throws {
        var policy = shell("true")
        policy.limits.wallSeconds = .nan
        #expect(throws: SandboxError.self) { try RequestEncoder.encode(policy) }
        policy.limits = SandboxLimits(memory: 0)
        #expect(throws: SandboxError.invalidPolicy("the limit on memory is 0; it must be above 0")) {
            try RequestEncoder.encode(policy)
        }
    }

    @Test func `a relative program or folder is refused`() throws {
        for change in [\SandboxPolicy.executable, \.workingDirectory, \.homeDirectory] {
            var policy = shell("true")
            policy[keyPath: change] = "bin/sh"
            #expect(throws: SandboxError.self) { try RequestEncoder.encode(policy) }
        }
    }

    @Test func `two files of the same path are refused by the box`() async throws {
        var policy = shell("true")
        policy.files = [SandboxFile(path: "a", contents: []), SandboxFile(path: "a", contents: [])]
        await #expect(throws: SandboxError.self) { try await Shared.spawner.get().launch(policy) }
    }

    @Test func `errors say what to do`() {
        let refused = SandboxError.unavailable(step: "clone3 with new namespaces", errno: 1).description
        #expect(refused.contains("Operation not permitted") && refused.contains(SandboxRemedy.namespaces))
        let lost = SandboxError.launcherNotFound(searched: ["/a/spawnd", "/b/spawnd"]).description
        #expect(lost.contains("/a/spawnd, /b/spawnd") && lost.contains("SKYLAB_SPAWND"))
    }
}
