import CloudState
import ServiceModel

/// CreateCapacityReservation, ModifyCapacityReservation, CancelCapacityReservation, DescribeCapacityReservations and
/// GetCapacityReservationUsage.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCapacityReservation.html>
enum CapacityReservationCalls {
    static let operations: [String: Handler] = [
        "CancelCapacityReservation": .write(cancel),
        "CreateCapacityReservation": .write(create),
        "DescribeCapacityReservations": .readAtTime(describe),
        "GetCapacityReservationUsage": .readAtTime(usage),
        "ModifyCapacityReservation": .write(modify),
    ]

    private static let platforms: Set<String> = [
        "Linux/UNIX", "Red Hat Enterprise Linux", "SUSE Linux", "Windows", "Windows with SQL Server",
        "Windows with SQL Server Enterprise", "Windows with SQL Server Standard", "Windows with SQL Server Web",
        "Linux with SQL Server Standard", "Linux with SQL Server Web", "Linux with SQL Server Enterprise",
        "RHEL with SQL Server Standard", "RHEL with SQL Server Enterprise", "RHEL with SQL Server Web", "RHEL with HA",
        "RHEL with HA and SQL Server Standard", "RHEL with HA and SQL Server Enterprise", "Ubuntu Pro",
    ]

    private static let listing = Listing<CapacityReservation>(
        kind: .capacityReservation, table: { $0.capacityReservations }, ids: "CapacityReservationIds",
        tags: { $0.tags },
        filters: [
            "instance-type": { reservation, _ in [reservation.type] },
            "owner-id": { reservation, _ in [reservation.ownerID] },
            "instance-platform": { reservation, _ in [reservation.platform] },
            "availability-zone": { reservation, _ in [reservation.zone] },
            "availability-zone-id": { reservation, _ in [reservation.zoneID] },
            "tenancy": { reservation, _ in [reservation.tenancy] },
            "start-date": { reservation, _ in [reservation.created.iso8601] },
            "end-date": { reservation, _ in reservation.endDate.map { [$0.iso8601] } ?? [] },
            "end-date-type": { reservation, _ in [endDateType(reservation)] },
            "instance-match-criteria": { reservation, _ in [reservation.matchCriteria] },
            "outpost-arn": { _, _ in [] },
            "placement-group-arn": { _, _ in [] },
        ], pageSizes: 1...1000)

    private static func endDateType(_ reservation: CapacityReservation) -> String {
        reservation.endDate == nil ? "unlimited" : "limited"
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateCapacityReservation", token, input, context),
            let reservation = context.ec2.capacityReservations[known]
        {
            return Response(["CapacityReservation": view(reservation, context)])
        }
        let typeName = input.string("InstanceType") ?? ""
        guard let type = InstanceType.named(typeName) else {
            throw EC2Error.invalidParameter("Invalid value '\(typeName.prefix(256))' for InstanceType.")
        }
        let platform = input.string("InstancePlatform") ?? ""
        guard platforms.contains(platform) else {
            throw EC2Error.invalidParameter("Invalid value '\(platform.prefix(256))' for InstancePlatform.")
        }
        let count = input.integer("InstanceCount") ?? 0
        try check(count)
        let zone = try zone(input, context)
        guard let letter = zone.name.last, type.isOffered(in: context.region, zoneLetter: letter) else {
            throw ServiceError(
                "Unsupported",
                "The requested configuration is currently not supported. Please check the documentation for supported configurations."
            )
        }
        var reservation = CapacityReservation(
            id: context.newID("cr"), ownerID: context.accountID, type: type.name, platform: platform, zone: zone.name,
            zoneID: zone.id, count: count, created: context.now)
        reservation.tenancy = input.string("Tenancy") ?? "default"
        try InstanceLaunch.oneOf(reservation.tenancy, ["default", "dedicated"], "Tenancy")
        reservation.matchCriteria = input.string("InstanceMatchCriteria") ?? "open"
        try InstanceLaunch.oneOf(reservation.matchCriteria, ["open", "targeted"], "InstanceMatchCriteria")
        reservation.isEBSOptimized = input.boolean("EbsOptimized") ?? false
        reservation.hasEphemeralStorage = input.boolean("EphemeralStorage") ?? false
        reservation.endDate = try endDate(input, context)
        reservation.tags = try TagRules.specified(input, for: .capacityReservation)
        try LaunchCapacity.check(type, zone: zone.name, isSpot: false, context)
        context.ec2.capacityReservations.insert(reservation)
        Idempotency.remember("CreateCapacityReservation", token, input, reservation.id, &context)
        return Response(["CapacityReservation": view(reservation, context)])
    }

    private static func check(_ count: Int) throws(ServiceError) {
        guard (1...1000).contains(count) else {
            throw EC2Error.invalidParameter("Invalid value '\(count)' for InstanceCount. Must be between 1 and 1000.")
        }
    }

