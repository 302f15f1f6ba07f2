import Foundation
import TestPrograms
import Testing

/// The configurations in `terraform/`, each against an emulator of its own: apply, an empty plan, a change in place,
/// an empty plan again, destroy.
struct TerraformTests {
    static let folder = "\(root)/Tests/EndToEndTests/terraform"

    static let groups = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/main.tf") }.sorted()

    /// The folder of the AWS provider's mirror, from SKYLAB_TERRAFORM_MIRROR.
    static let mirror = ProcessInfo.processInfo.environment["SKYLAB_TERRAFORM_MIRROR"]

    static let isReady = program("terraform") != nil && mirror != nil

    @Test(
        .enabled(if: isReady, "terraform or SKYLAB_TERRAFORM_MIRROR, the folder of its provider mirror, is missing"),
        arguments: groups)
    func `Terraform applies, finds nothing to change, changes in place and destroys`(group: String) async throws {
        let terraform = try #require(program("terraform"))
        let mirror = try #require(Self.mirror)
        let host = try await EmulatorHost()
        let work = FileManager.default.temporaryDirectory.appendingPathComponent("skylab-tf-\(UUID().uuidString)")
        try FileManager.default.copyItem(atPath: "\(Self.folder)/\(group)", toPath: work.path)
        defer { try? FileManager.default.removeItem(at: work) }
        try "provider_installation { filesystem_mirror { path = \"\(mirror)\" } }\n"
            .write(to: work.appendingPathComponent("cli.tfrc"), atomically: true, encoding: .utf8)
        var environment = host.environment
        environment["TF_CLI_CONFIG_FILE"] = work.appendingPathComponent("cli.tfrc").path
        environment["TF_IN_AUTOMATION"] = "1"

        @discardableResult func step(_ arguments: String...) async throws -> String {
            let run = try await ProgramRun(
                terraform, arguments + ["-no-color", "-input=false"], in: work, environment: environment, together: true
            )
            try #require(run.status == 0, "terraform \(arguments[0]): \(run.output.suffix(6000))")
            return run.output
        }
        try await step("init")
        // Each command would add up the provider's 700 MB again to compare it with what `init` has just seen.
        let lock = work.appendingPathComponent(".terraform.lock.hcl")
        try String(contentsOf: lock, encoding: .utf8).replacing(/hashes = \[[^\]]*\]/, with: "")
            .write(to: lock, atomically: true, encoding: .utf8)
        try await step("apply", "-auto-approve")
        try await step("plan", "-detailed-exitcode")
        if FileManager.default.fileExists(atPath: work.appendingPathComponent("change.tfvars").path) {
            let applied = try await step("apply", "-auto-approve", "-var-file=change.tfvars")
            // `Resources: 1 added, 2 changed, 0 destroyed.`
            #expect(applied.contains(/, [1-9]\d* changed/), "\(applied.suffix(2000))")
            try await step("plan", "-detailed-exitcode", "-var-file=change.tfvars")
        }
        try await step("destroy", "-auto-approve")
        await host.close()
    }
}
