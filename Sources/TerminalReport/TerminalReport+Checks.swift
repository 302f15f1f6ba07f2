import GradeModel
import SafeText

extension Verdict {
    /// The glyph, or the word where only ASCII can be shown.
    func mark(unicode: Bool) -> String {
        switch self {
        case .passed: unicode ? "✓" : "PASS"
        case .failed: unicode ? "✗" : "FAIL"
        case .partial: unicode ? "◐" : "PART"
        case .skipped: unicode ? "–" : "SKIP"
        case .error: unicode ? "!" : "ERR "
        }
    }

    var tone: Tone {
        switch self {
        case .passed: .passed
        case .failed: .failed
        case .partial: .partial
        case .skipped: .quiet
        case .error: .error
        }
    }
}

extension TerminalReport {
    /// `✓ id  10/10  0.3 s` and, where something is wrong, what was expected, what was there and what to do.
    func checkLines(_ check: CheckResult, isRepeated: Bool) -> [String] {
        let mark = style.paint(check.verdict.mark(unicode: style.unicode), check.verdict.tone)
        let points = "\(check.points)/\(check.maximum)"
        let name = padded(plain(check.id), to: 24)
        let time = durationText(check.seconds)
        let extra = check.extraCredit ? "  extra credit" : ""
        var lines = ["\(mark) \(name)  \(padded(points, to: 7))  \(style.paint(time + extra, .quiet))"]
        guard check.verdict != .passed, !isRepeated || check.message.isEmpty else { return lines }
        if check.verdict == .skipped {
            return lines + detail("", block(check.message.isEmpty ? reason(check) : check.message), tone: .quiet)
        }
        if check.verdict == .error {
            lines += detail(
                "", "The grader failed here, not you: run it again, and tell your instructor.", tone: .error)
        }
        lines += detail("", block(check.message.isEmpty ? check.title : check.message))
        if let expected = check.expected { lines += detail("expected", block(expected)) }
        if let actual = check.actual { lines += detail("actual", block(actual)) }
        let broken = check.evidence.filter { !$0.holds && !$0.subject.isEmpty }
        for fact in broken.prefix(3) {
            lines += detail(
                "see", plain("\(fact.subject) \(fact.property) is \(fact.actual), expected \(fact.expected)"))
        }
        if broken.count > 3 { lines += detail("", "and \(broken.count - 3) more in the report") }
        for hint in check.hints { lines += detail("hint", block(hint)) }
        return lines
    }

    private func reason(_ check: CheckResult) -> String {
        check.blockedBy.isEmpty ? "not run" : "needs \(check.blockedBy.joined(separator: ", "))"
    }

    /// How the student's program ended; with the end of its error output unless it ended well.
    func programLines(_ run: ProgramRun) -> [String] {
        let usage = run.usage
        var facts = "\(run.entry) \(run.ending.words(limits: run.limits))"
        facts += " after \(durationText(usage.wallSeconds)), \(usage.apiCalls) API calls"
        if run.ending.isClean {
            return [style.paint(plain(facts), .quiet)] + leftRunning(usage) + missingFiles(run) + [""]
        }
        var lines = [style.paint("\(style.unicode ? "▲" : "NOTE") \(plain(facts))", .partial)]
        let output = run.standardError.joined.isEmpty ? run.standardOutput : run.standardError
        let tail = block(output.joined, limit: 4000).split(separator: "\n").suffix(6)
        let label = run.standardError.joined.isEmpty ? "stdout" : "stderr"
        for (number, line) in tail.enumerated() { lines += detail(number == 0 ? label : " ", String(line)) }
        return lines + leftRunning(usage) + missingFiles(run) + [""]
    }

    /// Files that the lab collects and that were not taken.
    private func missingFiles(_ run: ProgramRun) -> [String] {
        (run.files ?? []).flatMap { file -> [String] in
            guard let problem = file.problem else { return [] }
            return detail("", plain("\(file.path) was not collected: \(problem)"), tone: .quiet)
        }
    }

    private func leftRunning(_ usage: ResourceUsage) -> [String] {
        guard usage.leftRunning > 0 else { return [] }
        let noun = usage.leftRunning == 1 ? "process was" : "processes were"
        return detail("", "\(usage.leftRunning) \(noun) still running at the end and killed.", tone: .quiet)
    }
}
