import EmulatorServer
import Foundation
import GradeModel
import Grading
import LabFormat
import Sandbox
import Testing

/// Every submission that a lab's author wrote earns what `selftest` says, with the real clients in the real sandbox.
struct LabSelfTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var lab: LoadedLab
        var test: SelfTest

        /// What is written for Terraform needs a mirror of its provider, and a function for Node.js needs Node.js.
        var canRun: Bool {
            let isTerraform = lab.lab.interfaces.contains { interface in
                interface.kind == .terraform
                    && FileManager.default.fileExists(atPath: "\(lab.folder)/\(test.path)/\(interface.entry)")
            }
            let isNode = lab.lab.interfaces.contains { $0.deployment?.runtime.hasPrefix("nodejs") ?? false }
            return (!isTerraform || Machine.clients.hasTerraform) && (!isNode || Machine.hasNode)
        }

        var testDescription: String { "\(lab.lab.id)/\(test.path)" }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static let cases: [Case] = {
        let catalog = LabCatalog(roots: ["\(root)/labs"])
        return catalog.ids.compactMap { try? catalog.lab(named: $0) }.flatMap { lab in
            lab.lab.selftests.map { Case(lab: lab, test: $0) }.filter(\.canRun)
        }
    }()

    @Test func `every lab can be read and has selftests`() throws {
        let catalog = LabCatalog(roots: ["\(Self.root)/labs"])
        #expect(!catalog.ids.isEmpty)
        for id in catalog.ids { #expect(try !catalog.lab(named: id).lab.selftests.isEmpty, "\(id)") }
    }

    @Test func `every check has a submission that it fails`() {
        for (id, cases) in Dictionary(grouping: Self.cases, by: \.lab.lab.id) {
            let killed = Set(cases.flatMap(\.test.fails))
            for check in cases.first?.lab.lab.checks ?? [] {
                #expect(killed.contains(check.id), "\(id): nothing fails \(check.id)")
            }
        }
    }

    /// A grading keeps a little less than one core busy.
    static let turns = Turns(ProcessInfo.processInfo.activeProcessorCount + 1)

    @Test(.enabled(if: Machine.hasClients, "aws or boto3 is missing: run `make setup`"), arguments: cases)
    func `a submission earns exactly what its author expects`(item: Case) async throws {
        let result = try await Self.turns.take {
            try await Machine.grade(item.lab, "\(item.lab.folder)/\(item.test.path)")
        }
        #expect(!result.hasError, "\(result.problem ?? "")")
        #expect(item.test.differences(from: result) == [])
    }
}

/// What the tests need of the machine.
enum Machine {
    static let searchPath = [
        ProcessInfo.processInfo.environment["SKYLAB_CLIENTS"], "\(LabSelfTests.root)/.venv/bin",
        ProcessInfo.processInfo.environment["PATH"],
    ].compactMap { $0 }.joined(separator: ":")

    static let clients = Clients(
        searchPath: searchPath, terraformMirror: ProcessInfo.processInfo.environment["SKYLAB_TERRAFORM_MIRROR"])

    static let hasNode = searchPath.split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/node")
    }

    static let hasImages = FileManager.default.fileExists(atPath: "\(LabSelfTests.root)/.build/images/index.json")

    static let hasClients = clients.toolchain.missing.isEmpty

    static func grade(
        _ lab: LoadedLab, _ folder: String, seed: String = "test", clients: Clients = clients
    ) async throws -> GradeResult {
        let spawner = try Spawner.start()
        let server = EmulatorServer(threads: 1)
        let grader = Grader(
            lab: lab,
            options: Grader.Options(engineVersion: "test", seed: seed, startedAt: "2026-09-01T08:00:00Z"),
            spawner: spawner, server: server, clients: clients)
        let result = await grader.grade(submissionAt: folder)
        await server.shutdown()
        await spawner.stop()
        return result
    }
}
