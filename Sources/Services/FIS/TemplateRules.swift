import CloudState
import ServiceModel

/// What a template may say.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/experiment-templates.html>
enum TemplateRules {
    /// The bound of AWS's quotas for an experiment's actions and targets.
    private static let most = 20

    /// Applies what a request says to a plan, and checks the whole.
    static func apply(_ input: Input, to plan: inout ExperimentPlan, _ context: CallContext) throws(ServiceError) {
        if let role = input.string("roleArn") { plan.roleARN = role }
        if input.has("targets") { plan.targets = try input.entries("targets").mapEntries(target) }
        if input.has("actions") { plan.actions = input.entries("actions").map { action($0.0, $0.1) } }
        if input.has("stopConditions") { plan.stopAlarms = try stopAlarms(input, context) }
        if let logs = input["logConfiguration"] { plan.logConfiguration = logs.fields?.isEmpty ?? true ? nil : logs }
        if let report = input["experimentReportConfiguration"] {
            plan.reportConfiguration = report.fields?.isEmpty ?? true ? nil : report
        }
        if let options = input.structure("experimentOptions") {
            if options.shape.member("accountTargeting") != nil, let targeting = options.string("accountTargeting") {
                plan.accountTargeting = targeting
            }
            if let mode = options.string("emptyTargetResolutionMode") { plan.emptyTargets = mode }
        }
        try check(plan)
    }

    // MARK: Parts

    private static func target(_ name: String, _ input: Input) throws(ServiceError) -> ExperimentTarget {
        let mode = input.string("selectionMode") ?? ""
        guard let selection = ExperimentTarget.Selection(mode) else {
            throw FISError.validation(
                "Target \(name.prefix(64)) has the invalid selection mode \(mode.prefix(64)). Use ALL, COUNT(n) or PERCENT(n)."
            )
        }
        let filters = input.structures("filters").map { filter in
            ExperimentTarget.Filter(path: filter.string("path") ?? "", values: filter.strings("values"))
        }
        return ExperimentTarget(
            name: name, resourceType: input.string("resourceType") ?? "", arns: input.strings("resourceArns"),
            tags: Tags(input.map("resourceTags")), filters: filters, parameters: Tags(input.map("parameters")),
            selection: selection)
    }

    private static func action(_ name: String, _ input: Input) -> ExperimentAction {
        ExperimentAction(
            name: name, actionID: input.string("actionId") ?? "", description: input.string("description"),
            parameters: Tags(input.map("parameters")), targets: Tags(input.map("targets")),
            startAfter: input.strings("startAfter"))
    }

    private static func stopAlarms(_ input: Input, _ context: CallContext) throws(ServiceError) -> [String] {
        var alarms: [String] = []
        for condition in input.structures("stopConditions") {
            let source = condition.string("source") ?? ""
            let value = condition.string("value")
            switch (source, value) {
            case ("none", nil): continue
            case ("none", _?): throw FISError.validation("A stop condition with the source none must not have a value.")
            case ("aws:cloudwatch:alarm", let arn?):
                guard context.cloudWatch.hasAlarm(arn) else {
                    throw FISError.validation(
                        "The CloudWatch alarm \(arn.prefix(256)) of a stop condition does not exist.")
                }
                alarms.append(arn)
            case ("aws:cloudwatch:alarm", nil):
                throw FISError.validation(
                    "A stop condition with the source aws:cloudwatch:alarm needs a value: the alarm's ARN.")
            default: throw FISError.validation("Invalid stop condition source: \(source.prefix(64))")
            }
        }
        guard alarms.count <= 5 else { throw FISError.validation("A template can have at most 5 stop conditions.") }
        return alarms
    }

    // MARK: The whole

    private static func check(_ plan: ExperimentPlan) throws(ServiceError) {
        guard plan.roleARN.hasPrefix("arn:aws"), plan.roleARN.contains(":role/") else {
            throw FISError.validation("The role ARN \(plan.roleARN.prefix(256)) is not valid.")
        }
        guard !plan.actions.isEmpty else { throw FISError.validation("A template needs at least one action.") }
        guard plan.actions.count <= most, plan.targets.count <= most else {
            throw FISError.validation("A template can have at most \(most) actions and \(most) targets.")
        }
        for target in plan.targets { try check(target) }
        for action in plan.actions { try ActionRules.check(action, plan) }
        let used = Set(plan.actions.flatMap { $0.targets.tags.map(\.value) })
        if let idle = plan.targets.first(where: { !used.contains($0.name) }) {
            throw FISError.validation("Target \(idle.name.prefix(64)) is not used by any action.")
        }
        try checkOrder(plan)
    }

    private static func check(_ target: ExperimentTarget) throws(ServiceError) {
        let name = target.name.prefix(64)
        guard let kind = TargetKind.named(target.resourceType) else {
            if target.resourceType.hasPrefix("aws:") {
                throw FISError.notEmulated("The target resource type \(target.resourceType.prefix(128))")
            }
            throw FISError.validation(
                "Target \(name) has the invalid resource type \(target.resourceType.prefix(128)).")
        }
        let isByTag = !target.tags.isEmpty || !target.filters.isEmpty || !target.parameters.isEmpty
        guard !target.arns.isEmpty || isByTag else {
            throw FISError.validation("Target \(name) needs resource ARNs, tags, filters or parameters.")
        }
        guard target.arns.isEmpty || target.tags.isEmpty else {
            throw FISError.validation("Target \(name) must not have both resource ARNs and resource tags.")
        }
        guard target.arns.isEmpty || target.filters.isEmpty else {
            throw FISError.validation("Target \(name) must not have both resource ARNs and filters.")
        }
        for parameter in target.parameters.tags where !kind.parameters.contains(where: { $0.name == parameter.key }) {
            throw FISError.validation("Target \(name) has the unknown parameter \(parameter.key.prefix(64)).")
        }
    }

    /// Actions must not wait for one another in a circle.
    private static func checkOrder(_ plan: ExperimentPlan) throws(ServiceError) {
        var done: Set<String> = []
        while done.count < plan.actions.count {
            let ready = plan.actions.filter { !done.contains($0.name) && $0.startAfter.allSatisfy(done.contains) }
            guard !ready.isEmpty else {
                throw FISError.validation("The actions of the template wait for one another in a circle.")
            }
            done.formUnion(ready.map(\.name))
        }
    }
}

extension Input {
    /// The entries of a map of structures.
    func entries(_ name: String) -> [(String, Input)] {
        guard let shape = shape.member(name)?.shape.element?.shape else { return [] }
        return self[name]?.fields?.fields.compactMap { field in
            field.value.fields.map { (field.name, Input(shape: shape, fields: $0)) }
        } ?? []
    }
}

extension [(String, Input)] {
    func mapEntries<Result>(_ make: (String, Input) throws(ServiceError) -> Result) throws(ServiceError) -> [Result] {
        var results: [Result] = []
        for (name, input) in self { results.append(try make(name, input)) }
        return results
    }
}
