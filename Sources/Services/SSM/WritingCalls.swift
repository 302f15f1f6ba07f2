import CloudState
import ServiceModel

/// PutParameter, DeleteParameter and DeleteParameters.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
enum WritingCalls {
    static let operations: [String: Handler] = [
        "DeleteParameter": .write(delete),
        "DeleteParameters": .write(deleteMany),
        "PutParameter": .write(put),
    ]

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        try ParameterRules.checkName(name)
        let known = context.ssm.parameters[name]
        let overwrites = input.boolean("Overwrite") ?? false
        let tags = try ParameterTagCalls.tags(input)
        if known != nil {
            guard overwrites else {
                throw ServiceError(
                    "ParameterAlreadyExists",
                    "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."
                )
            }
        }
        guard !overwrites || tags.isEmpty else {
            throw SSMError.validation(
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource."
            )
        }
        let previous = known?.latest
        guard let type = input.string("Type") ?? previous?.type else {
            throw SSMError.validation("A parameter type is required when you create a parameter.")
        }
        let value = input.string("Value") ?? ""
        let tier = try ParameterRules.tier(input.string("Tier"), value: value, previous: previous?.tier)
        let dataType = input.string("DataType") ?? previous?.dataType ?? "text"
        try ParameterRules.checkValue(value, type: type, dataType: dataType)
        var version = Parameter.Version(
            number: (previous?.number ?? 0) + 1, value: value, type: type, tier: tier, dataType: dataType,
            modified: context.now, user: context.caller.arn)
        version.description = input.string("Description") ?? previous?.description
        version.allowedPattern = input.string("AllowedPattern") ?? previous?.allowedPattern
        if let pattern = version.allowedPattern, !pattern.isEmpty {
            guard try AllowedPattern(pattern).accepts(value) else {
                throw ServiceError(
                    "ParameterPatternMismatchException",
                    "Parameter value, cannot be validated against allowedPattern: \(pattern)")
            }
        }
        version.policies = input.string("Policies").flatMap { $0 == "{}" ? nil : $0 } ?? previous?.policies
        guard version.policies == nil || tier == "Advanced" else {
            throw SSMError.validation(
                "Parameter policies are only supported for advanced parameters. To use parameter policies, upgrade the parameter to the advanced-parameter tier."
            )
        }
        if type == "SecureString" { version.keyID = try key(input.string("KeyId") ?? previous?.keyID, context) }
        try store(version, name: name, known: known, tags: tags, &context)
        return Response(["Version": .integer(version.number), "Tier": .string(tier)])
    }

    /// The key as it was given, if there is such a key that can be used.
    private static func key(_ text: String?, _ context: CallContext) throws(ServiceError) -> String {
        let text = text ?? "alias/aws/ssm"
        guard let key = context.world.kmsKey(text, region: context.region) else {
            throw ServiceError("InvalidKeyId", "Invalid keyId \(text.prefix(256))")
        }
        guard key.state == .enabled else {
            throw ServiceError("InvalidKeyId", "\(key.arn) is not in a valid state for this operation.")
        }
        return text
    }

    private static func store(
        _ version: Parameter.Version, name: String, known: Parameter?, tags: [(key: String, value: String)],
        _ context: inout CallContext
    ) throws(ServiceError) {
        guard var parameter = known else {
            guard context.ssm.parameters.count < 10_000 else {
                throw ServiceError(
                    "ParameterLimitExceeded",
                    "You have exceeded the number of parameters for this AWS account. Delete one or more parameters and try again."
                )
            }
            var parameter = Parameter(name: name, version: version)
            for tag in tags { parameter.tags[tag.key] = tag.value }
            context.ssm.parameters.insert(parameter)
            return
        }
        if parameter.versions.count >= 100 {
            guard let oldest = parameter.versions.first, oldest.labels.isEmpty else {
                throw ServiceError(
                    "ParameterMaxVersionLimitExceeded",
                    "You attempted to create a new version of \(name) by calling the PutParameter API with the overwrite flag. Version \(parameter.versions.first?.number ?? 1), the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again."
                )
            }
            parameter.versions.removeFirst()
        }
        parameter.versions.append(version)
        context.ssm.parameters.insert(parameter)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let reference = ParameterReference(input.string("Name") ?? "", context),
            context.ssm.parameters.remove(reference.name) != nil
        else { throw SSMError.notFound }
        return .empty
    }

    static func deleteMany(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var deleted: [String] = []
        var invalid: [String] = []
        for name in input.strings("Names") {
            if let reference = ParameterReference(name, context), context.ssm.parameters.remove(reference.name) != nil {
                deleted.append(name)
            } else {
                invalid.append(name)
            }
        }
        return Response(["DeletedParameters": .strings(deleted), "InvalidParameters": .strings(invalid)])
    }
}
