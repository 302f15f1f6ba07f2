import CloudState
import ServiceModel

/// Network ACLs and the subnets that they guard.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html>
enum NetworkACLCalls {
    static let operations: [String: Handler] = [
        "CreateNetworkAcl": .write(create),
        "DeleteNetworkAcl": .write(delete),
        "DescribeNetworkAcls": .read(describe),
        "ReplaceNetworkAclAssociation": .write(replaceAssociation),
    ]

    static let acls = Listing<NetworkACL>(
        kind: .networkACL, table: { $0.networkACLs }, ids: "NetworkAclIds", tags: { $0.tags },
        filters: [
            "network-acl-id": { acl, _ in [acl.id] },
            "vpc-id": { acl, _ in [acl.vpcID] },
            "owner-id": { acl, _ in [acl.ownerID] },
            "default": { acl, _ in ["\(acl.isDefault)"] },
            "association.association-id": { acl, _ in acl.associations.map(\.id) },
            "association.network-acl-id": { acl, _ in acl.associations.map { _ in acl.id } },
            "association.subnet-id": { acl, _ in acl.associations.map(\.subnetID) },
            "entry.cidr": { acl, _ in acl.entries.compactMap { $0.ipv4Block?.description } },
            "entry.ipv6-cidr": { acl, _ in acl.entries.compactMap(\.ipv6Block) },
            "entry.egress": { acl, _ in acl.entries.map { "\($0.isEgress)" } },
            "entry.protocol": { acl, _ in acl.entries.map(\.ipProtocol) },
            "entry.rule-action": { acl, _ in acl.entries.map { $0.allows ? "allow" : "deny" } },
            "entry.rule-number": { acl, _ in acl.entries.map { "\($0.number)" } },
            "entry.port-range.from": { acl, _ in acl.entries.compactMap { $0.fromPort.map(String.init) } },
            "entry.port-range.to": { acl, _ in acl.entries.compactMap { $0.toPort.map(String.init) } },
            "entry.icmp.type": { acl, _ in acl.entries.compactMap { $0.icmpType.map(String.init) } },
            "entry.icmp.code": { acl, _ in acl.entries.compactMap { $0.icmpCode.map(String.init) } },
        ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try acls.page(input, context)
        return Response(["NetworkAcls": .list(page.records, view), "NextToken": .optional(page.nextToken)])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateNetworkAcl", token, input, context),
            let acl = context.ec2.networkACLs[known]
        {
            return Response(["NetworkAcl": view(acl), "ClientToken": .optional(input.string("ClientToken"))])
        }
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        let tags = try TagRules.specified(input, for: .networkACL)
        let count = context.ec2.networkACLs.count { $0.vpcID == vpc.id }
        guard count < context.ec2.networkQuotas.networkACLsPerVPC else {
            throw ServiceError("NetworkAclLimitExceeded", "The maximum number of network ACLs has been reached.")
        }
        var acl = NetworkACL(
            id: context.newID("acl"), vpcID: vpc.id, ownerID: context.accountID, isDefault: false,
            entries: NetworkACL.lastRules(ipv6: !vpc.ipv6Blocks.isEmpty))
        acl.tags = tags
        context.ec2.networkACLs.insert(acl)
        Idempotency.remember("CreateNetworkAcl", token, input, acl.id, &context)
        return Response(["NetworkAcl": view(acl), "ClientToken": .optional(input.string("ClientToken"))])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let acl = try context.ec2.networkACLs.named(input.id("NetworkAclId"), .networkACL)
        guard !acl.isDefault else {
            throw EC2Error.invalidParameter("cannot delete default network ACL \(acl.id)")
        }
        guard acl.associations.isEmpty else { throw EC2Error.dependency("networkAcl", acl.id) }
        context.ec2.networkACLs[acl.id] = nil
        return .empty
    }

    /// A subnet always has an ACL: associating it with another is all that can be done.
    static func replaceAssociation(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.id("AssociationId")
        guard let old = context.ec2.networkACLs.first(where: { $0.associations.contains { $0.id == id } }),
            var association = old.associations.first(where: { $0.id == id })
        else { throw EC2Error.associationNotFound(id) }
        let acl = try context.ec2.networkACLs.named(input.id("NetworkAclId"), .networkACL)
        guard acl.vpcID == old.vpcID else {
            throw EC2Error.invalidParameter(
                "network ACL \(acl.id) and subnet \(association.subnetID) belong to different networks")
        }
        association.id = context.newID("aclassoc")
        context.ec2.networkACLs.update(old.id) { $0.associations.removeAll { $0.id == id } }
        context.ec2.networkACLs.update(acl.id) { $0.associations.append(association) }
        return Response(["NewAssociationId": .string(association.id)])
    }

    // MARK: View

    static func view(_ acl: NetworkACL) -> Value {
        // Outgoing rules come first, each direction in the order in which its rules are tried.
        let entries = acl.entries.sorted { ($0.isEgress ? 0 : 1, $0.number) < ($1.isEgress ? 0 : 1, $1.number) }
        return [
            "Associations": .list(acl.associations) {
                [
                    "NetworkAclAssociationId": .string($0.id), "NetworkAclId": .string(acl.id),
                    "SubnetId": .string($0.subnetID),
                ]
            },
            "Entries": .list(entries, view), "IsDefault": .boolean(acl.isDefault), "NetworkAclId": .string(acl.id),
            "Tags": acl.tags.view, "VpcId": .string(acl.vpcID), "OwnerId": .string(acl.ownerID),
        ]
    }

    private static func view(_ entry: NetworkACL.Entry) -> Value {
        var icmp: Value?
        if let type = entry.icmpType, let code = entry.icmpCode {
            icmp = ["Code": .integer(code), "Type": .integer(type)]
        }
        var ports: Value?
        if let from = entry.fromPort, let to = entry.toPort { ports = ["From": .integer(from), "To": .integer(to)] }
        return [
            "CidrBlock": entry.ipv4Block.map { .string($0.description) }, "Egress": .boolean(entry.isEgress),
            "IcmpTypeCode": icmp, "Ipv6CidrBlock": .optional(entry.ipv6Block), "PortRange": ports,
            "Protocol": .string(entry.ipProtocol), "RuleAction": .string(entry.allows ? "allow" : "deny"),
            "RuleNumber": .integer(entry.number),
        ]
    }
}
