import CloudState
import ServiceModel

/// CreateLaunchTemplateVersion, DescribeLaunchTemplateVersions and DeleteLaunchTemplateVersions.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-launch-template-versions.html>
enum LaunchTemplateVersionCalls {
    static let operations: [String: Handler] = [
        "CreateLaunchTemplateVersion": .write(create),
        "DescribeLaunchTemplateVersions": .read(describe),
        "DeleteLaunchTemplateVersions": .write(delete),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var template = try LaunchTemplateCalls.named(input, context)
        let token = input.string("ClientToken") ?? ""
        if let made = try Idempotency.known("CreateLaunchTemplateVersion", token, input, context),
            let number = Int(made), let version = template.version(number)
        {
            return Response(["LaunchTemplateVersion": view(version, of: template)])
        }
        var source: LaunchTemplate.Version?
        if let text = input.string("SourceVersion"), !text.isEmpty {
            source = try LaunchTemplateData.version(text, of: template)
        }
        let version = try LaunchTemplateCalls.newVersion(template.latestVersion + 1, input, over: source, context)
        template.versions.append(version)
        template.latestVersion = version.number
        context.ec2.launchTemplates[template.id] = template
        Idempotency.remember("CreateLaunchTemplateVersion", token, input, "\(version.number)", &context)
        return Response(["LaunchTemplateVersion": view(version, of: template)])
    }

    private static let filters: [String: @Sendable (LaunchTemplate.Version, LaunchTemplate) -> [Value?]] = [
        "create-time": { version, _ in [.string(version.createTime.iso8601)] },
        "ebs-optimized": { version, _ in [version.data["EbsOptimized"]] },
        "host-resource-group-arn": { version, _ in [version.data["Placement"]?["HostResourceGroupArn"]] },
        "license-configuration-arn": { version, _ in
            (version.data["LicenseSpecifications"]?.elements ?? []).map { $0["LicenseConfigurationArn"] }
        },
        "network-card-index": { version, _ in
            (version.data["NetworkInterfaces"]?.elements ?? []).map { $0["NetworkCardIndex"] }
        },
        "http-endpoint": { version, _ in [version.data["MetadataOptions"]?["HttpEndpoint"]] },
        "http-protocol-ipv4": { version, _ in [version.data["MetadataOptions"]?["HttpProtocolIpv6"]] },
        "http-tokens": { version, _ in [version.data["MetadataOptions"]?["HttpTokens"]] },
        "iam-instance-profile": { version, _ in
            [version.data["IamInstanceProfile"]?["Arn"], version.data["IamInstanceProfile"]?["Name"]]
        },
        "image-id": { version, _ in [version.data["ImageId"]] },
        "instance-type": { version, _ in [version.data["InstanceType"]] },
        "is-default-version": { version, template in [.boolean(version.number == template.defaultVersion)] },
        "kernel-id": { version, _ in [version.data["KernelId"]] },
        "ram-disk-id": { version, _ in [version.data["RamDiskId"]] },
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        for filter in filters where Self.filters[filter.name] == nil {
            throw EC2Error.invalidParameter("The filter '\(filter.name.prefix(256))' is invalid")
        }
        let found = try wanted(input, context).filter { version, template in
            filters.allSatisfy { filter in
                let values = Self.filters[filter.name]?(version, template) ?? []
                return filter.matches(values.compactMap { $0.flatMap(text) })
            }
        }
        let limit = input.integer("MaxResults") ?? .max
        guard (1...200).contains(limit) || limit == .max else {
            throw EC2Error.invalidParameter(
                "Value ( \(limit) ) for parameter maxResults is invalid. Expecting a value between 1 and 200.")
        }
        let start = min(try PageToken.read(input.string("NextToken")), found.count)
        let page = found[start...].prefix(limit)
        var resolver = input.boolean("ResolveAlias") ?? false ? context : nil
        var views: [Value] = []
        for (version, template) in page {
            var version = version
            if var resolving = resolver, let imageID = version.data["ImageId"]?.text {
                version.data["ImageId"] = .string(try ImageAlias.resolved(imageID, &resolving))
                resolver = resolving
            }
            views.append(view(version, of: template))
        }
        return Response([
            "LaunchTemplateVersions": .list(views),
            "NextToken": page.endIndex < found.count ? .string(PageToken.make(page.endIndex)) : nil,
        ])
    }

    private static func text(_ value: Value) -> String? {
        switch value {
        case .string(let text): text
        case .boolean(let flag): "\(flag)"
        default: nil
        }
    }

