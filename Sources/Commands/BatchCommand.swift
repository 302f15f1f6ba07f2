import ArgumentParser
import Batch
import Glibc
import GradeModel
import Gradebook
import Grading
import LabFormat
import ResultsFolder
import SafeText
import ServiceModel
import Submissions

/// `skylab batch`: a class.
struct BatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Grade the submissions of a class into a results folder.",
        discussion: """
            Each student's submission is a folder or an archive in SUBMISSIONS. What has a result already and has not \
            changed since is not run again; after Ctrl-C, a crash or a power cut the same command goes on. \
            `skylab site` and `skylab export` read the results folder.

            Exit status: 0 everything is graded, whatever the grades; 2 the command, lab, roster or results folder is \
            wrong; 4 there is nothing to grade; 5 some submissions could not be graded here; 6 the results could not \
            be written; 130 interrupted.
            """)

    @Argument(help: "The lab: its id, or the path of its folder.")
    var lab: String

    @Argument(help: "The folder with a folder or archive of each student.")
    var submissions: String

    @Option(name: .shortAndLong, help: "The results folder.")
    var out: String

    @Option(name: .shortAndLong, help: "Submissions at a time; else as many as processors and memory allow.")
    var jobs: Int?

    @Option(help: "A CSV file of the class: id, name, email, section; or an export of Canvas's or Moodle's.")
    var roster: String?

    @Flag(help: "Grade unchanged submissions, too.")
    var force = false

    @Flag(help: "Show how grades would change, and leave the old ones until a batch without this option.")
    var hold = false

    @Option(help: "Ids and addresses in the regions follow from it.")
    var seed: String?

    @Option(help: "auto, always or never.")
    var color: ColourOption = .auto

    @Option(help: ArgumentHelp(SandboxOption.explanation, valueName: "standard|degraded"))
    var sandbox: SandboxOption = .standard

    func run() async throws {
        if isSameFolder(out, submissions) {
            throw CommandFailure(
                "the results cannot be in the folder of the submissions: choose another with --out", code: .usage)
        }
        let installation = try Installation.find()
        let lab = try installation.lab(named: lab)
        let students = try students(lab.lab)
        guard students.contains(where: { $0.submission != nil }) else {
            throw CommandFailure("there is nothing to grade in \(submissions)", code: .nothing)
        }
        warnOfGone(students)
        let now = Timestamp.wallClock.iso8601Seconds
        let seed = seed ?? "skylab/\(lab.lab.id)"
        let manifest = ResultsManifest(
            labID: lab.lab.id, labTitle: lab.lab.title.text(), labDigest: lab.digest, engineVersion: engineVersion,
            seed: seed, createdAt: now, hasRoster: roster != nil)
        var options = ClassRun.Options()
        options.jobs = try jobs ?? defaultJobs(lab.lab.limits)
        options.force = force
        options.holds = hold
        options.entries = lab.lab.entries
        let machinery = try GradingMachinery(installation, sandbox)
        let progress = BatchProgress(jobs: options.jobs, title: lab.lab.id, colour: color.choice)
        let interruption = Interruption { progress.interrupted() }
        defer { interruption.end() }
        do {
            let run = try ClassRun(manifest, students, submissions: submissions, folder: out, options: options)
            let outcome = try await run.run(
                finishedAt: now,
                grade: { path, name, attempt, events in
                    await machinery.grader(lab, seed: seed, attempt: attempt)
                        .grade(submissionAt: path, named: name, events: events)
                },
                announce: { progress.announce($0, held: hold) }, events: { progress.handle($0) })
            await machinery.stop()
            writeOut(progress.closing(outcome, folder: out))
            if !outcome.errors.isEmpty { throw ExitCode(ExitStatus.infrastructure.rawValue) }
        } catch let error as BatchError {
            progress.clear()
            throw CommandFailure("\(error)", code: error.status)
        }
    }

    /// Says whose submission was graded before and is not there any more.
    private func warnOfGone(_ students: [Student]) {
        guard let earlier = try? ResultsFolder(path: out) else { return }
        let known = Dictionary(students.map { ($0.key, $0.submission != nil) }) { $0 || $1 }
        for student in earlier.students where student.submission != nil && known[student.key] != true {
            let place =
                known[student.key] == nil
                ? "it is in no export and on no page until the submission is there again, or a roster names the student"
                : "the grade of before stands"
            writeError(
                "skylab: \(student.id.safe(.line(limit: 300))) was graded before and is not in \(submissions) now: \(place)\n"
            )
        }
    }

    private func students(_ lab: Lab) throws(CommandFailure) -> [Student] {
        do {
            let folder = try SubmissionsFolder(path: submissions, entries: lab.entries)
            for file in folder.ignored {
                writeError("skylab: \(file.name.safe(.line(limit: 300))) \(file.reason), and is not graded\n")
            }
            let entries = folder.entries.map { (name: $0.name, file: $0.fileName) }
            guard let roster else { return try Roster.students(of: entries) }
            let students = try Roster(try CSVTable(path: roster), file: roster).matched(with: entries)
            for stranger in students where !stranger.isEnrolled {
                let name = (stranger.submission ?? stranger.id).safe(.line(limit: 300))
                writeError("skylab: \(name) is nobody's in \(roster); it is graded all the same\n")
            }
            return students
        } catch {
            throw CommandFailure("\(error)", code: .usage)
        }
    }

    private func isSameFolder(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_ino == other.st_ino
            && one.st_dev == other.st_dev
    }

    /// As many as there are processors and as the memory has room for, each with all that it may use.
    private func defaultJobs(_ limits: LabLimits) throws -> Int {
        let memory = sysconf(Int32(_SC_AVPHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return max(1, min(processorCount(), memory / max(1, limits.memoryBytes)))
    }

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs is a number from 1") }
    }
}

extension BatchError {
    fileprivate var status: ExitStatus {
        switch self {
        case .locked, .otherLab, .newerStore, .submissions, .ambiguous: .usage
        case .store, .file: .output
        case .results(let error): if case .file = error { .output } else { .usage }
        }
    }
}
