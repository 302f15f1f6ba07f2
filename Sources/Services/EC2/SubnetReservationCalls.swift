import CloudState
import ServiceModel

/// CreateSubnetCidrReservation, DeleteSubnetCidrReservation and GetSubnetCidrReservations.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html>
enum SubnetReservationCalls {
    static let operations: [String: Handler] = [
        "CreateSubnetCidrReservation": .write(create),
        "DeleteSubnetCidrReservation": .write(delete),
        "GetSubnetCidrReservations": .read(get),
    ]

    private static let listing = Listing<SubnetReservation>(
        kind: .subnetReservation, table: { $0.subnetReservations }, ids: "", tags: { $0.tags },
        filters: [
            "reservationType": { reservation, _ in [reservation.type] },
            "subnet-id": { reservation, _ in [reservation.subnetID] },
        ])

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let subnet = try context.ec2.subnets.named(input.id("SubnetId"), .subnet)
        let text = input.string("Cidr") ?? ""
        let type = input.string("ReservationType") ?? ""
        try InstanceLaunch.oneOf(type, ["explicit", "prefix"], "ReservationType")
        let block = try block(text, in: subnet)
        let overlaps = context.ec2.subnetReservations.contains { other in
            guard other.subnetID == subnet.id else { return false }
            switch (other.block, block) {
            case (.ipv4(let first), .ipv4(let second)): return first.overlaps(second)
            case (.ipv6(let first), .ipv6(let second)): return first.overlaps(second)
            default: return false
            }
        }
        guard !overlaps else {
            throw EC2Error.invalidParameter(
                "The CIDR \(block.description) overlaps with an existing CIDR reservation of subnet '\(subnet.id)'.")
        }
        var reservation = SubnetReservation(
            id: context.newID("scr"), subnetID: subnet.id, block: block, type: type,
            description: input.string("Description"))
        reservation.tags = try TagRules.specified(input, for: .subnetReservation)
        context.ec2.subnetReservations.insert(reservation)
        if case .ipv4(let block) = block {
            let part = Subnet.ReservedBlock(block: block, isForPrefixes: type == "prefix")
            context.ec2.subnets.update(subnet.id) { $0.reservedBlocks.append(part) }
        }
        return Response(["SubnetCidrReservation": view(reservation, context)])
    }

    private static func block(_ text: String, in subnet: Subnet) throws(ServiceError) -> SubnetReservation.Block {
        let block: SubnetReservation.Block
        let isInside: Bool
        if let ipv4 = IPv4Block(text) {
            block = .ipv4(ipv4)
            isInside = !subnet.isIPv6Native && subnet.block.contains(ipv4)
        } else if let ipv6 = IPv6Block(text) {
            block = .ipv6(ipv6)
            isInside = subnet.ipv6Blocks.contains { $0.block.contains(ipv6) }
        } else {
            throw EC2Error.notACIDRBlock(text, "cidr")
        }
        guard isInside else {
            throw EC2Error.invalidParameter(
                "The CIDR \(block.description) is not within the CIDR blocks of subnet '\(subnet.id)'.")
        }
        return block
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let reservation = try context.ec2.subnetReservations.named(
            input.id("SubnetCidrReservationId"), .subnetReservation)
        context.ec2.subnetReservations[reservation.id] = nil
        if case .ipv4(let block) = reservation.block {
            context.ec2.subnets.update(reservation.subnetID) { $0.reservedBlocks.removeAll { $0.block == block } }
        }
        return Response(["DeletedSubnetCidrReservation": view(reservation, context)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let subnet = try context.ec2.subnets.named(input.id("SubnetId"), .subnet)
        let page = try listing.page(input, context)
        var ipv4: [Value] = []
        var ipv6: [Value] = []
        for reservation in page.records where reservation.subnetID == subnet.id {
            switch reservation.block {
            case .ipv4: ipv4.append(view(reservation, context))
            case .ipv6: ipv6.append(view(reservation, context))
            }
        }
        return Response([
            "SubnetIpv4CidrReservations": .list(ipv4), "SubnetIpv6CidrReservations": .list(ipv6),
            "NextToken": .optional(page.nextToken),
        ])
    }

    private static func view(_ reservation: SubnetReservation, _ context: CallContext) -> Value {
        [
            "SubnetCidrReservationId": .string(reservation.id), "SubnetId": .string(reservation.subnetID),
            "Cidr": .string(reservation.block.description), "ReservationType": .string(reservation.type),
            "OwnerId": .string(context.accountID), "Description": .optional(reservation.description),
            "Tags": reservation.tags.viewIfAny,
        ]
    }
}

extension ResourceKind {
    static let subnetReservation = ResourceKind(
        "scr", type: "subnet-cidr-reservation", noun: "subnet CIDR reservation",
        code: "InvalidSubnetCidrReservationID", malformed: "InvalidSubnetCidrReservationId")
}
