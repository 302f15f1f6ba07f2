import Batch
import Glibc
import GradeModel
import ResultsFolder
import SafeText
import Synchronization
import TerminalReport

/// How a batch goes, on standard error: a status bar on a terminal, above which failures scroll; else counter lines.
final class BatchProgress: Sendable {
    private struct State {
        var progress: ClassProgress
        var hasBar = false
        var lastTenth = 0
        var lastShown: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let isTerminal: Bool
    private let jobs: Int
    private let title: String
    private let start = ContinuousClock.now

    init(jobs: Int, title: String, colour: ColourChoice) {
        self.jobs = jobs
        self.title = title
        let isTerminal = isatty(STDERR_FILENO) == 1
        var style = TerminalStyle.detect(
            colour, environment: wholeEnvironment(), isTerminal: isTerminal, columns: Self.columns)
        if !isTerminal { style.width = nil }
        state = Mutex(State(progress: ClassProgress(style: style)))
        self.isTerminal = isTerminal && environment("TERM") != "dumb"
    }

    func handle(_ event: BatchEvent) {
        let now = seconds
        state.withLock { state in
            switch event {
            case .planned(let submissions, let unchanged, let missing):
                state.progress.total = submissions - unchanged
                var line = "Grading \(title)  \(count(submissions, "submission"))  \(count(jobs, "worker"))"
                if unchanged > 0 { line += "  \(unchanged) unchanged" }
                if missing > 0 { line += "  \(missing) missing" }
                say(line, &state)
            case .started(let student):
                state.progress.start(student.id, at: now)
                show(&state, always: false)
            case .checked(let student, let check):
                state.progress.check(check, of: student.id)
                if isTerminal { show(&state, always: false) }
            case .retrying(let student, let reason): say(state.progress.retry(student.id, reason: reason), &state)
            case .finished(let student, let result):
                if let line = state.progress.finish(student.id, result) { say(line, &state) }
                show(&state, always: state.progress.done == state.progress.total)
            }
        }
    }

    // MARK: Showing

    private var seconds: Double {
        let elapsed = start.duration(to: .now).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    }

    /// The terminal's width now: it may have changed since the last line.
    private static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    private func say(_ line: String, _ state: inout State) {
        writeError((state.hasBar ? "\r\u{1B}[2K" : "") + line + "\n")
        state.hasBar = false
    }

    /// A bar at most ten times a second; without a terminal, a line every tenth of the work.
    private func show(_ state: inout State, always: Bool) {
        let progress = state.progress
        if isTerminal {
            let now = ContinuousClock.now
            // What scrolled by took the bar away, so it has to come back at once.
            let isDue = state.lastShown.map { $0.duration(to: now) >= .milliseconds(100) } ?? true
            guard always || isDue || !state.hasBar else { return }
            state.lastShown = now
            writeError("\r\u{1B}[2K" + progress.bar(columns: max(20, Self.columns - 1), at: seconds))
            state.hasBar = true
        } else {
            let tenth = progress.total == 0 ? 10 : progress.done * 10 / progress.total
            guard tenth > state.lastTenth else { return }
            state.lastTenth = tenth
            writeError(progress.counter(at: seconds) + "\n")
        }
    }

    // MARK: The end

    /// Takes the bar away.
    func clear() {
        state.withLock { state in
            if state.hasBar { writeError("\r\u{1B}[2K") }
            state.hasBar = false
        }
    }

    func interrupted() {
        state.withLock { state in
            let (done, total) = (state.progress.done, state.progress.total)
            say("interrupted: \(done) of \(total) are graded; the same command goes on from there", &state)
        }
    }

    /// Who gains and who loses.
    func announce(_ changes: [ResultChange], held: Bool) {
        clear()
        let gains = changes.filter { $0.new > $0.old }.count
        writeOut(
            "\(count(changes.count, "grade")) \(held ? "would change" : "changed"): \(gains) up, \(changes.count - gains) down\n"
        )
        for change in changes {
            let sign = change.new > change.old ? "+" : "-"
            writeOut("  \(sign) \(change.student.id.safe(.line(limit: 60)))  \(change.old) -> \(change.new)\n")
        }
    }

    func closing(_ outcome: BatchOutcome, folder: String) -> String {
        clear()
        var text = "graded       \(outcome.graded), unchanged \(outcome.unchanged), missing \(outcome.missing)\n"
        if !outcome.errors.isEmpty {
            text += "not graded   \(outcome.errors.map { $0.id.safe(.line(limit: 40)) }.joined(separator: ", "))\n"
        }
        if outcome.areHeld { text += "held         the old grades count until a batch without --hold\n" }
        return text + "results      \(folder)\njunit        \(folder)/junit\n"
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
