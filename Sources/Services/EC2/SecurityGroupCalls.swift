import CloudState
import ServiceModel

/// DescribeSecurityGroups, CreateSecurityGroup and AuthorizeSecurityGroupIngress/Egress.
enum SecurityGroupCalls {
    static let operations: [String: Handler] = [
        "DescribeSecurityGroups": .read(describe),
        "CreateSecurityGroup": .write(create),
        "AuthorizeSecurityGroupIngress": .write(authorizeIngress),
        "AuthorizeSecurityGroupEgress": .write(authorizeEgress),
    ]

    static let groups = Listing<SecurityGroup>(
        kind: .securityGroup, table: { $0.securityGroups }, ids: "GroupIds", tags: { $0.tags },
        filters: filters)

    private static let filters: [String: Listing<SecurityGroup>.FilterValues] = {
        var filters: [String: Listing<SecurityGroup>.FilterValues] = [
            "group-id": { group, _ in [group.id] },
            "group-name": { group, _ in [group.name] },
            "description": { group, _ in [group.description] },
            "owner-id": { group, _ in [group.ownerID] },
            "vpc-id": { group, _ in [group.vpcID] },
        ]
        for (prefix, isEgress) in [("", false), ("egress.", true)] {
            for (name, values) in ruleFilters {
                filters["\(prefix)ip-permission.\(name)"] = { group, state in
                    group.rules(egress: isEgress).flatMap { values($0, state) }
                }
            }
        }
        return filters
    }()

