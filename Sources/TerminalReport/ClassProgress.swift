package import GradeModel
import SafeText

/// How a class is getting on: what a batch prints above and in its status bar.
///
/// Pure: what happened goes in with its time, lines come out. Everything that comes from outside is made safe.
package struct ClassProgress: Sendable {
    /// One that is under way.
    private struct Running {
        var id: String
        var name: String
        var check = ""
        var since: Double
    }

    private let style: TerminalStyle
    private var counts: [Verdict: Int] = [:]
    private var running: [Running] = []
    /// How many are to be graded in this run.
    package var total = 0
    package private(set) var done = 0

    package init(style: TerminalStyle) { self.style = style }

    /// Grading of a submission begins; `seconds` is since the start of the batch, here and below.
    package mutating func start(_ id: String, at seconds: Double) {
        running.append(Running(id: id, name: name(id), since: seconds))
    }

    /// A check of a submission under way has its verdict.
    package mutating func check(_ check: String, of id: String) {
        guard let index = running.firstIndex(where: { $0.id == id }) else { return }
        running[index].check = check
    }

    /// The grader broke on a submission; the line that says so.
    package func retry(_ id: String, reason: String) -> String {
        line(.error, name(id), "again", reason)
    }

    /// A submission is done; the line to scroll by, nil for one without a fault.
    package mutating func finish(_ id: String, _ result: GradeResult) -> String? {
        done += 1
        if let index = running.firstIndex(where: { $0.id == id }) { running.remove(at: index) }
        let verdict = Self.verdict(result)
        counts[verdict, default: 0] += 1
        guard verdict != .passed else { return nil }
        let check = result.checks.first { [.failed, .partial, .error].contains($0.verdict) }
        let reason = result.problem ?? check.map { "\($0.id): \($0.message)" } ?? ""
        return line(verdict, name(id), verdict == .error ? "error" : "\(result.score)/\(result.maximum)", reason)
    }

    private func line(_ verdict: Verdict, _ name: String, _ score: String, _ reason: String) -> String {
        let reason = style.shown(reason.redacted().safe(.line(limit: 160)))
        let name = style.width.map { fitted(name, to: max(8, $0 / 3)) } ?? name
        let lead = "  \(verdict.mark(unicode: style.unicode)) \(name)  \(score)  "
        let room = style.width.map { max(4, $0 - displayWidth(lead) - 1) }
        let shown = room.map { fitted(reason, to: $0) } ?? reason
        return "  \(style.paint(verdict.mark(unicode: style.unicode), verdict.tone)) \(name)  \(score)  \(shown)"
    }

    private func name(_ id: String) -> String { style.shown(id.safe(.line(limit: 40))) }

    /// What a submission counts as: right, partly right, wrong, or not graded.
    private static func verdict(_ result: GradeResult) -> Verdict {
        if result.hasError { return .error }
        if result.problem != nil { return .failed }
        if result.allPassed { return .passed }
        return result.score > .zero ? .partial : .failed
    }

    // MARK: The bar

    /// One line without colours: the counts, how fast, how long still.
    package func counter(at seconds: Double) -> String { parts(at: seconds).joined(separator: "  ") }

    /// The status bar, no wider than `columns`: what there is no room for is left out, the least important first.
    package func bar(columns: Int, at seconds: Double) -> String {
        let text = counter(at: seconds)
        guard columns >= displayWidth(text) + 14 else {
            var parts = parts(at: seconds)
            while parts.count > 1, displayWidth(parts.joined(separator: "  ")) > columns { parts.removeLast() }
            return fitted(parts.joined(separator: "  "), to: columns)
        }
        let width = min(24, columns - displayWidth(text) - 4)
        let filled = total == 0 ? width : width * done / total
        let head = filled > 0 && filled < width ? ">" : ""
        let drawn =
            String(repeating: "=", count: filled - head.count) + head + String(repeating: " ", count: width - filled)
        let line = "[\(drawn)] \(text)"
        let room = columns - displayWidth(line) - 2
        guard !running.isEmpty, room >= 20 else { return line }
        let list = running.prefix(8).map { each in
            "\(each.name)\(each.check.isEmpty ? "" : " \(each.check)") \(Self.time(seconds - each.since))"
        }
        return line + "  " + fitted("running: " + list.joined(separator: ", "), to: room)
    }

    private func parts(at seconds: Double) -> [String] {
        var parts = ["\(done)/\(total)"]
        let marks = [Verdict.passed, .failed, .partial, .error].compactMap { verdict in
            counts[verdict].map { "\($0) \(verdict.mark(unicode: style.unicode).trimmedEnd)" }
        }
        if !marks.isEmpty { parts.append(marks.joined(separator: "  ")) }
        if seconds > 0, done > 0, done < total {
            let rate = Double(done) / seconds
            parts.append("eta \(Self.time(Double(total - done) / rate))")
            parts.append("\((rate * 10).rounded() / 10)/s")
        }
        return parts
    }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 359_999).rounded(.up))
        if whole < 60 { return "\(whole)s" }
        return whole < 3600 ? "\(whole / 60)m\(whole % 60)s" : "\(whole / 3600)h\(whole % 3600 / 60)m"
    }

    private func fitted(_ text: String, to columns: Int) -> String {
        guard displayWidth(text) > columns else { return text }
        let end = style.unicode ? "…" : "..."
        var (shown, width) = ("", end.count)
        for character in text {
            width += displayWidth(character)
            if width > columns { break }
            shown.append(character)
        }
        return shown + end
    }
}

extension String {
    fileprivate var trimmedEnd: String { last == " " ? String(dropLast()) : self }
}
