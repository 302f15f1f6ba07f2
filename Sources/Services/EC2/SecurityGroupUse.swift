import CloudState
import ServiceModel

/// DeleteSecurityGroup, and the calls that tell where a group may be used or is used.
enum SecurityGroupUse {
    static let operations: [String: Handler] = [
        "DeleteSecurityGroup": .write(delete),
        "GetSecurityGroupsForVpc": .read(forVPC),
        "DescribeSecurityGroupReferences": .read(references),
        "DescribeStaleSecurityGroups": .read(stale),
    ]

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try SecurityGroupCalls.named(input, context)
        guard !group.isDefault else {
            throw ServiceError(
                "CannotDelete",
                "the specified group: \"\(group.id)\" name: \"\(group.name)\" cannot be deleted by a user")
        }
        let holdsInterface = context.ec2.networkInterfaces.contains { $0.groupIDs.contains(group.id) }
        // Rules of groups behind a peering connection do not keep a group; they become stale.
        let isReferenced = context.ec2.securityGroups.contains { other in
            other.id != group.id && other.vpcID == group.vpcID && refers(other, to: group.id)
        }
        guard !holdsInterface, !isReferenced else {
            throw ServiceError("DependencyViolation", "resource \(group.id) has a dependent object")
        }
        context.ec2.securityGroups[group.id] = nil
        return Response(["Return": true, "GroupId": .string(group.id)])
    }

    private static func refers(_ group: SecurityGroup, to id: String) -> Bool {
        group.rules.contains { if case .group(id, _) = $0.peer { true } else { false } }
    }

    private static let list = ItemList<SecurityGroup>(
        filters: [
            "group-id": { [$0.id] }, "description": { [$0.description] }, "group-name": { [$0.name] },
            "owner-id": { [$0.ownerID] }, "primary-vpc-id": { [$0.vpcID] },
        ],
        tags: { $0.tags })

    static func forVPC(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let vpcID = try vpc(input, context)
        let groups = try list.selected(context.ec2.securityGroups.filter { $0.vpcID == vpcID }, input)
        let page = try Paging.page(groups, input)
        return Response([
            "SecurityGroupForVpcs": .list(page.items) {
                [
                    "GroupId": .string($0.id), "GroupName": .string($0.name), "Description": .string($0.description),
                    "OwnerId": .string($0.ownerID), "PrimaryVpcId": .string($0.vpcID), "Tags": $0.tags.viewIfAny,
                ]
            },
            "NextToken": page.nextToken,
        ])
    }

    private static func vpc(_ input: Input, _ context: CallContext) throws(ServiceError) -> String {
        let id = input.string("VpcId") ?? ""
        try ResourceKind.vpc.check(id)
        guard context.ec2.vpcs[id] != nil else { throw EC2Error.notFound(.vpc, [id]) }
        return id
    }

    /// The groups of peered VPCs whose rules name one of the groups.
    static func references(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("GroupId")
        var found: [Value] = []
        for id in ids {
            try ResourceKind.securityGroup.check(id)
            guard let group = context.ec2.securityGroups[id] else { throw EC2Error.notFound(.securityGroup, [id]) }
            for peering in context.ec2.vpcPeerings where peering.status == .active {
                guard let other = peering.other(than: group.vpcID) else { continue }
                for peer in context.ec2.securityGroups where peer.vpcID == other.vpcID && refers(peer, to: id) {
                    found.append([
                        "GroupId": .string(id), "ReferencingVpcId": .string(peer.vpcID),
                        "VpcPeeringConnectionId": .string(peering.id),
                    ])
                }
            }
        }
        return Response(["SecurityGroupReferenceSet": .list(found)])
    }

    /// Groups with rules that name a group behind a peering connection that is gone, as the group or the connection is.
    static func stale(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let vpcID = try vpc(input, context)
        let state = context.ec2
        func isStale(_ rule: SecurityGroupRule) -> Bool {
            guard case .group(let id, _) = rule.peer else { return false }
            guard let peer = state.securityGroups[id] else { return true }
            return peer.vpcID != vpcID && !state.arePeered(peer.vpcID, vpcID)
        }
        let groups = state.securityGroups.filter { $0.vpcID == vpcID && $0.rules.contains(where: isStale) }
        let page = try Paging.page(groups, input, sizes: 5...255)
        return Response([
            "StaleSecurityGroupSet": .list(page.items) { group in
                [
                    "GroupId": .string(group.id), "GroupName": .string(group.name),
                    "Description": .string(group.description), "VpcId": .string(group.vpcID),
                    "StaleIpPermissions": permissions(group.rules(egress: false).filter(isStale)),
                    "StaleIpPermissionsEgress": permissions(group.rules(egress: true).filter(isStale)),
                ]
            },
            "NextToken": page.nextToken,
        ])
    }

    private static func permissions(_ rules: [SecurityGroupRule]) -> Value {
        .list(rules) { rule in
            var pairs: Value = []
            if case .group(let id, let owner) = rule.peer {
                pairs = [["GroupId": .string(id), "UserId": .string(owner)]]
            }
            return [
                "FromPort": rule.fromPort.map(Value.integer), "IpProtocol": .string(rule.ipProtocol),
                "ToPort": rule.toPort.map(Value.integer), "UserIdGroupPairs": pairs,
            ]
        }
    }
}

extension VPCPeering {
    /// The side that is not that VPC; nil where that VPC is on neither.
    func other(than vpcID: String) -> Side? {
        requester.vpcID == vpcID ? accepter : accepter.vpcID == vpcID ? requester : nil
    }
}
