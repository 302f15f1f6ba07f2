import CloudState
import ServiceModel

/// Experiments: started, stopped, looked at.
///
/// <https://docs.aws.amazon.com/fis/latest/APIReference/API_StartExperiment.html>
enum ExperimentCalls {
    static let operations: [String: Handler] = [
        "GetExperiment": .read(get),
        "ListExperimentResolvedTargets": .read(resolvedTargets),
        "ListExperiments": .read(list),
        "StartExperiment": .write(start),
        "StopExperiment": .write(stop),
    ]

    /// AWS's quota for experiments that run at once.
    private static let most = 5

    static func start(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let token = input.string("clientToken") ?? ""
        let template = try context.template(input.string("experimentTemplateId"))
        if let earlier = context.fis.experiments.first(where: { $0.clientToken == token && !token.isEmpty }) {
            guard earlier.templateID == template.id else {
                throw FISError.conflict("The client token was used for another request.")
            }
            return answer(earlier, context)
        }
        if context.fis.leverReason != nil {
            throw FISError.conflict("The safety lever is engaged: no experiment can be started.")
        }
        guard context.fis.experiments.count(where: { !$0.status.isOver }) < most else {
            throw ServiceError(
                "ServiceQuotaExceededException", "At most \(most) experiments can run at a time.", status: 402)
        }
        for arn in template.plan.stopAlarms {
            guard let alarm = context.cloudWatch.alarms.first(where: { $0.arn == arn }), alarm.state != .alarm else {
                throw FISError.conflict("The stop condition \(arn) does not exist or is in the state ALARM.")
            }
        }
        if template.plan.accountTargeting == "multi-account", template.plan.accounts.isEmpty {
            throw FISError.validation("The template needs at least one target account configuration.")
        }
        let tags = try TagCalls.tags(input)
        let mode = input.structure("experimentOptions")?.string("actionsMode") ?? "run-all"
        let id = "EXP" + context.world.ids.capitals("\(context.region)/fis/experiment", count: 15)
        let experiment = Experiment(
            id: id, arn: context.fisARN("experiment/\(id)"), template: template, mode: mode, clientToken: token,
            now: context.now, tags: tags)
        context.fis.experiments.insert(experiment)
        ExperimentRun.schedule(id, .begin, after: ExperimentRun.initiation, &context)
        return answer(experiment, context)
    }

    static func stop(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let experiment = try context.experiment(input.string("id"))
        guard !experiment.status.isOver else {
            throw FISError.validation(
                "Experiment \(experiment.id) cannot be stopped: it is in the state \(experiment.status.rawValue).")
        }
        if experiment.status != .stopping { ExperimentRun.halt(experiment.id, ExperimentRun.stopping, &context) }
        return answer(try context.experiment(experiment.id), context)
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        answer(try context.experiment(input.string("id")), context)
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let template = input.string("experimentTemplateId")
        let found = context.fis.experiments.filter { template == nil || $0.templateID == template }
        let page = try Paging.page(found, input)
        return Response([
            "experiments": .list(page.items) { experiment in
                [
                    "id": .string(experiment.id), "arn": .string(experiment.arn),
                    "experimentTemplateId": .string(experiment.templateID), "state": state(experiment, context),
                    "creationTime": .timestamp(experiment.created), "tags": experiment.tags.map,
                    "experimentOptions": options(experiment),
                ]
            }, "nextToken": page.token,
        ])
    }

    static func resolvedTargets(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let experiment = try context.experiment(input.string("experimentId"))
        let name = input.string("targetName")
        if let name, !experiment.plan.targets.contains(where: { $0.name == name }) {
            throw FISError.notFound("Target \(name.prefix(64)) does not exist.")
        }
        let found = experiment.plan.targets.filter { name == nil || $0.name == name }.flatMap { target in
            (experiment.resolved[target.name] ?? []).map { (target, $0) }
        }
        let page = try Paging.page(found, input)
        return Response([
            "resolvedTargets": .list(page.items) { target, arn in
                [
                    "resourceType": .string(target.resourceType), "targetName": .string(target.name),
                    "targetInformation": .map(Fields([.init(name: "arn", value: .string(arn))])),
                ]
            }, "nextToken": page.token,
        ])
    }

    // MARK: Views

    private static func options(_ experiment: Experiment) -> Value {
        [
            "accountTargeting": .string(experiment.plan.accountTargeting),
            "emptyTargetResolutionMode": .string(experiment.plan.emptyTargets), "actionsMode": .string(experiment.mode),
        ]
    }

    private static func state(_ experiment: Experiment, _ context: CallContext) -> Value {
        let failure: Value? = experiment.errorCode.map { code in
            ["accountId": .string(context.accountID), "code": .string(code), "location": "experiment"]
        }
        return ["status": .string(experiment.status.rawValue), "reason": .string(experiment.reason), "error": failure]
    }

    private static func answer(_ experiment: Experiment, _ context: CallContext) -> Response {
        let plan = experiment.plan
        let actions = zip(plan.actions, experiment.runs).map { action, run in
            var fields = PlanViews.action(action).fields ?? Fields()
            fields["state"] = ["status": .string(run.status.rawValue), "reason": .string(run.reason)]
            fields["startTime"] = run.start.map(Value.timestamp)
            fields["endTime"] = run.end.map(Value.timestamp)
            return Fields.Field(name: action.name, value: .structure(fields))
        }
        let view: Value = [
            "id": .string(experiment.id), "arn": .string(experiment.arn),
            "experimentTemplateId": .string(experiment.templateID), "roleArn": .string(plan.roleARN),
            "state": state(experiment, context), "targets": PlanViews.targets(plan) { experiment.resolved[$0] },
            "actions": .map(Fields(actions)), "stopConditions": PlanViews.stopConditions(plan),
            "creationTime": .timestamp(experiment.created), "startTime": experiment.start.map(Value.timestamp),
            "endTime": experiment.end.map(Value.timestamp), "tags": experiment.tags.map,
            "logConfiguration": plan.logConfiguration, "experimentOptions": options(experiment),
            "targetAccountConfigurationsCount": .integer(plan.accounts.count),
            "experimentReportConfiguration": plan.reportConfiguration,
        ]
        return Response(["experiment": view])
    }
}
