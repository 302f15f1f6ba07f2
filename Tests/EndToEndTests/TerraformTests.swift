import Foundation
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

        func step(_ arguments: String..., expect status: Int32 = 0) async throws {
            let output = try await runProgram(
                terraform, arguments + ["-no-color", "-input=false"], in: work.path, environment: environment)
            try #require(output.status == status, "terraform \(arguments[0]): \(output.text.suffix(6000))")
        }
        try await step("init")
        try await step("apply", "-auto-approve")
        try await step("plan", "-detailed-exitcode")
        if FileManager.default.fileExists(atPath: work.appendingPathComponent("change.tfvars").path) {
            try await step("plan", "-detailed-exitcode", "-var-file=change.tfvars", expect: 2)
            try await step("apply", "-auto-approve", "-var-file=change.tfvars")
            try await step("plan", "-detailed-exitcode", "-var-file=change.tfvars")
        }
        try await step("destroy", "-auto-approve")
        await host.close()
    }
}
