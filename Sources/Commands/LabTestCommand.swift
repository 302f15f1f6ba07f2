import ArgumentParser
import Glibc
import GradeModel
import Grading
import LabFormat
import TerminalReport

/// `skylab lab test`: the author's own submissions, held against what the lab says they earn.
struct LabTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Grade a lab's own submissions, and compare with its 'selftest'.",
        discussion: """
            Exit status: 0 all as expected, 1 some not, 2 the command or the lab is wrong, 5 this machine could not run \
            some, for instance for want of a client.
            """)

    @Argument(help: "The lab: its id, or the path of its folder.")
    var lab = "./"

    @Argument(help: "Only these self-tests: their paths, or the beginnings of those.")
    var only: [String] = []

    @Option(name: .shortAndLong, help: "How many are graded at the same time.")
    var jobs = processorCount()

    @Option(help: "auto, always or never.")
    var color: ColourOption = .auto

    @Option(help: ArgumentHelp(SandboxOption.explanation, valueName: "standard|degraded"))
    var sandbox: SandboxOption = .standard

    private struct Outcome: Sendable {
        var place: Int
        var result: GradeResult
        var seconds: Double
    }

    func run() async throws {
        let installation = try Installation.find()
        let loaded = try installation.lab(named: lab)
        let tests = try chosen(loaded)
        let machinery = try GradingMachinery(installation, sandbox)
        let grader = machinery.grader(loaded)
        var report = SelfTestReport(style: .ofStandardOutput(color.choice), paths: tests.map(\.path))
        await grade(tests, of: loaded, grader) { outcome in
            let test = tests[outcome.place]
            let lines = report.lines(
                test.path, outcome.result, seconds: outcome.seconds,
                differences: test.differences(from: outcome.result))
            writeOut(lines.map { $0 + "\n" }.joined())
        }
        let lines = report.closingLines(neverFailed: only.isEmpty ? loaded.lab.checksNeverFailed.map(\.id) : [])
        writeOut(lines.map { $0 + "\n" }.joined())
        await machinery.stop()
        if report.hasDifferences { throw ExitCode(ExitStatus.failed.rawValue) }
        if report.hasErrors { throw ExitCode(ExitStatus.infrastructure.rawValue) }
    }

    private func chosen(_ loaded: LoadedLab) throws(CommandFailure) -> [SelfTest] {
        let all = loaded.lab.selftests
        guard !all.isEmpty else {
            throw CommandFailure("\(loaded.lab.id) has no 'selftest'", code: .nothing)
        }
        guard !only.isEmpty else { return all }
        for name in only where !all.contains(where: { $0.path.hasPrefix(name) }) {
            throw CommandFailure("no self-test of \(loaded.lab.id) is called '\(name)'", code: .usage)
        }
        return all.filter { test in only.contains { test.path.hasPrefix($0) } }
    }

    /// Grades them side by side, and tells of each in the order of the lab.
    private func grade(
        _ tests: [SelfTest], of loaded: LoadedLab, _ grader: Grader, tell: (Outcome) -> Void
    ) async {
        await withTaskGroup(of: Outcome.self) { group in
            var (next, told) = (0, 0)
            var waiting: [Int: Outcome] = [:]
            func start() {
                guard next < tests.count else { return }
                let (place, path) = (next, "\(loaded.folder)/\(tests[next].path)")
                next += 1
                group.addTask {
                    let start = ContinuousClock.now
                    let result = await grader.grade(submissionAt: path)
                    return Outcome(place: place, result: result, seconds: start.duration(to: .now) / .seconds(1))
                }
            }
            for _ in 0..<max(1, jobs) { start() }
            while let outcome = await group.next() {
                start()
                waiting[outcome.place] = outcome
                while let outcome = waiting.removeValue(forKey: told) {
                    tell(outcome)
                    told += 1
                }
            }
        }
    }
}
