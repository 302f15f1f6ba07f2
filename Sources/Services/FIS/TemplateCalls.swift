import CloudState
import ServiceModel

/// Experiment templates.
///
/// <https://docs.aws.amazon.com/fis/latest/APIReference/API_CreateExperimentTemplate.html>
enum TemplateCalls {
    static let operations: [String: Handler] = [
        "CreateExperimentTemplate": .write(create),
        "DeleteExperimentTemplate": .write(delete),
        "GetExperimentTemplate": .read(get),
        "ListExperimentTemplates": .read(list),
        "UpdateExperimentTemplate": .write(update),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var plan = ExperimentPlan()
        try TemplateRules.apply(input, to: &plan, context)
        let tags = try TagCalls.tags(input)
        let token = input.string("clientToken") ?? ""
        if let earlier = context.fis.templates.first(where: { $0.clientToken == token && !token.isEmpty }) {
            guard earlier.plan == plan else {
                throw FISError.conflict("The client token was used for another request.")
            }
            return answer(earlier)
        }
        let id = "EXT" + context.world.ids.capitals("\(context.region)/fis/template", count: 15)
        let template = ExperimentTemplate(
            id: id, arn: context.fisARN("experiment-template/\(id)"), description: input.string("description") ?? "",
            plan: plan, clientToken: token, now: context.now, tags: tags)
        context.fis.templates.insert(template)
        return answer(template)
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var template = try context.template(input.string("id"))
        try TemplateRules.apply(input, to: &template.plan, context)
        if let description = input.string("description") { template.description = description }
        template.updated = context.now
        context.fis.templates.insert(template)
        return answer(template)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let template = try context.template(input.string("id"))
        context.fis.templates.remove(template.id)
        return answer(template)
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        answer(try context.template(input.string("id")))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try Paging.page(Array(context.fis.templates), input)
        return Response([
            "experimentTemplates": .list(page.items) { template in
                [
                    "id": .string(template.id), "arn": .string(template.arn),
                    "description": .string(template.description), "creationTime": .timestamp(template.created),
                    "lastUpdateTime": .timestamp(template.updated), "tags": template.tags.map,
                ]
            }, "nextToken": page.token,
        ])
    }

    private static func answer(_ template: ExperimentTemplate) -> Response {
        let plan = template.plan
        let view: Value = [
            "id": .string(template.id), "arn": .string(template.arn), "description": .string(template.description),
            "targets": PlanViews.targets(plan) { _ in nil },
            "actions": .map(Fields(plan.actions.map { .init(name: $0.name, value: PlanViews.action($0)) })),
            "stopConditions": PlanViews.stopConditions(plan), "creationTime": .timestamp(template.created),
            "lastUpdateTime": .timestamp(template.updated), "roleArn": .string(plan.roleARN),
            "tags": template.tags.map, "logConfiguration": plan.logConfiguration,
            "experimentOptions": [
                "accountTargeting": .string(plan.accountTargeting),
                "emptyTargetResolutionMode": .string(plan.emptyTargets),
            ],
            "targetAccountConfigurationsCount": .integer(plan.accounts.count),
            "experimentReportConfiguration": plan.reportConfiguration,
        ]
        return Response(["experimentTemplate": view])
    }
}

/// A plan's parts as templates and experiments show them.
enum PlanViews {
    /// - Parameter arns: the resources that were found for a target, where they are known.
    static func targets(_ plan: ExperimentPlan, arns: (String) -> [String]?) -> Value {
        .map(
            Fields(
                plan.targets.map { target in
                    let found = arns(target.name) ?? target.arns
                    let view: Value = [
                        "resourceType": .string(target.resourceType),
                        "resourceArns": found.isEmpty ? nil : .strings(found),
                        "resourceTags": target.tags.isEmpty ? nil : target.tags.map,
                        "filters": target.filters.isEmpty
                            ? nil
                            : .list(target.filters) { ["path": .string($0.path), "values": .strings($0.values)] },
                        "selectionMode": .string(target.selection.text),
                        "parameters": target.parameters.isEmpty ? nil : target.parameters.map,
                    ]
                    return .init(name: target.name, value: view)
                }))
    }

    static func action(_ action: ExperimentAction) -> Value {
        [
            "actionId": .string(action.actionID), "description": .optional(action.description),
            "parameters": action.parameters.map, "targets": action.targets.map,
            "startAfter": action.startAfter.isEmpty ? nil : .strings(action.startAfter),
        ]
    }

    static func stopConditions(_ plan: ExperimentPlan) -> Value {
        guard !plan.stopAlarms.isEmpty else { return [["source": "none"]] }
        return .list(plan.stopAlarms) { ["source": "aws:cloudwatch:alarm", "value": .string($0)] }
    }
}
