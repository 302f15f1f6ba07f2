import ArgumentParser
import LabFormat

/// `skylab lab`: what the author of a lab needs.
struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Write a lab, and prove that its checks can fail.",
        subcommands: [LabNewCommand.self, LabLintCommand.self, LabTestCommand.self])
}

/// `skylab lab lint`: mistakes in a lab, without running anything.
struct LabLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Name the mistakes in labs, with file, line and column.",
        discussion: "Exit status: 0 no errors (there may be warnings), 2 errors.")

    @Argument(help: "Labs: ids, or paths of folders.")
    var labs: [String] = ["./"]

    func run() throws {
        let catalog = try Installation.find().catalog
        var isGood = true
        for name in labs {
            do throws(LabError) {
                let loaded = try catalog.lab(named: name)
                for warning in loaded.warnings + loaded.proofWarnings(in: name) { writeOut("\(warning)\n") }
                let (checks, tests) = (loaded.lab.checks.count, loaded.lab.selftests.count)
                writeOut("\(loaded.lab.id): \(checks) checks, \(tests) self-tests, \(loaded.lab.points) points\n")
            } catch {
                isGood = false
                writeOut("\(error)\n")
            }
        }
        if !isGood { throw ExitCode(ExitStatus.usage.rawValue) }
    }
}
