import CloudState
import ServiceModel

/// Revoking, describing and changing the rules of security groups, by permission or by rule id.
enum SecurityGroupRuleCalls {
    static let operations: [String: Handler] = [
        "RevokeSecurityGroupIngress": .write { context, input throws(ServiceError) in
            try revoke(&context, input, egress: false)
        },
        "RevokeSecurityGroupEgress": .write { context, input throws(ServiceError) in
            try revoke(&context, input, egress: true)
        },
        "DescribeSecurityGroupRules": .read(describe),
        "ModifySecurityGroupRules": .write(modify),
        "UpdateSecurityGroupRuleDescriptionsIngress": .write { context, input throws(ServiceError) in
            try updateDescriptions(&context, input, egress: false)
        },
        "UpdateSecurityGroupRuleDescriptionsEgress": .write { context, input throws(ServiceError) in
            try updateDescriptions(&context, input, egress: true)
        },
    ]

    private static var unspecified: ServiceError {
        ServiceError("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
    }

    private static var absent: ServiceError {
        ServiceError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
    }

    /// The place in the group of the rule with that id.
    private static func place(_ id: String, in group: SecurityGroup, egress: Bool?) throws(ServiceError) -> Int {
        try ResourceKind.securityGroupRule.check(id)
        let place = group.rules.firstIndex { $0.id == id && (egress == nil || $0.isEgress == egress) }
        guard let place else { throw EC2Error.notFound(.securityGroupRule, [id]) }
        return place
    }

    // MARK: Revoking

    private static func revoke(
        _ context: inout CallContext, _ input: Input, egress: Bool
    ) throws(ServiceError) -> Response {
        var group = try SecurityGroupCalls.named(input, context)
        let ids = input.strings("SecurityGroupRuleIds")
        var places: [Int] = []
        if ids.isEmpty {
            let wanted = try Permissions.rules(input, group: group, egress: egress, context)
            guard !wanted.isEmpty else { throw unspecified }
            for rule in wanted {
                guard let place = group.rules.firstIndex(where: { $0.allowsSame(as: rule) }) else { throw absent }
                places.append(place)
            }
        } else {
            guard input.structures("IpPermissions").isEmpty else {
                throw EC2Error.invalidCombination(
                    "The parameter securityGroupRuleIds cannot be used with the parameter ipPermissions")
            }
            for id in ids { places.append(try place(id, in: group, egress: egress)) }
        }
        let revoked = places.map { group.rules[$0] }
        group.rules.removeAll { rule in revoked.contains { $0.id == rule.id } }
        context.ec2.securityGroups.insert(group)
        return Response([
            "Return": true, "RevokedSecurityGroupRules": .list(revoked) { revokedView($0, group) },
            "UnknownIpPermissions": [],
        ])
    }

    private static func revokedView(_ rule: SecurityGroupRule, _ group: SecurityGroup) -> Value {
        var fields = Fields()
        fields["SecurityGroupRuleId"] = .string(rule.id)
        fields["GroupId"] = .string(group.id)
        fields["IsEgress"] = .boolean(rule.isEgress)
        fields["IpProtocol"] = .string(rule.ipProtocol)
        fields["FromPort"] = .integer(rule.fromPort ?? -1)
        fields["ToPort"] = .integer(rule.toPort ?? -1)
        switch rule.peer {
        case .ipv4(let block): fields["CidrIpv4"] = .string(block.description)
        case .ipv6(let block): fields["CidrIpv6"] = .string(block)
        case .prefixList(let id): fields["PrefixListId"] = .string(id)
        case .group(let id, _): fields["ReferencedGroupId"] = .string(id)
        }
        fields["Description"] = rule.description.map(Value.string)
        return .structure(fields)
    }

    // MARK: Describing

    private typealias Owned = (rule: SecurityGroupRule, group: SecurityGroup)

    private static let list = ItemList<Owned>(
        filters: ["group-id": { [$0.group.id] }, "security-group-rule-id": { [$0.rule.id] }],
        tags: { $0.rule.tags })

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("SecurityGroupRuleIds")
        let all = context.ec2.securityGroups.flatMap { group in group.rules.map { Owned($0, group) } }
        for id in ids {
            try ResourceKind.securityGroupRule.check(id)
            guard all.contains(where: { $0.rule.id == id }) else { throw EC2Error.notFound(.securityGroupRule, [id]) }
        }
        let wanted = try list.selected(all, input).filter { ids.isEmpty || ids.contains($0.rule.id) }
        let page = try Paging.page(wanted, input)
        let region = context.region
        return Response([
            "SecurityGroupRules": .list(page.items) { SecurityGroupCalls.ruleView($0.rule, $0.group, region) },
            "NextToken": page.nextToken,
        ])
    }

    // MARK: Changing

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try SecurityGroupCalls.named(input, context)
        let updates = input.structures("SecurityGroupRules")
        guard !updates.isEmpty else { throw EC2Error.missingParameter("SecurityGroupRule") }
        for update in updates {
            let place = try place(update.string("SecurityGroupRuleId") ?? "", in: group, egress: nil)
            guard let request = update.structure("SecurityGroupRule") else {
                throw EC2Error.missingParameter("SecurityGroupRule.1.SecurityGroupRule")
            }
            let old = group.rules[place]
            var rule = try Permissions.rule(request, group: group, egress: old.isEgress, context)
            rule.id = old.id
            rule.tags = old.tags
            guard !group.rules.contains(where: { $0.id != old.id && $0.allowsSame(as: rule) }) else {
                throw ServiceError(
                    "InvalidPermission.Duplicate",
                    "the specified rule \"\(Permissions.describe(rule))\" already exists")
            }
            group.rules[place] = rule
        }
        context.ec2.securityGroups.insert(group)
        return Response(["Return": true])
    }

    private static func updateDescriptions(
        _ context: inout CallContext, _ input: Input, egress: Bool
    ) throws(ServiceError) -> Response {
        var group = try SecurityGroupCalls.named(input, context)
        let descriptions = input.structures("SecurityGroupRuleDescriptions")
        if descriptions.isEmpty {
            guard !input.structures("IpPermissions").isEmpty else { throw unspecified }
            for rule in try Permissions.rules(input, group: group, egress: egress, context) {
                guard let place = group.rules.firstIndex(where: { $0.allowsSame(as: rule) }) else { throw absent }
                group.rules[place].description = rule.description
            }
        } else {
            for entry in descriptions {
                let place = try place(entry.string("SecurityGroupRuleId") ?? "", in: group, egress: egress)
                let text = try Permissions.checkedDescription(entry.string("Description"))
                group.rules[place].description = text
            }
        }
        context.ec2.securityGroups.insert(group)
        return Response(["Return": true])
    }
}
