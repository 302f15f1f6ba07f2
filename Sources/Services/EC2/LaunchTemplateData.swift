import CloudState
import ServiceModel

/// Launch templates as a launch uses them: found by id or name and version, and filled in under a request.
enum LaunchTemplateData {
    /// A version that a request names.
    struct Reference {
        var template: LaunchTemplate
        var version: LaunchTemplate.Version
    }

    /// The template that a request names by id or by name; one of the two must be there.
    static func template(id: String?, name: String?, _ context: CallContext) throws(ServiceError) -> LaunchTemplate {
        switch (id, name) {
        case (_?, _?):
            throw EC2Error.invalidCombination(
                "Only one of launch template ID or launch template name can be specified in the request.")
        case (nil, nil):
            throw ServiceError(
                "MissingParameter",
                "Either a launch template ID or a launch template name must be specified in the request.")
        case (let id?, nil):
            try ResourceKind.launchTemplate.check(id)
            guard let template = context.ec2.launchTemplates[id] else { throw notFound(id: id) }
            return template
        case (nil, let name?):
            guard let template = context.ec2.launchTemplates.first(where: { $0.name == name }) else {
                throw ServiceError(
                    "InvalidLaunchTemplateName.NotFoundException",
                    "The specified launch template, with template name \(name.prefix(128)), does not exist.")
            }
            return template
        }
    }

    static func notFound(id: String) -> ServiceError {
        ServiceError(
            "InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID \(id), does not exist."
        )
    }

    /// A version by number, `$Latest` or `$Default`.
    static func version(_ text: String, of template: LaunchTemplate) throws(ServiceError) -> LaunchTemplate.Version {
        let number: Int
        switch text {
        case "$Latest": number = template.versions.last?.number ?? template.latestVersion
        case "$Default": number = template.defaultVersion
        default:
            guard let parsed = Int(text), parsed > 0 else {
                throw EC2Error.invalidParameter(
                    "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.")
            }
            number = parsed
        }
        guard let version = template.version(number) else {
            throw ServiceError(
                "InvalidLaunchTemplateId.VersionNotFound",
                "Could not find the specified version \(number) for the launch template with ID \(template.id).")
        }
        return version
    }

    /// A request for instances with what its launch template says wherever it says nothing itself.
    ///
    /// Tags add up, and block devices by their names; any other parameter of the request takes the template's place.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html>
    static func applied(
        to input: Input, _ context: CallContext
    ) throws(ServiceError) -> (input: Input, reference: Reference?) {
        guard let wanted = input.structure("LaunchTemplate") else { return (input, nil) }
        let template = try template(
            id: wanted.string("LaunchTemplateId"), name: wanted.string("LaunchTemplateName"), context)
        let text = wanted.string("Version").flatMap { $0.isEmpty ? nil : $0 } ?? "$Default"
        let version = try version(text, of: template)
        guard version.data["InstanceRequirements"] == nil else {
            throw EC2Error.invalidCombination(
                "You can't specify InstanceRequirements in a launch template that is used to launch instances with RunInstances."
            )
        }
        var fields = Value.structure(version.data).fitted(to: input.shape).fields ?? Fields()
        for field in input.fields.fields {
            switch field.name {
            case "TagSpecifications":
                fields[field.name] = mergedTags(fields[field.name]?.elements ?? [], field.value.elements ?? [])
            case "BlockDeviceMappings":
                fields[field.name] = merged(
                    fields[field.name]?.elements ?? [], field.value.elements ?? [], by: "DeviceName")
            default: fields[field.name] = field.value
            }
        }
        return (Input(shape: input.shape, fields: fields), Reference(template: template, version: version))
    }

    /// Two lists of structures, the second one's entries in the place of the first one's with the same key.
    private static func merged(_ first: [Value], _ second: [Value], by key: String) -> Value {
        .list(first.filter { entry in !second.contains { $0[key] == entry[key] } } + second)
    }

    private static func mergedTags(_ first: [Value], _ second: [Value]) -> Value {
        let both = second.map { specification in
            guard let same = first.first(where: { $0["ResourceType"] == specification["ResourceType"] }),
                var fields = specification.fields
            else { return specification }
            fields["Tags"] = merged(same["Tags"]?.elements ?? [], specification["Tags"]?.elements ?? [], by: "Key")
            return .structure(fields)
        }
        return merged(first, both, by: "ResourceType")
    }
}
