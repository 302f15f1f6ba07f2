import CloudState
import JSONValue
import ServiceModel
import WireProtocols

// Tasks on ECS, and any other operation that a schedule names.
extension TargetDelivery {
    /// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EcsParameters.html>
    func runTask(_ context: inout CallContext) throws(Failure) {
        guard let parameters = settings["EcsParameters"] else {
            throw Failure(code: "SDK_CLIENT_ERROR", message: "EcsParameters are missing.")
        }
        var network: Value?
        if let own = parameters["NetworkConfiguration"]?["awsvpcConfiguration"] {
            network = [
                "awsvpcConfiguration": [
                    "subnets": own["Subnets"], "securityGroups": own["SecurityGroups"],
                    "assignPublicIp": own["AssignPublicIp"],
                ]
            ]
        }
        var tags: Value?
        if let list = parameters["Tags"]?.elements {
            // A schedule has maps, a rule structures.
            tags = .list(list.map { ["key": $0["Key"] ?? $0["key"], "value": $0["Value"] ?? $0["value"]] })
        }
        var request: Value = [
            "cluster": .string(arn), "taskDefinition": parameters["TaskDefinitionArn"],
            "count": parameters["TaskCount"] ?? 1, "launchType": parameters["LaunchType"],
            "platformVersion": parameters["PlatformVersion"], "group": parameters["Group"],
            "capacityProviderStrategy": parameters["CapacityProviderStrategy"],
            "placementConstraints": parameters["PlacementConstraints"],
            "placementStrategy": parameters["PlacementStrategy"], "networkConfiguration": network,
            "enableECSManagedTags": parameters["EnableECSManagedTags"],
            "enableExecuteCommand": parameters["EnableExecuteCommand"],
            "propagateTags": parameters["PropagateTags"], "referenceId": parameters["ReferenceId"], "tags": tags,
            "startedBy": .string(String(startedBy.prefix(128))),
        ]
        if let overrides = overrides(), var fields = request.fields {
            fields["overrides"] = overrides
            request = .structure(fields)
        }
        let answer = try call("ecs", "RunTask", request, &context)
        if let failure = answer["failures"]?.elements?.first {
            throw Failure(code: "ERROR_FROM_TARGET", message: failure["reason"]?.text ?? "The task did not start.")
        }
    }

    /// What the input overrides; the events that rules pass on override nothing.
    private func overrides() -> Value? {
        guard let object = (try? JSON.parse(input))?.objectValue,
            object["containerOverrides"] != nil || object["taskRoleArn"] != nil || object["cpu"] != nil
                || object["memory"] != nil,
            let shape = APIModel.ecs.shape(named: "TaskOverride"),
            let fields = try? JSONParameters.decode(.object(object), shape)
        else { return nil }
        return .structure(fields)
    }

    /// Any operation of any service: `arn:aws:scheduler:::aws-sdk:ec2:stopInstances`.
    ///
    /// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html>
    func callAnything(_ parts: [String], _ context: inout CallContext) throws(Failure) {
        guard parts.count >= 8, parts[5] == "aws-sdk", let model = APIModel.named(sdkService: parts[6]),
            let first = parts[7].first, let operation = model.operation(first.uppercased() + parts[7].dropFirst())
        else { throw Failure(code: "SDK_CLIENT_ERROR", message: "The operation of \(arn) is not emulated here.") }
        let fields: Fields
        do throws(ServiceError) {
            let json = (try? JSON.parse(input, maximumDepth: 64)) ?? .object([:])
            fields = try JSONParameters.decode(json, operation.input)
        } catch {
            throw Failure(error)
        }
        _ = try call(model.signingName, operation.name, .structure(fields), &context)
    }
}
