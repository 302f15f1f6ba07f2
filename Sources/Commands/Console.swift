import GradeModel
import Gradebook
import JUnitXML
import Synchronization
import TerminalReport

/// Writes what happens to standard output, in the formats that were asked for.
final class Console: Sendable {
    private struct State {
        var human: TerminalReport
        var lines: JSONLines
    }

    private let formats: [ReportFormat.Kind]
    private let audience: Audience
    private let state: Mutex<State>

    init(formats: [ReportFormat.Kind], style: TerminalStyle, audience: Audience) {
        self.formats = formats
        self.audience = audience
        state = Mutex(
            State(human: TerminalReport(style: style, audience: audience), lines: JSONLines(audience: audience)))
    }

    func handle(_ event: RunEvent) {
        let text = state.withLock { state in
            var text = ""
            if formats.contains(.human) { for line in state.human.lines(for: event) { text += line + "\n" } }
            if formats.contains(.jsonl), let line = state.lines.line(for: event) { text += line + "\n" }
            return text
        }
        if !text.isEmpty { writeOut(text) }
    }

    /// What can only be written once everything is known.
    func finish(_ result: GradeResult, outputs: [TerminalReport.Output]) {
        for format in formats {
            switch format {
            case .human:
                let lines = state.withLock { $0.human.closingLines(result, outputs: outputs) }
                writeOut(lines.map { $0 + "\n" }.joined())
            case .jsonl: break
            case .json:
                if let json = try? result.shown(to: audience).json() { writeOut(String(decoding: json, as: UTF8.self)) }
            case .gradescope:
                if let json = try? GradescopeExport(result.shown(to: audience)).json() {
                    writeOut(String(decoding: json, as: UTF8.self))
                }
            case .tap: writeOut(TAPReport(result, audience: audience).text)
            case .github: writeOut(GitHubReport(result, audience: audience).annotations.map { $0 + "\n" }.joined())
            case .junit:
                if let xml = try? JUnitReport(result, audience: audience).xml() {
                    writeOut(String(decoding: xml, as: UTF8.self))
                }
            }
        }
    }

    /// The lines of a run that is over.
    static func replay(
        _ result: GradeResult, _ kind: ReportFormat.Kind, style: TerminalStyle, audience: Audience
    ) -> String {
        var human = TerminalReport(style: style, audience: audience)
        var lines = JSONLines(audience: audience)
        var events: [RunEvent] = [
            .started(
                lab: result.labID, title: result.labTitle, submission: result.submission, checks: result.checks.count)
        ]
        if let program = result.program { events.append(.programFinished(program)) }
        events += result.checks.map(RunEvent.checkFinished) + [.finished(result)]
        var text = ""
        for event in events {
            if kind == .human {
                text += human.lines(for: event).map { $0 + "\n" }.joined()
            } else if let line = lines.line(for: event) {
                text += line + "\n"
            }
        }
        if kind == .human { text += human.closingLines(result).map { $0 + "\n" }.joined() }
        return text
    }
}
