package import ArgumentParser
import Glibc
import SafeText

/// The root of the command line.
package struct SkylabCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "skylab",
        abstract: "Grade cloud labs without a cloud: a sandbox, an embedded AWS emulator, checks, reports.",
        version: engineVersion,
        subcommands: [
            GradeCommand.self, EmulatorCommand.self, LabsCommand.self, LabCommand.self, SiteCommand.self,
            ServeCommand.self,
            BatchCommand.self, ExportCommand.self, DoctorCommand.self,
        ])

    package init() {}
}

/// What reports say made them; raised with every change that may change a verdict.
package let engineVersion = "0.1.0"

/// Runs the command line and ends the process with one of `ExitStatus`.
package func runSkylab() async -> Never {
    do {
        var command = try SkylabCommand.parseAsRoot()
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
        Glibc.exit(ExitStatus.passed.rawValue)
    } catch let failure as CommandFailure {
        writeError("skylab: \(failure.message.safe(.report(limit: 20_000)))\n")
        Glibc.exit(failure.code.rawValue)
    } catch let code as ExitCode {
        Glibc.exit(code.rawValue)
    } catch {
        // Help and version are no errors; what the parser refuses is a mistake in the command line.
        let text = SkylabCommand.fullMessage(for: error)
        if SkylabCommand.exitCode(for: error) == .success {
            writeOut(text + "\n")
            Glibc.exit(ExitStatus.passed.rawValue)
        }
        writeError(text + "\n")
        Glibc.exit(
            SkylabCommand.exitCode(for: error) == .validationFailure
                ? ExitStatus.usage.rawValue : ExitStatus.internal.rawValue)
    }
}
