/// What happens in an experiment by itself.
package enum ExperimentEvent: Sendable, Equatable {
    /// Targets are found, and the actions that wait for none begin.
    case begin
    case actionEnds(name: String)
    /// What is under way is undone, because somebody or a stop condition asked for it.
    case halt
}