    /// The versions that a request asks for, the newest of each template first.
    private static func wanted(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> [(LaunchTemplate.Version, LaunchTemplate)] {
        let texts = input.strings("Versions")
        let minimum = try bound(input.string("MinVersion"))
        let maximum = try bound(input.string("MaxVersion"))
        guard texts.isEmpty || (minimum == nil && maximum == nil) else {
            throw EC2Error.invalidCombination(
                "The parameter launchTemplateVersion cannot be used with the parameters minVersion and maxVersion.")
        }
        guard input.has("LaunchTemplateId") || input.has("LaunchTemplateName") else {
            guard !texts.isEmpty, texts.allSatisfy({ $0 == "$Latest" || $0 == "$Default" }) else {
                throw ServiceError(
                    "MissingParameter",
                    "Either a launch template ID or a launch template name must be specified in the request.")
            }
            var all: [(LaunchTemplate.Version, LaunchTemplate)] = []
            for template in context.ec2.launchTemplates {
                for version in try named(texts, of: template) { all.append((version, template)) }
            }
            return all
        }
        let template = try LaunchTemplateCalls.named(input, context)
        let versions =
            try texts.isEmpty
            ? template.versions.filter { (minimum ?? 1)...max(minimum ?? 1, maximum ?? .max) ~= $0.number }
            : named(texts, of: template)
        return versions.sorted { $0.number > $1.number }.map { ($0, template) }
    }

    private static func bound(_ text: String?) throws(ServiceError) -> Int? {
        guard let text, !text.isEmpty else { return nil }
        guard let number = Int(text), number > 0 else {
            throw EC2Error.invalidParameter("Invalid launch template version: '\(text.prefix(32))'.")
        }
        return number
    }

    /// Versions by number or alias, each once.
    private static func named(
        _ texts: [String], of template: LaunchTemplate
    ) throws(ServiceError) -> [LaunchTemplate.Version] {
        var versions: [LaunchTemplate.Version] = []
        for text in texts {
            let version = try LaunchTemplateData.version(text, of: template)
            if !versions.contains(where: { $0.number == version.number }) { versions.append(version) }
        }
        return versions
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var template = try LaunchTemplateCalls.named(input, context)
        var deleted: [Value] = []
        var kept: [Value] = []
        for text in input.strings("Versions") {
            let item: Fields = Fields([
                .init(name: "LaunchTemplateId", value: .string(template.id)),
                .init(name: "LaunchTemplateName", value: .string(template.name)),
            ])
            guard let number = Int(text) else {
                throw EC2Error.invalidParameter(
                    "Invalid launch template version: '\(text.prefix(32))'. A numeric version is required.")
            }
            var answer = item
            answer.append("VersionNumber", .integer(number))
            if number == template.defaultVersion {
                answer.append(
                    "ResponseError",
                    failure("unexpectedError", "The default version of a launch template cannot be deleted."))
                kept.append(.structure(answer))
            } else if template.version(number) == nil {
                answer.append(
                    "ResponseError",
                    failure(
                        "launchTemplateVersionDoesNotExist",
                        "Could not find the specified version \(number) for the launch template with ID \(template.id)."
                    ))
                kept.append(.structure(answer))
            } else {
                template.versions.removeAll { $0.number == number }
                deleted.append(.structure(answer))
            }
        }
        context.ec2.launchTemplates[template.id] = template
        return Response([
            "SuccessfullyDeletedLaunchTemplateVersions": .list(deleted),
            "UnsuccessfullyDeletedLaunchTemplateVersions": .list(kept),
        ])
    }

    private static func failure(_ code: String, _ message: String) -> Value {
        ["Code": .string(code), "Message": .string(message)]
    }

    private static let dataShape = APIModel.ec2.shape(named: "ResponseLaunchTemplateData")

    static func view(_ version: LaunchTemplate.Version, of template: LaunchTemplate) -> Value {
        let data = Value.structure(version.data)
        return [
            "LaunchTemplateId": .string(template.id), "LaunchTemplateName": .string(template.name),
            "VersionNumber": .integer(version.number), "VersionDescription": .optional(version.description),
            "CreateTime": .timestamp(version.createTime), "CreatedBy": .string(version.createdBy),
            "DefaultVersion": .boolean(version.number == template.defaultVersion),
            "LaunchTemplateData": dataShape.map { data.fitted(to: $0) } ?? data, "Operator": ["Managed": false],
        ]
    }
}
