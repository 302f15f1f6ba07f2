import ArgumentParser
import Glibc
import GradeModel
import Gradebook
import Grading
import JUnitXML
import ReportFiles
import SiteGenerator
import Submissions
import Synchronization
import TerminalReport

/// `skylab grade`: one submission.
struct GradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grade",
        abstract: "Grade one submission, with the same checks as at the university.",
        discussion: """
            Runs the submission's program in a sandbox against a fresh emulated region, checks what it brought about, \
            and writes a report: index.html, junit.xml and result.json.

            Exit status: 0 all checks passed, 1 some did not, 2 the command or the lab is wrong, 3 a mistake of \
            Skylab's, 5 this machine could not run it, 6 a report could not be written.
            """)

    @Argument(help: "The lab: its id, or the path of its folder.")
    var lab: String

    @Argument(help: "The submission: a folder, or a .zip, .tar.gz, .tgz or .tar file.")
    var submission = "."

    @Option(name: .shortAndLong, help: "Where to write the report.")
    var out = "skylab-report"

    @Option(help: "Write the JUnit file here, too.")
    var junit: String?

    @Option(help: "strict, ant.")
    var junitProfile: JUnitProfileOption = .strict

    @Option(
        help: ArgumentHelp(
            "human, json, jsonl, tap, junit, github or gradescope, on standard output or in a file; may be given several times.",
            valueName: "name[=file]"))
    var format: [ReportFormat] = []

    @Option(help: "auto, always or never.")
    var color: ColourOption = .auto

    @Option(help: "Ids and addresses in the region follow from it.")
    var seed: String?

    @Option(help: ArgumentHelp(SandboxOption.explanation, valueName: "standard|degraded"))
    var sandbox: SandboxOption = .standard

    @Flag(help: "Show hidden checks, too.")
    var instructor = false

    @Flag(help: "Write no report folder.")
    var noReport = false

    func validate() throws {
        if let empty = format.first(where: { $0.file == "" }) {
            throw ValidationError("the name of a file is missing in '--format \(empty.kind.rawValue)='")
        }
    }

    func run() async throws {
        let installation = try Installation.find()
        let lab = try installation.lab(named: lab)
        try requireSubmission(submission)
        let machinery = try GradingMachinery(installation, sandbox)
        let grader = machinery.grader(lab, seed: seed)
        let console = Console(formats: consoleFormats, style: .ofStandardOutput(color.choice), audience: audience)
        let result = await grader.grade(submissionAt: submission) { console.handle($0) }
        var outputs: [TerminalReport.Output] = []
        // Whoever waits for the score gets it, whatever becomes of the files.
        let written = Result { () throws(CommandFailure) in try write(result, installation, &outputs) }
        console.finish(result, outputs: outputs)
        await machinery.stop()
        try written.get()
        throw ExitCode(Self.status(result.shown(to: audience)).rawValue)
    }

    private var audience: Audience { instructor ? .instructor : .student }

    /// What goes to standard output: people's lines unless something else was asked for there.
    private var consoleFormats: [ReportFormat.Kind] {
        let chosen = format.filter { $0.file == nil }.map(\.kind)
        return chosen.isEmpty ? [.human] : chosen
    }

    static func status(_ result: GradeResult) -> ExitStatus {
        if result.problem != nil, result.problemCause == .infrastructure { return .infrastructure }
        if result.hasError { return .internal }
        return result.allPassed ? .passed : .failed
    }

    private func requireSubmission(_ path: String) throws(CommandFailure) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw CommandFailure(
                "the submission '\(path)' cannot be read: \(String(cString: strerror(errno)))", code: .usage)
        }
        let isArchive = status.st_mode & S_IFMT == S_IFREG && ArchiveName.base(of: path) != nil
        guard status.st_mode & S_IFMT == S_IFDIR || isArchive else {
            throw CommandFailure(
                "the submission '\(path)' is neither a folder nor a .zip, .tar.gz, .tgz or .tar file", code: .usage)
        }
    }

    // MARK: Files

    /// Writes each output, whatever becomes of the others.
    ///
    /// - Throws: the first problem, when all have been tried.
    private func write(
        _ result: GradeResult, _ installation: Installation, _ outputs: inout [TerminalReport.Output]
    ) throws(CommandFailure) {
        var failure: CommandFailure?
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch let error as SiteError {
                failure = failure ?? CommandFailure("\(error)", code: .internal)
            } catch {
                failure = failure ?? CommandFailure("\(error)", code: .output)
            }
        }
        if !noReport {
            attempt {
                var tree = try SiteGenerator(site: installation.site).submissionReport(result, audience: audience)
                try tree.add(try bytes(of: .junit, result), at: "junit.xml")
                try tree.add(result.shown(to: audience).json(), at: "result.json")
                try tree.write(to: out)
                outputs.append(.init(label: "report", path: "\(out)/index.html"))
                if junit == nil { outputs.append(.init(label: "junit", path: "\(out)/junit.xml")) }
            }
        }
        if let junit {
            attempt {
                try writeFileAtomically(try bytes(of: .junit, result), to: junit)
                outputs.append(.init(label: "junit", path: junit))
            }
        }
        for format in format {
            guard let file = format.file else { continue }
            attempt {
                try writeFileAtomically(try bytes(of: format.kind, result), to: file)
                outputs.append(.init(label: format.kind.rawValue, path: file))
            }
        }
        // <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>
        if consoleFormats.contains(.github), let file = environment("GITHUB_STEP_SUMMARY") {
            attempt { try appendToFile(Array(GitHubReport(result, audience: audience).summary.utf8), file) }
        }
        if let failure { throw failure }
    }

    private func bytes(of kind: ReportFormat.Kind, _ result: GradeResult) throws -> [UInt8] {
        switch kind {
        case .junit: try JUnitReport(result, profile: junitProfile.profile, audience: audience).xml()
        case .json: try result.shown(to: audience).json()
        case .gradescope: try GradescopeExport(result.shown(to: audience)).json()
        case .tap: Array(TAPReport(result, audience: audience).text.utf8)
        case .github: Array(GitHubReport(result, audience: audience).summary.utf8)
        case .jsonl, .human: Array(Console.replay(result, kind, style: .init(), audience: audience).utf8)
        }
    }
}

/// `--color`.
enum ColourOption: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    var choice: ColourChoice {
        switch self {
        case .auto: .auto
        case .always: .always
        case .never: .never
        }
    }
}

/// `--junit-profile`.
enum JUnitProfileOption: String, ExpressibleByArgument, CaseIterable {
    case strict, ant

    var profile: JUnitProfile {
        switch self {
        case .strict: .strict
        case .ant: .ant
        }
    }
}
