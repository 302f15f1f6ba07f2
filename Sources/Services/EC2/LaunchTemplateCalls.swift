import CloudState
import ServiceModel

/// CreateLaunchTemplate, DescribeLaunchTemplates, ModifyLaunchTemplate and DeleteLaunchTemplate.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html>
enum LaunchTemplateCalls {
    static let operations: [String: Handler] = [
        "CreateLaunchTemplate": .write(create),
        "DescribeLaunchTemplates": .read(describe),
        "ModifyLaunchTemplate": .write(modify),
        "DeleteLaunchTemplate": .write(delete),
    ]

    static let listing = Listing<LaunchTemplate>(
        kind: .launchTemplate, table: { $0.launchTemplates }, ids: "LaunchTemplateIds", tags: { $0.tags },
        filters: [
            "create-time": { template, _ in [template.createTime.iso8601] },
            "launch-template-name": { template, _ in [template.name] },
        ], pageSizes: 1...200)

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("LaunchTemplateName") ?? ""
        let allowed = name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-()./_".utf8.contains($0)
        }
        guard (3...128).contains(name.utf8.count), allowed else {
            throw ServiceError(
                "InvalidLaunchTemplateName.MalformedException",
                "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _."
            )
        }
        let token = input.string("ClientToken") ?? ""
        if let id = try Idempotency.known("CreateLaunchTemplate", token, input, context),
            let template = context.ec2.launchTemplates[id]
        {
            return Response(["LaunchTemplate": view(template)])
        }
        guard !context.ec2.launchTemplates.contains(where: { $0.name == name }) else {
            throw ServiceError(
                "InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
        }
        let tags = try TagRules.specified(input, for: .launchTemplate)
        let version = try newVersion(1, input, over: nil, context)
        var template = LaunchTemplate(id: context.newID("lt"), name: name, version: version)
        template.tags = tags
        context.ec2.launchTemplates.insert(template)
        Idempotency.remember("CreateLaunchTemplate", token, input, template.id, &context)
        return Response(["LaunchTemplate": view(template)])
    }

    /// A version made of a request's data, over those of another version where there is one.
    static func newVersion(
        _ number: Int, _ input: Input, over source: LaunchTemplate.Version?, _ context: CallContext
    ) throws(ServiceError) -> LaunchTemplate.Version {
        let description = input.string("VersionDescription")
        guard (description ?? "").unicodeScalars.count <= 255 else {
            throw EC2Error.invalidParameter("VersionDescription cannot be longer than 255 characters.")
        }
        var data = source?.data ?? Fields()
        for field in input.structure("LaunchTemplateData")?.fields.fields ?? [] { data[field.name] = field.value }
        try check(Input(shape: input.shape.member("LaunchTemplateData")?.shape ?? input.shape, fields: data))
        return LaunchTemplate.Version(
            number: number, description: description, createTime: context.now, createdBy: context.caller.arn, data: data
        )
    }

    /// What AWS refuses when the template is made; all else is found when it is used.
    private static func check(_ data: Input) throws(ServiceError) {
        if let userData = data.string("UserData"), Base64.decode(userData) == nil {
            throw ServiceError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
        }
        guard data["InstanceType"] == nil || data["InstanceRequirements"] == nil else {
            throw EC2Error.invalidCombination(
                "You can't specify both InstanceType and InstanceRequirements in the same request.")
        }
        for specification in data.structures("TagSpecifications") {
            _ = try TagRules.tags(specification.structures("Tags"))
        }
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("LaunchTemplateNames")
        for id in input.strings("LaunchTemplateIds") {
            _ = try LaunchTemplateData.template(id: id, name: nil, context)
        }
        for name in names where !context.ec2.launchTemplates.contains(where: { $0.name == name }) {
            throw ServiceError(
                "InvalidLaunchTemplateName.NotFoundException",
                "At least one of the launch templates specified in the request does not exist.")
        }
        let page = try listing.page(input, context)
        let shown = page.records.filter { names.isEmpty || names.contains($0.name) }
        return Response(["LaunchTemplates": .list(shown, view), "NextToken": .optional(page.nextToken)])
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var template = try named(input, context)
        if let text = input.string("DefaultVersion") {
            template.defaultVersion = try LaunchTemplateData.version(text, of: template).number
            context.ec2.launchTemplates[template.id] = template
        }
        return Response(["LaunchTemplate": view(template)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let template = try named(input, context)
        context.ec2.launchTemplates.remove(template.id)
        return Response(["LaunchTemplate": view(template)])
    }

    static func named(_ input: Input, _ context: CallContext) throws(ServiceError) -> LaunchTemplate {
        try LaunchTemplateData.template(
            id: input.string("LaunchTemplateId"), name: input.string("LaunchTemplateName"), context)
    }

    static func view(_ template: LaunchTemplate) -> Value {
        [
            "LaunchTemplateId": .string(template.id), "LaunchTemplateName": .string(template.name),
            "CreateTime": .timestamp(template.createTime), "CreatedBy": .string(template.createdBy),
            "DefaultVersionNumber": .integer(template.defaultVersion),
            "LatestVersionNumber": .integer(template.latestVersion), "Tags": template.tags.viewIfAny,
            "Operator": ["Managed": false],
        ]
    }
}
