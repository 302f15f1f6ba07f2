import CloudState
import ServiceModel

/// Peering connections between VPCs, of one region or of two.
///
/// <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html>
enum VPCPeeringCalls {
    static let operations: [String: Handler] = [
        "CreateVpcPeeringConnection": .write(create),
        "AcceptVpcPeeringConnection": .write(accept),
        "RejectVpcPeeringConnection": .write(reject),
        "DeleteVpcPeeringConnection": .write(delete),
        "DescribeVpcPeeringConnections": .read(describe),
        "ModifyVpcPeeringConnectionOptions": .write(modifyOptions),
    ]

    /// A request that nobody answers expires after a week.
    private static let lifetime = 7 * 86_400

    private static func named(_ input: Input, _ context: CallContext) throws(ServiceError) -> VPCPeering {
        let id = input.string("VpcPeeringConnectionId") ?? ""
        try ResourceKind.vpcPeering.check(id)
        guard let peering = context.ec2.vpcPeerings[id] else { throw EC2Error.notFound(.vpcPeering, [id]) }
        return peering
    }

    /// Changes the record in both regions.
    private static func update(
        _ id: String, _ context: inout CallContext, _ change: (inout VPCPeering) -> Void
    ) {
        for index in context.world.regions.indices { context.world.regions[index].ec2.vpcPeerings.update(id, change) }
    }

    private static func schedule(
        _ transition: ResourceTransition, _ peering: VPCPeering, after duration: Duration, _ context: inout CallContext
    ) {
        for region in Set([peering.requester.region, peering.accepter.region]).sorted() {
            context.world.schedule(.resource(id: peering.id, region: region, transition), after: duration)
        }
    }

