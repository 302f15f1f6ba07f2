import CloudState
import ServiceModel

/// Target account configurations of multi-account experiments. There is one account in the emulator, so that they are
/// kept and shown.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/multi-account.html>
enum AccountCalls {
    static let operations: [String: Handler] = [
        "CreateTargetAccountConfiguration": .write(create),
        "DeleteTargetAccountConfiguration": .write(delete),
        "GetExperimentTargetAccountConfiguration": .read(getOfExperiment),
        "GetTargetAccountConfiguration": .read(get),
        "ListExperimentTargetAccountConfigurations": .read(listOfExperiment),
        "ListTargetAccountConfigurations": .read(list),
        "UpdateTargetAccountConfiguration": .write(update),
    ]

    private static func view(_ account: TargetAccount) -> Value {
        [
            "accountId": .string(account.id), "roleArn": .string(account.roleARN),
            "description": .optional(account.description),
        ]
    }

    private static func answer(_ account: TargetAccount) -> Response {
        Response(["targetAccountConfiguration": view(account)])
    }

    private static func index(_ plan: ExperimentPlan, _ input: Input) throws(ServiceError) -> Int {
        let id = input.string("accountId") ?? ""
        guard let index = plan.accounts.firstIndex(where: { $0.id == id }) else {
            throw FISError.notFound("Target account configuration \(id.prefix(48)) does not exist.")
        }
        return index
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var template = try context.template(input.string("experimentTemplateId"))
        guard template.plan.accountTargeting == "multi-account" else {
            throw FISError.validation(
                "Target account configurations can only be created for templates with multi-account targeting.")
        }
        let id = input.string("accountId") ?? ""
        guard id.isAccountNumber else {
            throw FISError.validation("The account ID \(id.prefix(48)) is not valid.")
        }
        guard !template.plan.accounts.contains(where: { $0.id == id }) else {
            throw FISError.conflict("Target account configuration \(id) already exists.")
        }
        let account = TargetAccount(
            id: id, roleARN: input.string("roleArn") ?? "", description: input.string("description"))
        template.plan.accounts.append(account)
        context.fis.templates.insert(template)
        return answer(account)
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var template = try context.template(input.string("experimentTemplateId"))
        let index = try index(template.plan, input)
        if let role = input.string("roleArn") { template.plan.accounts[index].roleARN = role }
        if let description = input.string("description") { template.plan.accounts[index].description = description }
        context.fis.templates.insert(template)
        return answer(template.plan.accounts[index])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var template = try context.template(input.string("experimentTemplateId"))
        let account = template.plan.accounts.remove(at: try index(template.plan, input))
        context.fis.templates.insert(template)
        return answer(account)
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let plan = try context.template(input.string("experimentTemplateId")).plan
        return answer(plan.accounts[try index(plan, input)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try list(try context.template(input.string("experimentTemplateId")).plan, input)
    }

    static func getOfExperiment(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let plan = try context.experiment(input.string("experimentId")).plan
        return answer(plan.accounts[try index(plan, input)])
    }

    static func listOfExperiment(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try list(try context.experiment(input.string("experimentId")).plan, input)
    }

    private static func list(_ plan: ExperimentPlan, _ input: Input) throws(ServiceError) -> Response {
        let page = try Paging.page(plan.accounts, input)
        return Response(["targetAccountConfigurations": .list(page.items, view), "nextToken": page.token])
    }
}
