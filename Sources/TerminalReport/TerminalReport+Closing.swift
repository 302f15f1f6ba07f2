package import GradeModel

extension TerminalReport {
    /// The last lines: score, sandbox, what is not emulated, and the files that were written.
    package func closingLines(_ full: GradeResult, outputs: [Output] = []) -> [String] {
        let result = full.shown(to: audience)
        var lines: [String] = []
        if let problem = result.problem {
            let ours = result.problemCause == .infrastructure
            let mark = (ours ? Verdict.error : .failed).mark(unicode: style.unicode)
            let text = (ours ? "The grader could not do its work: " : "") + block(problem)
            for (number, line) in wrapped("\(mark) \(text)", width: style.width).enumerated() {
                lines.append(style.paint(number == 0 ? line : "  \(line)", ours ? .error : .failed))
            }
        }
        lines.append("")
        lines += row("Score", scoreText(result), tone: .strong)
        if result.hasError {
            lines += row("", "not final: the grader failed, so grade this submission again", tone: .error)
        }
        lines += row("Sandbox", sandboxText(result))
        let missing = notEmulated(result)
        if !missing.isEmpty {
            lines += row("Note", "not emulated here, so nobody is failed for it: \(missing.joined(separator: ", "))")
        }
        for output in outputs { lines += row(output.label, plain(output.path), wraps: false) }
        return lines
    }

    private func row(_ label: String, _ text: String, tone: Tone? = nil, wraps: Bool = true) -> [String] {
        let lead = padded(label, to: 9)
        return wrapped(style.shown(text), width: wraps ? style.width.map { $0 - lead.count } : nil).enumerated()
            .map { number, line in
                (number == 0 ? style.paint(lead, .quiet) : String(repeating: " ", count: lead.count))
                    + style.paint(line, tone)
            }
    }

    private func scoreText(_ result: GradeResult) -> String {
        if result.checks.isEmpty, result.hasError { return "none  (nothing was graded)" }
        let counts = Verdict.allCases.compactMap { verdict -> String? in
            let count = result.checks.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.rawValue)"
        }
        let list = counts.isEmpty ? "no checks" : counts.joined(separator: ", ")
        return "\(result.score)/\(result.maximum)  (\(list))"
    }

    private func sandboxText(_ result: GradeResult) -> String {
        let active = result.sandboxLayers.filter(\.active).map { plain($0.name) }
        let absent = result.sandboxLayers.filter { !$0.active }.map { layer in
            plain(layer.detail.isEmpty ? layer.name : "\(layer.name) (\(layer.detail))")
        }
        var text = plain(result.sandboxTier)
        if !active.isEmpty { text += ": \(active.joined(separator: ", "))" }
        if !absent.isEmpty { text += "; not active: \(absent.joined(separator: ", "))" }
        return text
    }

    private func notEmulated(_ result: GradeResult) -> [String] {
        var names: [String] = []
        for call in result.apiCalls where call.notEmulated {
            let name = plain("\(call.eventSource.prefix { $0 != "." }) \(call.eventName)")
            if !names.contains(name) { names.append(name) }
            if names.count == 8 { return names + [style.shown("…")] }
        }
        return names
    }
}