    // MARK: Making

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let vpcID = input.string("VpcId") ?? ""
        try ResourceKind.vpc.check(vpcID)
        guard let vpc = context.ec2.vpcs[vpcID] else { throw EC2Error.notFound(.vpc, [vpcID]) }
        guard let peerID = input.string("PeerVpcId"), !peerID.isEmpty else {
            throw EC2Error.missingParameter("peerVpcId")
        }
        try ResourceKind.vpc.check(peerID)
        let owner = input.string("PeerOwnerId").flatMap { $0.isEmpty ? nil : $0 } ?? context.accountID
        let region = input.string("PeerRegion").flatMap { $0.isEmpty ? nil : $0 } ?? context.region
        guard RegionFacts.named(region) != nil else {
            throw EC2Error.invalidParameter("Invalid value '\(region.prefix(64))' for PeerRegion.")
        }
        guard peerID != vpcID else {
            throw EC2Error.invalidParameter("A VPC cannot be peered with itself.")
        }
        let tags = try TagRules.specified(input, for: .vpcPeering)
        let requester = VPCPeering.Side(vpcID: vpcID, ownerID: context.accountID, region: context.region)
        let accepter = VPCPeering.Side(vpcID: peerID, ownerID: owner, region: region)
        let known = context.ec2.vpcPeerings.first { peering in
            [.initiating, .pendingAcceptance, .provisioning, .active].contains(peering.status)
                && peering.other(than: vpcID)?.vpcID == peerID
        }
        if let known {
            // Asking again for what is pending or active is answered with it.
            guard known.status != .active else {
                throw ServiceError(
                    "VpcPeeringConnectionAlreadyExists",
                    "A VPC peering connection already exists between VPCs \(vpcID) and \(peerID).")
            }
            return Response(["VpcPeeringConnection": view(known, context)])
        }
        var peering = VPCPeering(
            id: context.newID("pcx"), requester: requester, accepter: accepter, status: .initiating,
            actor: owner, expirationTime: context.now.adding(seconds: lifetime))
        peering.tags = tags
        if owner == context.accountID {
            let peer = context.world.regions.first { $0.name == region }?.ec2.vpcs[peerID]
            let overlaps = peer.map { peer in
                vpc.blocks.contains { block in peer.blocks.contains { $0.block.overlaps(block.block) } }
            }
            if overlaps ?? true { peering.status = .failed }
        }
        context.ec2.vpcPeerings.insert(peering)
        if peering.status == .failed {
            schedule(.peeringVanished, peering, after: Timings.peeringVanish, &context)
            return Response(["VpcPeeringConnection": view(peering, context)])
        }
        if owner == context.accountID, region != context.region {
            // Tags belong to the side that made them.
            var copy = peering
            copy.tags = Tags()
            let index = context.world.regionIndex(region)
            context.world.regions[index].ec2.vpcPeerings.insert(copy)
        }
        schedule(.peeringPending, peering, after: Timings.peering, &context)
        return Response(["VpcPeeringConnection": view(peering, context)])
    }

    // MARK: Answering

    static func accept(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let peering = try named(input, context)
        guard peering.accepter.ownerID == context.accountID, peering.accepter.region == context.region else {
            throw ServiceError(
                "OperationNotPermitted",
                "Incorrect region (\(context.region)) specified for this request. VPC peering connection \(peering.id) must be accepted in region \(peering.accepter.region)"
            )
        }
        // A request is on its way for moments only: nobody who accepts it at once is refused.
        guard [.initiating, .pendingAcceptance, .provisioning, .active].contains(peering.status) else {
            throw wrongState(peering, "accepted")
        }
        if [.initiating, .pendingAcceptance].contains(peering.status) {
            update(peering.id, &context) {
                $0.status = .provisioning
                $0.expirationTime = nil
            }
            schedule(.peeringActive, peering, after: Timings.peering, &context)
        }
        return Response(["VpcPeeringConnection": view(try named(input, context), context)])
    }

    private static func wrongState(_ peering: VPCPeering, _ done: String) -> ServiceError {
        ServiceError(
            "InvalidStateTransition",
            "Invalid state transition for \(peering.id), attempted to transition from \(peering.status.rawValue) to \(done)"
        )
    }

    static func reject(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let peering = try named(input, context)
        guard peering.status == .pendingAcceptance else { throw wrongState(peering, "rejected") }
        end(peering, .rejected, &context)
        return Response(["Return": true])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let peering = try named(input, context)
        guard [.initiating, .pendingAcceptance, .provisioning, .active, .deleting].contains(peering.status) else {
            throw wrongState(peering, "deleting")
        }
        end(peering, .deleting, &context)
        schedule(.peeringDeleted, peering, after: Timings.peering, &context)
        return Response(["Return": true])
    }

    private static func end(_ peering: VPCPeering, _ status: VPCPeering.Status, _ context: inout CallContext) {
        let account = context.accountID
        update(peering.id, &context) { record in
            record.status = status
            record.actor = account
            record.expirationTime = nil
        }
        schedule(.peeringVanished, peering, after: Timings.peeringVanish, &context)
    }

    // MARK: Options

    static func modifyOptions(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let peering = try named(input, context)
        guard peering.status == .active else {
            throw ServiceError(
                "OperationNotPermitted",
                "Peering connection \(peering.id) is not in the active state.")
        }
        var output = Fields()
        let sides: [(WritableKeyPath<VPCPeering, VPCPeering.Side>, String)] = [
            (\.requester, "RequesterPeeringConnectionOptions"), (\.accepter, "AccepterPeeringConnectionOptions"),
        ]
        for (side, parameter) in sides {
            guard let options = input.structure(parameter) else { continue }
            guard peering[keyPath: side].region == context.region else {
                throw ServiceError(
                    "OperationNotPermitted",
                    "User \(context.accountID) cannot modify peering options for VPC Peering Connection \(peering.id)")
            }
            if let resolves = options.boolean("AllowDnsResolutionFromRemoteVpc") {
                update(peering.id, &context) { $0[keyPath: side].resolvesRemoteDNS = resolves }
            }
            let now = context.ec2.vpcPeerings[peering.id]?[keyPath: side].resolvesRemoteDNS ?? false
            output[parameter] = optionsView(now)
        }
        return Response(.structure(output))
    }

    private static func optionsView(_ resolves: Bool) -> Value {
        [
            "AllowDnsResolutionFromRemoteVpc": .boolean(resolves),
            "AllowEgressFromLocalClassicLinkToRemoteVpc": false, "AllowEgressFromLocalVpcToRemoteClassicLink": false,
        ]
    }

    // MARK: Describing

    private static let listing = Listing<VPCPeering>(
        kind: .vpcPeering, table: { $0.vpcPeerings }, ids: "VpcPeeringConnectionIds", tags: { $0.tags },
        filters: [
            "vpc-peering-connection-id": { peering, _ in [peering.id] },
            "status-code": { peering, _ in [peering.status.rawValue] },
            "status-message": { peering, _ in [message(peering)] },
            "expiration-time": { peering, _ in peering.expirationTime.map { [$0.iso8601] } ?? [] },
            "accepter-vpc-info.vpc-id": { peering, _ in [peering.accepter.vpcID] },
            "accepter-vpc-info.owner-id": { peering, _ in [peering.accepter.ownerID] },
            "accepter-vpc-info.cidr-block": { peering, state in
                state.vpcs[peering.accepter.vpcID].map { [$0.primaryBlock.description] } ?? []
            },
            "requester-vpc-info.vpc-id": { peering, _ in [peering.requester.vpcID] },
            "requester-vpc-info.owner-id": { peering, _ in [peering.requester.ownerID] },
            "requester-vpc-info.cidr-block": { peering, state in
                state.vpcs[peering.requester.vpcID].map { [$0.primaryBlock.description] } ?? []
            },
        ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        return Response([
            "VpcPeeringConnections": .list(page.records) { view($0, context) },
            "NextToken": .optional(page.nextToken),
        ])
    }

    private static func message(_ peering: VPCPeering) -> String {
        switch peering.status {
        case .initiating, .pendingAcceptance, .deleted, .rejected: peering.status.message + peering.actor
        default: peering.status.message
        }
    }

    private static func view(_ peering: VPCPeering, _ context: CallContext) -> Value {
        // The other side's blocks are shown once it has accepted.
        let isAccepted = [.provisioning, .active, .deleting].contains(peering.status)
        return [
            "AccepterVpcInfo": side(peering.accepter, isAccepted, context),
            "RequesterVpcInfo": side(peering.requester, true, context),
            "ExpirationTime": peering.expirationTime.map(Value.timestamp),
            "Status": ["Code": .string(peering.status.rawValue), "Message": .string(message(peering))],
            "Tags": peering.tags.view, "VpcPeeringConnectionId": .string(peering.id),
        ]
    }

    private static func side(_ side: VPCPeering.Side, _ showsBlocks: Bool, _ context: CallContext) -> Value {
        let vpc = context.world.regions.first { $0.name == side.region }?.ec2.vpcs[side.vpcID]
        let shown = showsBlocks ? vpc : nil
        return [
            "CidrBlock": shown.map { .string($0.primaryBlock.description) },
            "CidrBlockSet": shown.map { vpc in .list(vpc.blocks) { ["CidrBlock": .string($0.block.description)] } },
            "OwnerId": .string(side.ownerID), "PeeringOptions": showsBlocks ? optionsView(side.resolvesRemoteDNS) : nil,
            "VpcId": .string(side.vpcID), "Region": .string(side.region),
        ]
    }
}
