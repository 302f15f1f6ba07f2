package import GradeModel
import SafeText

/// The lines that `skylab grade` prints: one a check, what is wrong under those that fell short, then the score.
///
/// Pure: events go in, lines come out, and whoever owns the terminal writes them. Everything that the student's
/// program could have written is made safe before it is laid out.
package struct TerminalReport: Sendable {
    /// A file that was written, to be named at the end.
    package struct Output: Sendable {
        package var label: String
        package var path: String

        package init(label: String, path: String) {
            self.label = label
            self.path = path
        }
    }

    let style: TerminalStyle
    let audience: Audience
    /// The checks seen so far that do not exist for the audience.
    private var hidden: Set<String> = []
    /// What the check before said, not to be said again at once: all say the same where there was nothing to run.
    private var said: String?

    package init(style: TerminalStyle, audience: Audience) {
        self.style = style
        self.audience = audience
    }

    /// What to print when this has happened. `finished` says nothing here: `closingLines` does, once files are written.
    package mutating func lines(for event: RunEvent) -> [String] {
        switch event {
        case .started(let lab, let title, let submission, _):
            let head = style.paint(plain(title), .strong) + plain("  ·  \(lab)  ·  \(submission)")
            return [head, ""]
        case .programStarted, .checkStarted, .finished: return []
        case .programFinished(let run): return programLines(run)
        case .checkFinished(let check):
            if audience == .student, check.isHiddenFromStudents { hidden.insert(check.id) }
            guard let shown = check.shown(to: audience, hidden: hidden) else { return [] }
            defer { said = shown.message }
            return checkLines(shown, isRepeated: shown.message == said && shown.expected == nil)
        }
    }

    /// A text from outside on one line.
    func plain(_ text: String) -> String { style.shown(text.safe(.line(limit: 400))) }

    /// A text from outside with its line ends; a tab's width is not known here, so it becomes two spaces.
    func block(_ text: String, limit: Int = 2000) -> String {
        style.shown(text.safe(.report(limit: limit)).map { $0 == "\t" ? "  " : String($0) }.joined())
    }

    /// A labelled text under a check, wrapped beside its label.
    func detail(_ label: String, _ text: String, tone: Tone? = nil) -> [String] {
        let indent = "    "
        let lead = label.isEmpty ? "" : padded(label, to: 10)
        let room = style.width.map { $0 - indent.count - lead.count }
        return wrapped(text, width: room).enumerated().map { number, line in
            let start = number == 0 ? style.paint(lead, .quiet) : String(repeating: " ", count: lead.count)
            return trimmed(indent + start + style.paint(line, tone))
        }
    }

    private func trimmed(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
