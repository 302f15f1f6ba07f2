import Batch
import Glibc
import GradeModel
import ResultsFolder
import SafeText
import Synchronization

/// How a batch goes, on standard error: a status bar on a terminal, above which failures scroll; else counter lines.
final class BatchProgress: Sendable {
    private struct State {
        var total = 0
        var done = 0
        var counts: [Mark: Int] = [:]
        var running: [String] = []
        var hasBar = false
        var lastTenth = 0
        var lastShown: ContinuousClock.Instant?
    }

    private enum Mark: CaseIterable {
        case passed, failed, partial, error

        func text(_ isPlain: Bool) -> String {
            switch self {
            case .passed: isPlain ? "PASS" : "✓"
            case .failed: isPlain ? "FAIL" : "✗"
            case .partial: isPlain ? "PART" : "◐"
            case .error: isPlain ? "ERR" : "!"
            }
        }
    }

    private let state = Mutex(State())
    private let isTerminal: Bool
    private let isPlain: Bool
    private let jobs: Int
    private let title: String
    private let start = ContinuousClock.now

    init(jobs: Int, title: String) {
        self.jobs = jobs
        self.title = title
        isTerminal = isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"
        let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
        isPlain = !locale.lowercased().contains("utf")
    }

    func handle(_ event: BatchEvent) {
        state.withLock { state in
            switch event {
            case .planned(let submissions, let unchanged, let missing):
                state.total = submissions - unchanged
                var line = "Grading \(title)  \(count(submissions, "submission"))  \(count(jobs, "worker"))"
                if unchanged > 0 { line += "  \(unchanged) unchanged" }
                if missing > 0 { line += "  \(missing) missing" }
                say(line, &state)
            case .started(let student):
                state.running.append(student.id.safe(.line(limit: 40)))
                show(&state, always: false)
            case .retrying(let student, let reason):
                say(
                    "  \(Mark.error.text(isPlain)) \(student.id.safe(.line(limit: 40)))  again: \(reason.safe(.line(limit: 200)))",
                    &state)
            case .finished(let student, let result): finish(student, result, &state)
            }
        }
    }

    private func finish(_ student: Student, _ result: GradeResult, _ state: inout State) {
        let name = student.id.safe(.line(limit: 40))
        state.done += 1
        if let index = state.running.firstIndex(of: name) { state.running.remove(at: index) }
        let mark = mark(result)
        state.counts[mark, default: 0] += 1
        if mark != .passed {
            let score = mark == .error ? "error" : "\(result.score)/\(result.maximum)"
            let check = result.checks.first { $0.verdict == .failed || $0.verdict == .partial || $0.verdict == .error }
            let reason = result.problem ?? check.map { "\($0.id): \($0.message)" } ?? ""
            say("  \(mark.text(isPlain)) \(name)  \(score)  \(reason.redacted().safe(.line(limit: 160)))", &state)
        }
        show(&state, always: state.done == state.total)
    }

    private func mark(_ result: GradeResult) -> Mark {
        if result.hasError { return .error }
        if result.problem != nil { return .failed }
        if result.allPassed { return .passed }
        return result.score > .zero ? .partial : .failed
    }

    // MARK: Showing

    private func say(_ line: String, _ state: inout State) {
        writeError((state.hasBar ? "\r\u{1B}[2K" : "") + line + "\n")
        state.hasBar = false
    }

    /// A bar at most ten times a second; without a terminal, a line every tenth of the work.
    private func show(_ state: inout State, always: Bool) {
        let now = ContinuousClock.now
        if isTerminal {
            if !always, let last = state.lastShown, last.duration(to: now) < .milliseconds(100) { return }
            state.lastShown = now
            writeError("\r\u{1B}[2K" + fitted(line(state)))
            state.hasBar = true
        } else {
            let tenth = state.total == 0 ? 10 : state.done * 10 / state.total
            guard tenth > state.lastTenth else { return }
            state.lastTenth = tenth
            writeError(line(state) + "\n")
        }
    }

    private func line(_ state: State) -> String {
        let seconds = start.duration(to: .now)
        let elapsed = Double(seconds.components.seconds) + Double(seconds.components.attoseconds) / 1e18
        let rate = elapsed > 0 ? Double(state.done) / elapsed : 0
        var parts = ["\(state.done)/\(state.total)"]
        for mark in Mark.allCases {
            if let count = state.counts[mark] { parts.append("\(count) \(mark.text(isPlain))") }
        }
        if rate > 0 {
            parts.append("\((rate * 10).rounded() / 10)/s")
            parts.append("eta \(Int((Double(state.total - state.done) / rate).rounded(.up)))s")
        }
        guard isTerminal else { return parts.joined(separator: "  ") }
        let width = 24
        let filled = state.total == 0 ? width : width * state.done / state.total
        let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled)
        return "[\(bar)] " + parts.joined(separator: "  ") + "  running: "
            + state.running.prefix(8).joined(separator: ", ")
    }

    private func fitted(_ line: String) -> String {
        var size = winsize()
        let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
        return String(line.prefix(columns - 1))
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
            say("interrupted: \(state.done) of \(state.total) are graded; the same command goes on from there", &state)
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
