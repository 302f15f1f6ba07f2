import CloudState
import ServiceModel

/// The zones of a region: Availability Zones, and Local Zones as far as the account has opted into them.
struct Zones {
    /// A zone with all that DescribeAvailabilityZones says of it.
    struct Zone: Sendable {
        var place: RegionFacts.Zone
        var type: String
        var group: String
        var groupLongName: String
        var networkBorderGroup: String
        var optInStatus: String
        var parent: RegionFacts.Zone?
    }

    static func all(_ context: CallContext) -> [Zone] {
        guard let region = RegionFacts.named(context.region) else { return [] }
        let ordinary = region.zones.map { zone in
            Zone(
                place: zone, type: "availability-zone", group: "\(region.name)-zg-1",
                groupLongName: "\(region.longName) 1", networkBorderGroup: region.name,
                optInStatus: "opt-in-not-required")
        }
        let local = LocalZone.all(in: region.name).map { zone in
            Zone(
                place: zone.place, type: "local-zone", group: zone.group,
                groupLongName: zone.longName, networkBorderGroup: zone.group,
                optInStatus: context.ec2.optedInZoneGroups.contains(zone.group) ? "opted-in" : "not-opted-in",
                parent: region.zones.first { $0.id == zone.parentZoneID })
        }
        return ordinary + local
    }

    /// Those in which the account can make subnets.
    static func usable(_ context: CallContext) -> [RegionFacts.Zone] {
        all(context).filter { $0.optInStatus != "not-opted-in" }.map(\.place)
    }
}

/// DescribeAvailabilityZones and ModifyAvailabilityZoneGroup.
enum ZoneCalls {
    static let operations: [String: Handler] = [
        "DescribeAvailabilityZones": .read(describe),
        "ModifyAvailabilityZoneGroup": .write(modifyGroup),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        let names = input.strings("ZoneNames")
        let ids = input.strings("ZoneIds")
        let showsAll = input.boolean("AllAvailabilityZones") ?? false
        let zones = Zones.all(context).filter { showsAll || $0.optInStatus != "not-opted-in" }
        if let unknown = names.first(where: { name in !zones.contains { $0.place.name == name } }) {
            throw EC2Error.invalidParameter("Invalid availability zone: [\(unknown.prefix(256))]")
        }
        if let unknown = ids.first(where: { id in !zones.contains { $0.place.id == id } }) {
            throw EC2Error.invalidParameter("Invalid availability zone-id: [\(unknown.prefix(256))]")
        }
        var views: [Value] = []
        for zone in zones {
            let isWanted = names.isEmpty || names.contains(zone.place.name)
            guard isWanted, ids.isEmpty || ids.contains(zone.place.id),
                try filters.allMatch(facts(zone, context.region))
            else { continue }
            views.append(view(zone, context.region))
        }
        return Response(["AvailabilityZones": .list(views)])
    }

    private static func facts(_ zone: Zones.Zone, _ region: String) -> [String: String] {
        [
            "zone-name": zone.place.name, "zone-id": zone.place.id, "region-name": region, "state": "available",
            "zone-type": zone.type, "opt-in-status": zone.optInStatus, "group-name": zone.group,
            "group-long-name": zone.groupLongName, "network-border-group": zone.networkBorderGroup, "message": "",
            "parent-zone-id": zone.parent?.id ?? "", "parent-zone-name": zone.parent?.name ?? "",
        ]
    }

    private static func view(_ zone: Zones.Zone, _ region: String) -> Value {
        [
            "OptInStatus": .string(zone.optInStatus), "Messages": [], "RegionName": .string(region),
            "ZoneName": .string(zone.place.name), "ZoneId": .string(zone.place.id),
            "GroupName": .string(zone.group), "GroupLongName": .string(zone.groupLongName),
            "NetworkBorderGroup": .string(zone.networkBorderGroup), "ZoneType": .string(zone.type),
            "ParentZoneName": .optional(zone.parent?.name), "ParentZoneId": .optional(zone.parent?.id),
            "State": "available",
        ]
    }

    /// Opting in is the account's to do; only AWS Support can opt out.
    static func modifyGroup(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = input.id("GroupName")
        guard Zones.all(context).contains(where: { $0.group == group && $0.type == "local-zone" }) else {
            throw EC2Error.invalidParameter("Invalid availability zone group: [\(group.prefix(256))]")
        }
        guard input.id("OptInStatus") == "opted-in" else {
            throw EC2Error.invalidParameter(
                "Value (\(input.id("OptInStatus").prefix(64))) for parameter optInStatus is invalid. To opt out of a zone group, contact AWS Support."
            )
        }
        if !context.ec2.optedInZoneGroups.contains(group) {
            context.ec2.optedInZoneGroups = (context.ec2.optedInZoneGroups + [group]).sorted()
        }
        return Response(["Return": true])
    }
}
