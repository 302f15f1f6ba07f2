import FoundationEssentials
package import GradeModel

/// A grading as it goes, one JSON object a line; `docs/result-schema.md` lists the events.
package struct JSONLines: Sendable {
    private let audience: Audience
    private var hidden: Set<String> = []

    package init(audience: Audience) { self.audience = audience }

    /// The line for an event, without its line end; nil for what the audience may not know.
    package mutating func line(for event: RunEvent) -> String? {
        var entry = Entry()
        switch event {
        case .started(let lab, let title, let submission, let checks):
            entry.event = "submission_start"
            (entry.lab, entry.title, entry.submission) = (lab, title, submission)
            entry.checks = audience == .instructor ? checks : nil
        case .programStarted(let interface, let file):
            entry.event = "program_start"
            (entry.interface, entry.entry) = (interface, file)
        case .programFinished(let run):
            entry.event = "program_end"
            entry.program = run.redacted
        case .checkStarted(let id):
            guard audience == .instructor else { return nil }
            entry.event = "check_start"
            entry.id = id
        case .checkFinished(let check):
            if audience == .student, check.isHiddenFromStudents { hidden.insert(check.id) }
            guard let shown = check.shown(to: audience, hidden: hidden) else { return nil }
            entry.event = "check_end"
            entry.check = shown
        case .finished(let result):
            let shown = result.shown(to: audience)
            entry.event = "submission_end"
            (entry.score, entry.maximum, entry.seconds) = (shown.score, shown.maximum, shown.seconds)
            (entry.problem, entry.complete) = (shown.problem, !shown.hasError)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "0", negativeInfinity: "0", nan: "0")
        return (try? encoder.encode(entry)).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The members of all events; those that an event has are set.
private struct Entry: Encodable {
    var event = ""
    var schemaVersion = GradeResult.currentSchemaVersion
    var lab: String?
    var title: String?
    var submission: String?
    var checks: Int?
    var interface: String?
    var entry: String?
    var program: ProgramRun?
    var id: String?
    var check: CheckResult?
    var score: Points?
    var maximum: Points?
    var seconds: Double?
    var problem: String?
    var complete: Bool?
}
