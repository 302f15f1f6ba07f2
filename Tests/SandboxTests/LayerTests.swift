import Glibc
import GradeModel
import Testing

@testable import Sandbox

/// The attacks once more, with one layer turned off at a time: the others hold, or the attack's folder names what would
/// be lost. A file `without` there has a line for each layer whose absence shows: `LAYER: ENDING` (`ENDING / ENDING` where it is a race), and behind a second
/// colon what is lost.
@Suite(.serialized) struct LayerTests {
    /// How an attack must end without a layer.
    private struct Expectation {
        var endings: [String]
        var loss: String?
    }

    private static let layers: [(name: String, omission: SandboxOmissions)] = [
        ("namespaces", .namespaces), ("landlock", .landlock), ("seccomp", .seccomp), ("limits", .resourceLimits),
        ("group", .controlGroup),
    ]

    @Test(arguments: layers.map(\.name))
    func `without one layer the others hold`(_ layer: String) async throws {
        let omission = try #require(LayerTests.layers.first { $0.name == layer }?.omission)
        // Without namespaces it is Landlock that holds; on a kernel that has not enough of it nothing does.
        if omission == .namespaces, try await holdsWithoutNamespaces() == false { return }
        let attacks = try Attack.all()
        await withTaskGroup(of: Void.self) { group in
            for (number, attack) in attacks.enumerated() {
                // As many at once as a busy machine bears without wall limits being met for that reason alone. Where
                // there are no namespaces the limit on processes is that of the user, and a bomb meets it for all.
                if number >= (omission == .namespaces ? 1 : 6) { await group.next() }
                group.addTask { await check(attack, without: layer, omission) }
            }
        }
    }

    @Test func `a bomb that nothing in the kernel holds is ended by who counts processes`() async throws {
        let bombs = try Attack.all().filter { ["fork-bomb", "fork-bomb-orphans", "thread-bomb"].contains($0.name) }
        #expect(bombs.count == 3)
        for bomb in bombs {
            var policy = bomb.policy()
            policy.omissions = [.resourceLimits, .controlGroup]
            let outcome = try await run(policy)
            #expect(outcome.ending == .limit(.processes), "\(bomb.name): \(outcome.standardError.head.suffix(600))")
            // A bomb that nobody stops comes to its wall time, and is called by the same name.
            #expect(outcome.usage.wallSeconds < policy.limits.wallSeconds)
        }
    }

    private func check(_ attack: Attack, without layer: String, _ omission: SandboxOmissions) async {
        do {
            let expected = try expectation(of: attack, without: layer)
            let marker = "skylab-\(layer)-\(attack.name)-\(getpid())"
            var policy = attack.policy(arguments: [marker])
            policy.omissions = omission
            let outcome = try await run(policy)
            let output = outcome.standardOutput.head + outcome.standardOutput.tail
            let said = "\(outcome.standardError.head.suffix(600)) \(output.prefix(400))"
            let what = "\(attack.name) without \(layer): \(said)"
            #expect(expected.endings.contains(describe(outcome.ending)), "\(what)")
            if expected.loss == nil { #expect(!output.contains("ESCAPED"), "\(what)") }
            #expect(processes(markedWith: marker).isEmpty, "\(what)")
        } catch {
            Issue.record("\(attack.name) without \(layer): \(error)")
        }
    }

    private func expectation(of attack: Attack, without layer: String) throws -> Expectation {
        let usual = Expectation(endings: [try #require(attack.expected)])
        for line in attack.without {
            let parts = line.split(separator: ":", maxSplits: 2).map(trimmed)
            guard parts.count >= 2, parts[0] == layer else { continue }
            let endings = parts[1].split(separator: "/").map(trimmed)
            return Expectation(endings: endings, loss: parts.count > 2 ? parts[2] : nil)
        }
        return usual
    }

    private func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
