import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// A folder with what pip, venv and pyenv leave behind, made anew for each test.
final class FakeHost {
    let folder: String

    init() throws {
        var template = Array("/tmp/skylab-toolchain-XXXXXX".utf8CString)
        let made = mkdtemp(&template)
        folder = String(cString: try #require(made))
        chmod(folder, 0o755)
    }

    deinit {
        // Depth first; only what the tests below make.
        func remove(_ path: String) {
            if FilePaths.link(path) == nil { for entry in entries(of: path) ?? [] { remove("\(path)/\(entry)") } }
            Glibc.remove(path)
        }
        remove(folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func file(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
        makeParents(of: name)
        let file = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, mode)
        try #require(file >= 0 && write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
    }

    func link(_ name: String, to target: String) throws {
        makeParents(of: name)
        try #require(symlink(target, path(name)) == 0)
    }

    private func makeParents(of name: String) {
        var made = folder
        for component in name.split(separator: "/").dropLast() {
            made += "/\(component)"
            mkdir(made, 0o755)
        }
    }
}

struct ToolchainTests {
    @Test func `a program of the system needs nothing more`() {
        let tools = SandboxToolchain(of: ["sh", "no-such-thing"], searchPath: "/nowhere:/usr/bin:/bin")
        #expect(tools.programs == ["sh": "/usr/bin/sh"])
        #expect(tools.missing == ["no-such-thing"])
        #expect(tools.readOnlyPaths == SandboxPolicy.systemPaths)
        #expect(tools.searchPath == "/usr/local/bin:/usr/bin:/bin")
    }

    @Test func `a virtual environment brings the interpreter that it was made with`() async throws {
        let host = try FakeHost()
        let base = host.path("versions/3.99")
        try host.file("versions/3.99/bin/python3.99", "#!/bin/sh\necho python; cat \(base)/lib/os.py", mode: 0o755)
        try host.link("versions/3.99/bin/python3", to: "python3.99")
        try host.file("versions/3.99/lib/os.py", "library\n")
        try host.file("versions/3.99/secret", "secret\n")
        try host.file("home/venv/pyvenv.cfg", "include-system-site-packages = false\nhome = \(base)/bin\n")
        try host.link("home/venv/bin/python3", to: "\(base)/bin/python3")
        try host.file("home/venv/bin/aws", "#!\(host.path("home/venv/bin/python3"))\n", mode: 0o755)
        try host.file("home/venv/lib/module.py", "module\n")
        try host.file("home/diary", "secret\n")
        let tools = SandboxToolchain(of: ["aws"], searchPath: "\(host.path("home/venv/bin")):/usr/bin:/bin")
        #expect(tools.programs["aws"] == host.path("home/venv/bin/aws"))
        #expect(tools.searchPath == "\(host.path("home/venv/bin")):/usr/local/bin:/usr/bin:/bin")

        var policy = shell("python3; cat \(host.path("home/venv/lib/module.py")); find \(host.folder) -name secret")
        policy.environment = [("PATH", tools.searchPath)]
        policy.readOnlyPaths = tools.readOnlyPaths
        let outcome = try await run(policy)
        #expect(outcome.standardOutput.head == "python\nlibrary\nmodule\n", "\(outcome.standardError.head)")
        #expect(!tools.readOnlyPaths.contains { $0.hasSuffix("/diary") || $0 == host.path("home") })
    }

    @Test func `a shim of pyenv is looked behind`() throws {
        let host = try FakeHost()
        try host.file("pyenv/version", "3.98\n3.99\n")
        try host.file("pyenv/shims/aws", "#!/usr/bin/env bash\nexec pyenv exec aws\n", mode: 0o755)
        try host.file("pyenv/versions/3.99/bin/aws", "#!\(host.path("pyenv/versions/3.99/bin/python"))\n", mode: 0o755)
        try host.file("pyenv/versions/3.99/bin/python", "", mode: 0o755)
        try host.file("pyenv/versions/3.99/lib/x", "")
        let tools = SandboxToolchain(of: ["aws"], searchPath: "\(host.path("pyenv/shims")):/usr/bin")
        #expect(tools.programs["aws"] == host.path("pyenv/versions/3.99/bin/aws"))
        #expect(tools.readOnlyPaths.contains(host.path("pyenv/versions/3.99/lib")))
        #expect(!tools.readOnlyPaths.contains(host.path("pyenv/shims")))
    }

    @Test func `links on the way are shown as links`() async throws {
        let host = try FakeHost()
        try host.file("data/tool", "#!/bin/sh\necho tool\n", mode: 0o755)
        try host.link("alias", to: "data")
        let tools = SandboxToolchain(of: ["tool"], searchPath: host.path("alias"))
        var policy = shell("tool; readlink \(host.path("alias"))")
        policy.environment = [("PATH", tools.searchPath)]
        policy.readOnlyPaths = tools.readOnlyPaths
        #expect(try await run(policy).standardOutput.head == "tool\ndata\n")
    }

    @Test func `links that go round in circles come to an end`() throws {
        let host = try FakeHost()
        try host.link("a", to: "b")
        try host.link("b", to: "a")
        #expect(FilePaths.resolve(host.path("a")).links.count == 40)
        #expect(SandboxToolchain(of: [host.path("a")], searchPath: "").missing == [host.path("a")])
    }

    /// Whatever this machine has: under /usr, below a home folder that only root can enter, in a virtual environment.
    @Test(arguments: ["python3", "aws", "terraform"])
    func `a client of this machine runs in a box`(_ name: String) async throws {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let tools = SandboxToolchain(of: [name], searchPath: path)
        guard tools.programs[name] != nil else {
            #expect(tools.missing == [name])
            return
        }
        var policy = shell("exec \(name) --version", limits: SandboxLimits(wallSeconds: 60, cpuSeconds: 30))
        policy.environment = [("PATH", tools.searchPath), ("HOME", "/home/student"), ("CHECKPOINT_DISABLE", "1")]
        policy.readOnlyPaths = tools.readOnlyPaths
        let outcome = try await run(policy)
        #expect(outcome.ending == .exited(code: 0), "\(outcome.standardError.head)")
    }
}
