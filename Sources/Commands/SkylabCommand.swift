package import ArgumentParser
import Glibc

/// The root of the command line.
package struct SkylabCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "skylab",
        abstract: "Grade cloud labs without a cloud: a sandbox, an embedded AWS emulator, checks, reports.",
        version: engineVersion,
        subcommands: [EmulatorCommand.self])

    package init() {}
}

/// What reports say made them; raised with every change that may change a verdict.
package let engineVersion = "0.1.0"

/// Runs the command line and ends the process.
package func runSkylab() async -> Never {
    await SkylabCommand.main()
    Glibc.exit(0)
}
