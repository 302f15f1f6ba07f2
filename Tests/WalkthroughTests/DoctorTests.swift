import Foundation
import ReportFixtures
import Testing

/// `skylab doctor`, as a script reads it.
@Suite(.enabled(if: BuiltProgram.isReady, "\(BuiltProgram.advice)"))
struct DoctorTests {
    private struct Document: Decodable {
        struct Layer: Decodable {
            var name: String
            var active: Bool
            var detail: String
            var command: String?
        }
        var tier: String
        var isStandard: Bool
        var layers: [Layer]
        var clients: [String: String?]
        var commands: [String: String]
    }

    @Test func `the doctor names every layer and every client, and what brings those that are missing`() async throws {
        let shell = try Shell()
        defer { shell.remove() }
        let answers = try await shell.run(["skylab doctor --json", "skylab doctor"])
        let document = try JSONDecoder().decode(Document.self, from: Data(answers[0].lines.joined().utf8))
        #expect(document.isStandard == (answers[0].status == 0))
        #expect(document.layers.count >= 8)
        let names = Set(["bash", "aws", "python3", "boto3", "node", "terraform", "terraform mirror", "kubectl"])
        #expect(Set(document.clients.keys) == names)
        let missing = document.clients.filter { $0.value == nil }.keys
        #expect(Set(missing) == Set(document.commands.keys))
        // These tests run only where there is one.
        #expect(document.clients["boto3"]??.first?.isNumber == true)
        let lines = answers[1].lines
        #expect(lines.first == "sandbox  \(document.tier)")
        for layer in document.layers {
            #expect(lines.contains { $0.contains("\(layer.active ? "active " : "missing")  \(layer.name)") })
        }
        for command in document.commands.values { #expect(lines.contains { $0.hasSuffix(command) }) }
    }
}
