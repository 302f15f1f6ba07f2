import CloudState
import JSONValue
import ServiceModel

/// Targets of rules.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html>
enum TargetCalls {
    static let operations: [String: Handler] = [
        "ListRuleNamesByTarget": .read(names),
        "ListTargetsByRule": .read(list),
        "PutTargets": .write(put),
        "RemoveTargets": .write(remove),
    ]

    private static let most = 5

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var rule = try context.rule(input, "Rule")
        for target in input.structures("Targets") {
            try check(target)
            let record = EventTarget(
                id: target.string("Id") ?? "", arn: target.string("Arn") ?? "", settings: target.fields)
            if let place = rule.targets.firstIndex(where: { $0.id == record.id }) {
                rule.targets[place] = record
            } else {
                rule.targets.append(record)
            }
        }
        guard rule.targets.count <= most else { throw EventsError.limit }
        context.events.rules.insert(rule)
        return Response(["FailedEntryCount": 0, "FailedEntries": []])
    }

    private static func check(_ target: Input) throws(ServiceError) {
        let id = target.string("Id") ?? ""
        let arn = target.string("Arn") ?? ""
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 6, parts[0] == "arn", !parts[2].isEmpty, !parts[5].isEmpty else {
            throw EventsError.validation(
                "Parameter \(arn.prefix(256)) is not valid. Reason: Provided Arn is not in correct format.")
        }
        let inputs = ["Input", "InputPath", "InputTransformer"].filter { target.has($0) }
        guard inputs.count <= 1 else {
            throw EventsError.validation(
                "Only one of Input, InputPath, or InputTransformer must be provided for target \(id).")
        }
        // Any JSON value will do, a bare word will not.
        if let text = target.string("Input"), (try? JSON.parse(text, maximumDepth: 128)) == nil {
            throw EventsError.validation("JSON syntax error in input for target \(id)")
        }
        if let path = target.string("InputPath"), EventPath(path) == nil { throw invalidPath(path, id) }
        if let transformer = target.structure("InputTransformer") {
            for entry in transformer.map("InputPathsMap") where EventPath(entry.value) == nil {
                throw invalidPath(entry.value, id)
            }
        }
        let needsRole =
            ["kinesis", "ecs", "states", "batch", "firehose", "ssm", "codebuild", "codepipeline"]
            .contains(String(parts[2]))
        guard !needsRole || target.has("RoleArn") else {
            throw EventsError.validation("RoleArn is required for target \(arn).")
        }
        guard parts[2] != "ecs" || target.has("EcsParameters") else {
            throw EventsError.validation("Parameter(s) EcsParameters must be specified for target: \(id).")
        }
        guard
            parts[2] != "sqs" || !arn.hasSuffix(".fifo")
                || target.structure("SqsParameters")?.has("MessageGroupId") ?? false
        else { throw EventsError.validation("Parameter(s) SqsParameters must be specified for target: \(id).") }
    }

    private static func invalidPath(_ path: String, _ id: String) -> ServiceError {
        EventsError.validation(
            "Parameter InputPath is not valid. Reason: Invalid JSON path \(path.prefix(256)) of target \(id).")
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var rule = try context.rule(input, "Rule")
        let ids = Set(input.strings("Ids"))
        rule.targets.removeAll { ids.contains($0.id) }
        context.events.rules.insert(rule)
        return Response(["FailedEntryCount": 0, "FailedEntries": []])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let rule = try context.rule(input, "Rule")
        let page = try EventsPaging.page(rule.targets, input)
        return Response(["Targets": .list(page.items) { .structure($0.settings) }, "NextToken": page.token])
    }

    static func names(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bus = try context.bus(input.string("EventBusName"))
        let arn = input.string("TargetArn")
        let found = context.events.rules.filter { rule in
            rule.bus == bus.id && rule.targets.contains { $0.arn == arn }
        }.map(\.name).sorted()
        let page = try EventsPaging.page(found, input)
        return Response(["RuleNames": .strings(page.items), "NextToken": page.token])
    }
}
