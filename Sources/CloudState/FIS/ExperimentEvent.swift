/// What happens in an experiment by itself.
package enum ExperimentEvent: Sendable, Equatable {
    /// Actions whose predecessors are through begin.
    case begin
    case actionEnds(name: String)
}
