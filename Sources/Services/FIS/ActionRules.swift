import CloudState
import ServiceModel

/// What an action of a template may say.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html>
enum ActionRules {
    static func check(_ action: ExperimentAction, _ plan: ExperimentPlan) throws(ServiceError) {
        let name = action.name.prefix(64)
        guard let kind = ActionKind.named(action.actionID) else {
            if ActionKind.existsOnAWS(action.actionID) {
                throw FISError.notEmulated("The action \(action.actionID.prefix(128))")
            }
            throw FISError.validation("Action \(name) has the unknown action ID \(action.actionID.prefix(128)).")
        }
        try checkTarget(action, kind, plan)
        for parameter in kind.parameters where parameter.isRequired && action.parameters[parameter.name] == nil {
            throw FISError.validation("Action \(name) needs the parameter \(parameter.name).")
        }
        for (key, value) in action.parameters.tags.map({ ($0.key, $0.value) }) {
            guard kind.parameters.contains(where: { $0.name == key }) else {
                throw FISError.validation("Action \(name) has the unknown parameter \(key.prefix(64)).")
            }
            try checkParameter(key, value, action)
        }
        for other in action.startAfter where !plan.actions.contains(where: { $0.name == other }) {
            throw FISError.validation("Action \(name) starts after \(other.prefix(64)), which does not exist.")
        }
        let isList = action.parameters["scope"] == Fault.DisruptionScope.prefixList.rawValue
        guard !isList || action.parameters["prefixListIdentifier"] != nil else {
            throw FISError.validation(
                "Action \(name) needs the parameter prefixListIdentifier for the scope prefix-list.")
        }
    }

    private static func checkTarget(
        _ action: ExperimentAction, _ kind: ActionKind, _ plan: ExperimentPlan
    ) throws(ServiceError) {
        let name = action.name.prefix(64)
        for target in action.targets.tags where target.key != kind.target?.name {
            throw FISError.validation("Action \(name) has the unknown target \(target.key.prefix(64)).")
        }
        guard let expected = kind.target else { return }
        guard let given = action.targets[expected.name] else {
            throw FISError.validation("Action \(name) needs the target \(expected.name).")
        }
        guard let target = plan.targets.first(where: { $0.name == given }) else {
            throw FISError.validation("Action \(name) has the target \(given.prefix(64)), which does not exist.")
        }
        guard target.resourceType == expected.type else {
            throw FISError.validation(
                "Action \(name) needs a target of the resource type \(expected.type), not \(target.resourceType.prefix(128))."
            )
        }
    }

    private static func checkParameter(
        _ key: String, _ value: String, _ action: ExperimentAction
    ) throws(ServiceError) {
        let isValid: Bool
        switch key {
        case "duration", "startInstancesAfterDuration":
            // From a minute to twelve hours.
            isValid = ISODuration.seconds(value).map { (60...43_200).contains($0) } ?? false
        case "durationBeforeInterruption":
            isValid = ISODuration.seconds(value).map { (120...900).contains($0) } ?? false
        case "percentage": isValid = Int(value).map { (1...100).contains($0) } ?? false
        case "scope": isValid = Fault.DisruptionScope(rawValue: value) != nil
        case "completeIfInstancesTerminated": isValid = ["true", "false"].contains(value)
        case "service": isValid = value == "ec2"
        case "operations", "availabilityZoneIdentifiers", "alarmArns", "alarmStates", "documentArn":
            isValid = !list(value).isEmpty
        default: isValid = true
        }
        if key == "documentArn", isValid, !CPUStress.isDocument(value) {
            throw FISError.notEmulated("The document \(value.prefix(256))")
        }
        guard isValid else {
            throw FISError.validation(
                "Action \(action.name.prefix(64)) has the invalid value \(value.prefix(128)) for the parameter \(key).")
        }
    }

    /// The parts of a list with commas.
    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }.filter { !$0.isEmpty }
    }
}