    /// What a rule has for a filter on the group's permissions.
    private static let ruleFilters: [String: @Sendable (SecurityGroupRule, EC2State) -> [String]] = [
        "protocol": { rule, _ in [rule.ipProtocol] },
        "from-port": { rule, _ in rule.fromPort.map { ["\($0)"] } ?? [] },
        "to-port": { rule, _ in rule.toPort.map { ["\($0)"] } ?? [] },
        "cidr": { rule, _ in if case .ipv4(let block) = rule.peer { [block.description] } else { [] } },
        "ipv6-cidr": { rule, _ in if case .ipv6(let block) = rule.peer { [block] } else { [] } },
        "prefix-list-id": { rule, _ in if case .prefixList(let id) = rule.peer { [id] } else { [] } },
        "group-id": { rule, _ in if case .group(let id, _) = rule.peer { [id] } else { [] } },
        "group-name": { rule, state in
            if case .group(let id, _) = rule.peer { state.securityGroups[id].map { [$0.name] } ?? [] } else { [] }
        },
        "user-id": { rule, _ in if case .group(_, let owner) = rule.peer { [owner] } else { [] } },
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("GroupNames")
        var page = try groups.page(input, context)
        if !names.isEmpty {
            // Names are looked up in the default VPC.
            let inDefault = context.ec2.securityGroups.filter { $0.vpcID == context.ec2.defaultVPC?.id }
            for name in names where !inDefault.contains(where: { $0.name == name }) {
                throw ServiceError("InvalidGroup.NotFound", "The security group '\(name.prefix(256))' does not exist")
            }
            page.records = page.records.filter { record in
                names.contains(record.name) && record.vpcID == context.ec2.defaultVPC?.id
            }
        }
        let region = context.region
        return Response([
            "SecurityGroups": .list(page.records) { view($0, region) }, "NextToken": .optional(page.nextToken),
        ])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("GroupName") ?? ""
        guard !name.isEmpty else { throw EC2Error.missingParameter("GroupName") }
        guard let description = input.string("Description"), !description.isEmpty else {
            throw EC2Error.missingParameter("GroupDescription")
        }
        guard !name.hasPrefix("sg-") else {
            throw EC2Error.invalidParameter(
                "Value (\(name.prefix(256))) for parameter GroupName is invalid. Group names may not be in the format sg-*."
            )
        }
        guard name != "default" else {
            throw ServiceError("InvalidParameterValue", "Cannot use reserved security group name: \(name)")
        }
        try checkText(name, "GroupName")
        try checkText(description, "GroupDescription")
        let vpcID: String
        if let wanted = input.string("VpcId"), !wanted.isEmpty {
            try ResourceKind.vpc.check(wanted)
            guard context.ec2.vpcs[wanted] != nil else { throw EC2Error.notFound(.vpc, [wanted]) }
            vpcID = wanted
        } else {
            guard let vpc = context.ec2.defaultVPC else {
                throw ServiceError("VPCIdNotSpecified", "No default VPC for this user")
            }
            vpcID = vpc.id
        }
        guard !context.ec2.securityGroups.contains(where: { $0.vpcID == vpcID && $0.name == name }) else {
            throw ServiceError(
                "InvalidGroup.Duplicate", "The security group '\(name)' already exists for VPC '\(vpcID)'")
        }
        let tags = try TagRules.specified(input, for: .securityGroup)
        var group = SecurityGroup(
            id: context.newID("sg"), name: name, description: description, vpcID: vpcID, ownerID: context.accountID)
        group.tags = tags
        group.rules = [
            SecurityGroupRule(
                id: context.newID("sgr"), isEgress: true, ipProtocol: "-1", fromPort: nil, toPort: nil,
                peer: .ipv4(.everywhere))
        ]
        context.ec2.securityGroups.insert(group)
        return Response([
            "GroupId": .string(group.id), "Tags": tags.viewIfAny,
            "SecurityGroupArn": .string(
                "arn:aws:ec2:\(context.region):\(context.accountID):security-group/\(group.id)"),
        ])
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html>
    private static func checkText(_ text: String, _ parameter: String) throws(ServiceError) {
        guard text.unicodeScalars.count <= 255 else {
            throw EC2Error.invalidParameter(
                "Value (\(text.prefix(256))) for parameter \(parameter) is invalid. Character length exceeds the maximum of 255."
            )
        }
        let allowed = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                    || " ._-:/()#,@[]+=&;{}!$*".unicodeScalars.contains($0))
        }
        guard allowed else {
            throw EC2Error.invalidParameter(
                "Value (\(text)) for parameter \(parameter) is invalid. Character sets beyond ASCII are not supported.")
        }
    }

    static func authorizeIngress(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try authorize(&context, input, egress: false)
    }

    static func authorizeEgress(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try authorize(&context, input, egress: true)
    }

    private static func authorize(
        _ context: inout CallContext, _ input: Input, egress: Bool
    ) throws(ServiceError) -> Response {
        var group = try named(input, context)
        let tags = try TagRules.specified(input, for: .securityGroupRule)
        var rules = try Permissions.rules(input, group: group, egress: egress, context)
        guard !rules.isEmpty else {
            throw ServiceError(
                "MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
        }
        for index in rules.indices {
            let rule = rules[index]
            guard !group.rules.contains(where: { $0.allowsSame(as: rule) }) else {
                throw ServiceError(
                    "InvalidPermission.Duplicate",
                    "the specified rule \"\(Permissions.describe(rule))\" already exists")
            }
            guard !rules[..<index].contains(where: { $0.allowsSame(as: rule) }) else {
                throw ServiceError("InvalidParameterValue", "The same permission must not appear multiple times")
            }
            rules[index].id = context.newID("sgr")
            rules[index].tags = tags
        }
        guard group.rules(egress: egress).count + rules.count <= 60 else {
            throw ServiceError(
                "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."
            )
        }
        group.rules += rules
        context.ec2.securityGroups.insert(group)
        let region = context.region
        return Response([
            "Return": true,
            "SecurityGroupRules": .list(rules) { ruleView($0, group, region) },
        ])
    }

    /// The group that a request names by id, or by name in the default VPC.
    static func named(_ input: Input, _ context: CallContext) throws(ServiceError) -> SecurityGroup {
        if let id = input.string("GroupId"), !id.isEmpty {
            try ResourceKind.securityGroup.check(id)
            guard let group = context.ec2.securityGroups[id] else { throw EC2Error.notFound(.securityGroup, [id]) }
            return group
        }
        guard input.shape.member("GroupName") != nil, let name = input.string("GroupName"), !name.isEmpty else {
            throw ServiceError(
                "MissingParameter", "The request must contain the parameter GroupName or GroupId")
        }
        let vpcID = context.ec2.defaultVPC?.id
        guard let group = context.ec2.securityGroups.first(where: { $0.name == name && $0.vpcID == vpcID }) else {
            throw ServiceError(
                "InvalidGroup.NotFound",
                "The security group '\(name.prefix(256))' does not exist in default VPC '\(vpcID ?? "null")'")
        }
        return group
    }

    // MARK: Views

    static func view(_ group: SecurityGroup, _ region: String) -> Value {
        [
            "GroupId": .string(group.id), "GroupName": .string(group.name), "Description": .string(group.description),
            "IpPermissionsEgress": Permissions.view(group.rules(egress: true)), "Tags": group.tags.viewIfAny,
            "VpcId": .string(group.vpcID),
            "SecurityGroupArn": .string("arn:aws:ec2:\(region):\(group.ownerID):security-group/\(group.id)"),
            "OwnerId": .string(group.ownerID), "IpPermissions": Permissions.view(group.rules(egress: false)),
        ]
    }

    static func ruleView(_ rule: SecurityGroupRule, _ group: SecurityGroup, _ region: String) -> Value {
        var fields: Value = [
            "SecurityGroupRuleId": .string(rule.id), "GroupId": .string(group.id),
            "GroupOwnerId": .string(group.ownerID), "IsEgress": .boolean(rule.isEgress),
            "IpProtocol": .string(rule.ipProtocol), "FromPort": .integer(rule.fromPort ?? -1),
            "ToPort": .integer(rule.toPort ?? -1), "Description": .optional(rule.description),
            "Tags": rule.tags.viewIfAny,
            "SecurityGroupRuleArn": .string(
                "arn:aws:ec2:\(region):\(group.ownerID):security-group-rule/\(rule.id)"),
        ]
        guard case .structure(var members) = fields else { return fields }
        switch rule.peer {
        case .ipv4(let block): members["CidrIpv4"] = .string(block.description)
        case .ipv6(let block): members["CidrIpv6"] = .string(block)
        case .prefixList(let id): members["PrefixListId"] = .string(id)
        case .group(let id, let owner):
            members["ReferencedGroupInfo"] = [
                "GroupId": .string(id), "UserId": .string(owner), "VpcId": .string(group.vpcID),
            ]
        }
        fields = .structure(members)
        return fields
    }
}