    private static func zone(_ input: Input, _ context: CallContext) throws(ServiceError) -> RegionFacts.Zone {
        let name = input.string("AvailabilityZone") ?? ""
        let id = input.string("AvailabilityZoneId") ?? ""
        guard !name.isEmpty || !id.isEmpty else { throw EC2Error.missingParameter("AvailabilityZone") }
        guard let zone = Zones.usable(context).first(where: { $0.name == name || $0.id == id }) else {
            throw EC2Error.invalidParameter("Invalid availability zone: [\((name.isEmpty ? id : name).prefix(64))]")
        }
        return zone
    }

    private static func endDate(_ input: Input, _ context: CallContext) throws(ServiceError) -> Timestamp? {
        let date = input.timestamp("EndDate")
        let type = input.string("EndDateType") ?? (date == nil ? "unlimited" : "limited")
        try InstanceLaunch.oneOf(type, ["limited", "unlimited"], "EndDateType")
        guard (type == "limited") == (date != nil) else {
            throw EC2Error.invalidCombination(
                type == "limited"
                    ? "An end date must be specified when the end date type is 'limited'."
                    : "An end date must not be specified when the end date type is 'unlimited'.")
        }
        if let date, date <= context.now {
            throw EC2Error.invalidParameter("The end date must be in the future.")
        }
        return date
    }

    /// One that is in force.
    private static func active(_ input: Input, _ context: CallContext) throws(ServiceError) -> CapacityReservation {
        let reservation = try context.ec2.capacityReservations.named(
            input.id("CapacityReservationId"), .capacityReservation)
        guard reservation.state(at: context.now) == "active" else {
            throw ServiceError(
                "InvalidCapacityReservationState",
                "The capacity reservation '\(reservation.id)' is in the '\(reservation.state(at: context.now))' state.")
        }
        return reservation
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var reservation = try active(input, context)
        if let count = input.integer("InstanceCount") {
            try check(count)
            guard count >= context.ec2.usedPlaces(of: reservation) else {
                throw EC2Error.invalidParameter(
                    "The instance count must not be less than the number of instances that run in the reservation.")
            }
            reservation.count = count
        }
        if input.has("EndDate") || input.has("EndDateType") { reservation.endDate = try endDate(input, context) }
        if let criteria = input.string("InstanceMatchCriteria") {
            try InstanceLaunch.oneOf(criteria, ["open", "targeted"], "InstanceMatchCriteria")
            reservation.matchCriteria = criteria
        }
        context.ec2.capacityReservations[reservation.id] = reservation
        return Response(["Return": true])
    }

    static func cancel(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let reservation = try active(input, context)
        // Instances that run in it go on running.
        context.ec2.capacityReservations.update(reservation.id) { $0.isCancelled = true }
        return Response(["Return": true])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var listing = listing
        let now = context.now
        listing.filters["state"] = { reservation, _ in [reservation.state(at: now)] }
        let page = try listing.page(input, context)
        let views = page.records.map { view($0, context) }
        return Response(["CapacityReservations": .list(views), "NextToken": .optional(page.nextToken)])
    }

    static func usage(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let reservation = try context.ec2.capacityReservations.named(
            input.id("CapacityReservationId"), .capacityReservation)
        let used = context.ec2.usedPlaces(of: reservation)
        let isActive = reservation.state(at: context.now) == "active"
        return Response([
            "CapacityReservationId": .string(reservation.id), "InstanceType": .string(reservation.type),
            "TotalInstanceCount": .integer(isActive ? reservation.count : 0),
            "AvailableInstanceCount": .integer(isActive ? reservation.count - used : 0),
            "State": .string(reservation.state(at: context.now)),
            "InstanceUsages": used == 0
                ? [] : [["AccountId": .string(reservation.ownerID), "UsedInstanceCount": .integer(used)]],
        ])
    }

    private static func view(_ reservation: CapacityReservation, _ context: CallContext) -> Value {
        let isActive = reservation.state(at: context.now) == "active"
        let free = reservation.count - context.ec2.usedPlaces(of: reservation)
        return [
            "CapacityReservationId": .string(reservation.id), "OwnerId": .string(reservation.ownerID),
            "CapacityReservationArn": .string(
                "arn:aws:ec2:\(context.region):\(reservation.ownerID):capacity-reservation/\(reservation.id)"),
            "AvailabilityZone": .string(reservation.zone), "AvailabilityZoneId": .string(reservation.zoneID),
            "InstanceType": .string(reservation.type), "InstancePlatform": .string(reservation.platform),
            "Tenancy": .string(reservation.tenancy),
            "TotalInstanceCount": .integer(isActive ? reservation.count : 0),
            "AvailableInstanceCount": .integer(isActive ? free : 0),
            "EbsOptimized": .boolean(reservation.isEBSOptimized),
            "EphemeralStorage": .boolean(reservation.hasEphemeralStorage),
            "State": .string(reservation.state(at: context.now)), "StartDate": .timestamp(reservation.created),
            "CreateDate": .timestamp(reservation.created), "EndDate": reservation.endDate.map(Value.timestamp),
            "EndDateType": .string(endDateType(reservation)),
            "InstanceMatchCriteria": .string(reservation.matchCriteria), "Tags": reservation.tags.viewIfAny,
        ]
    }
}
