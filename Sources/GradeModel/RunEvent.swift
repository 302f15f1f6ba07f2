/// What a grading run tells those who listen: the terminal, a journal, JSON lines.
package enum RunEvent: Sendable {
    case started(lab: String, title: String, submission: String, checks: Int)
    case programStarted(interface: String, entry: String)
    case programFinished(ProgramRun)
    case checkStarted(id: String)
    case checkFinished(CheckResult)
    case finished(GradeResult)
}
