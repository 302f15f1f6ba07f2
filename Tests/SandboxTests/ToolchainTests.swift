import GradeModel
import Glibc
import Testing

@testable import Sandbox

struct ToolchainTests {
    private let searchPath = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"

    @Test func `debug`() async throws {
        let tools = SandboxToolchain(of: ["aws", "python3", "terraform", "node", "nothing"], searchPath: searchPath)
        print(tools)
        var policy = shell("which aws python3; python3 -c 'import boto3,sys;print(sys.prefix, boto3.__version__)'; aws --version; terraform version; node --version; ls -la /root")
        policy.readOnlyPaths = tools.readOnlyPaths
        policy.environment = [("PATH", tools.searchPath), ("HOME", "/home/student")]
        let o = try await run(policy)
        print(o.ending, o.standardOutput.head, o.standardError.head, o.usage)
    }
}
