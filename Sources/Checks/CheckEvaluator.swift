import LabFormat

/// A check kind's way from evidence to verdict.
protocol CheckEvaluator {
    func evaluate(in context: any CheckContext) throws(CheckFault) -> CheckOutcome
}

extension CheckKind {
    /// A new kind adds a line here and a file in `Kinds/`.
    var evaluator: any CheckEvaluator {
        switch self {
        case .state(let check): StateEvaluator(check: check)
        case .reach(let check): ReachEvaluator(check: check)
        case .http(let check): HTTPEvaluator(check: check)
        case .scenario(let check): ScenarioEvaluator(check: check)
        case .invoke(let check): InvokeEvaluator(check: check)
        case .document(let check): DocumentEvaluator(check: check)
        case .runTask(let check): RunTaskEvaluator(check: check)
        }
    }
}
