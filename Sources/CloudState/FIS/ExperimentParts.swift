package import ServiceModel

/// What an experiment works on: resources by ARN, or by tags, filters and parameters.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/targets.html>
package struct ExperimentTarget: Sendable, Equatable {
    package struct Filter: Sendable, Equatable {
        /// The way to an attribute in what the resource's service describes, for instance `State.Name`.
        package var path: String
        package var values: [String]

        package init(path: String, values: [String]) {
            self.path = path
            self.values = values
        }
    }

    package enum Selection: Sendable, Equatable {
        case all
        case count(Int)
        case percent(Int)

        /// `ALL`, `COUNT(n)` or `PERCENT(n)`; nil for anything else.
        package init?(_ text: String) {
            func number(_ word: String) -> Int? {
                guard text.hasPrefix("\(word)("), text.hasSuffix(")") else { return nil }
                return Int(text.dropFirst(word.count + 1).dropLast())
            }
            if text == "ALL" {
                self = .all
            } else if let count = number("COUNT"), count > 0 {
                self = .count(count)
            } else if let percent = number("PERCENT"), (1...100).contains(percent) {
                self = .percent(percent)
            } else {
                return nil
            }
        }

        package var text: String {
            switch self {
            case .all: "ALL"
            case .count(let count): "COUNT(\(count))"
            case .percent(let percent): "PERCENT(\(percent))"
            }
        }
    }

    package var name: String
    /// For instance `aws:ec2:instance`.
    package var resourceType: String
    package var arns: [String]
    package var tags: Tags
    package var filters: [Filter]
    package var parameters: Tags
    package var selection: Selection

    package init(
        name: String, resourceType: String, arns: [String], tags: Tags, filters: [Filter], parameters: Tags,
        selection: Selection
    ) {
        self.name = name
        self.resourceType = resourceType
        self.arns = arns
        self.tags = tags
        self.filters = filters
        self.parameters = parameters
        self.selection = selection
    }
}

/// What an experiment does: an action of FIS's with its parameters, on targets, after other actions.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/action-sequence.html>
package struct ExperimentAction: Sendable, Equatable {
    package var name: String
    /// For instance `aws:ec2:stop-instances`.
    package var actionID: String
    package var description: String?
    package var parameters: Tags
    /// From the action's name for a target, for instance `Instances`, to the experiment's.
    package var targets: Tags
    package var startAfter: [String]

    package init(
        name: String, actionID: String, description: String?, parameters: Tags, targets: Tags, startAfter: [String]
    ) {
        self.name = name
        self.actionID = actionID
        self.description = description
        self.parameters = parameters
        self.targets = targets
        self.startAfter = startAfter
    }
}

/// What a template says and an experiment takes over from it.
package struct ExperimentPlan: Sendable, Equatable {
    package var targets: [ExperimentTarget] = []
    package var actions: [ExperimentAction] = []
    /// ARNs of alarms that end the experiment.
    package var stopAlarms: [String] = []
    package var roleARN = ""
    /// As it was given; nothing is logged and no report is written.
    package var logConfiguration: Value?
    package var reportConfiguration: Value?
    package var accountTargeting = "single-account"
    /// `fail` or `skip`.
    package var emptyTargets = "fail"
    /// By account: the role that acts there.
    package var accounts: [TargetAccount] = []

    package init() {}
}

/// An account of a multi-account experiment.
package struct TargetAccount: Sendable, Equatable {
    package var id: String
    package var roleARN: String
    package var description: String?

    package init(id: String, roleARN: String, description: String?) {
        self.id = id
        self.roleARN = roleARN
        self.description = description
    }
}
