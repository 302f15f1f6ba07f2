import GradeModel
import Testing

@testable import Sandbox

struct LaunchTests {
    @Test func `a program runs, prints and exits`() async throws {
        let outcome = try await run(shell("id; pwd; echo oops >&2; ls -la / /etc /dev /work; exit 3"))
        print(outcome.standardOutput.head, outcome.standardError.head, outcome.ending, outcome.usage, outcome.layers)
        #expect(outcome.ending == .exited(code: 3))
        #expect(outcome.standardError.head == "oops\n")
    }
}
