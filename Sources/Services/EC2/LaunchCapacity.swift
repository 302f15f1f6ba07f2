import CloudState
import ServiceModel

/// Whether there is room for more instances: AWS's hardware, the account's quotas, a placement group's limits.
enum LaunchCapacity {
    /// How many of a type the account's vCPU quota has room for.
    ///
    /// <https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html>
    static func quotaRoom(_ type: String, vCPUs: Int, isSpot: Bool, _ context: CallContext) -> Int {
        let quota = InstanceTypeName(type)?.quota ?? .standard
        let free = context.world.capacity.quotas[quota, isSpot: isSpot] - context.ec2.vCPUs[quota, isSpot: isSpot]
        return max(0, free) / max(1, vCPUs)
    }

    static func quotaExceeded(_ type: String, isSpot: Bool, _ context: CallContext) -> ServiceError {
        guard !isSpot else { return ServiceError("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded") }
        let quota = InstanceTypeName(type)?.quota ?? .standard
        return ServiceError(
            "VcpuLimitExceeded",
            "You have requested more vCPU capacity than your current vCPU limit of \(context.world.capacity.quotas[quota, isSpot: false]) allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
        )
    }

    /// Refuses a zone that has none of the type left, and names those that have.
    static func check(_ type: InstanceType, zone: String, isSpot: Bool, _ context: CallContext) throws(ServiceError) {
        let capacity = context.world.capacity
        let fault = context.world.faults.shortage(zone: zone, region: context.region, of: .api, now: context.now)
        guard fault != nil || !capacity.has(type.name, region: context.region, zone: zone) else { return }
        guard !isSpot else { throw noSpotCapacity }
        let others = (RegionFacts.named(context.region)?.zones ?? []).map(\.name).filter { name in
            name != zone && capacity.has(type.name, region: context.region, zone: name)
                && (name.last.map { type.isOffered(in: context.region, zoneLetter: $0) } ?? false)
        }
        let advice =
            others.isEmpty
            ? ""
            : " You can currently get \(type.name) capacity by not specifying an Availability Zone in your request or choosing \(others.joined(separator: ", "))."
        throw insufficient(
            "We currently do not have sufficient \(type.name) capacity in the Availability Zone you requested (\(zone)). Our system will be working on provisioning additional capacity.\(advice)"
        )
    }

    /// AWS answers this one with status 500.
    static func insufficient(_ message: String) -> ServiceError {
        ServiceError("InsufficientInstanceCapacity", message, status: 500, fault: .receiver)
    }

    static let noSpotCapacity = insufficient("There is no Spot capacity available that matches your request.")

    // MARK: Placement groups

    /// How many instances a placement group takes in a zone; an error where it takes none of the kind.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html>
    static func groupRoom(
        _ group: PlacementGroup, _ type: InstanceType, zone: String, _ context: CallContext
    ) throws(ServiceError) -> Int {
        guard type.texts("PlacementGroupInfo", "SupportedStrategies").contains(group.strategy.rawValue) else {
            let strategy = group.strategy.rawValue
            throw EC2Error.invalidCombination(
                "\(strategy.prefix(1).uppercased())\(strategy.dropFirst()) placement groups are not supported by the '\(type.name)' instance type. Specify a supported instance type or change the placement group strategy, and try again."
            )
        }
        let members = context.ec2.instances.filter {
            $0.placementGroup == group.name && $0.state != .terminated && $0.state != .shuttingDown
        }
        switch group.strategy {
        case .partition: return .max
        case .cluster:
            if members.contains(where: { $0.zone != zone }) {
                throw ServiceError(
                    "InvalidPlacementGroup.InUse",
                    "The placement group '\(group.name)' is in use in another availability zone: null")
            }
            return .max
        case .spread:
            // Seven running instances in a zone, each on its own rack.
            let taken = members.filter { $0.zone == zone && $0.countsAgainstQuota }.count
            guard taken < 7 else {
                throw insufficient(
                    "We currently do not have sufficient \(type.name) capacity for placement group '\(group.name)': a spread placement group takes at most 7 running instances per Availability Zone."
                )
            }
            return 7 - taken
        }
    }

    /// The partition for the next instance of a group: the emptiest one.
    static func nextPartition(_ group: PlacementGroup, _ context: CallContext) -> Int? {
        guard group.strategy == .partition, let count = group.partitionCount else { return nil }
        var sizes = [Int](repeating: 0, count: count)
        for instance in context.ec2.instances where instance.placementGroup == group.name {
            guard instance.state != .terminated, let partition = instance.partition, (1...count).contains(partition)
            else { continue }
            sizes[partition - 1] += 1
        }
        return sizes.indices.min { sizes[$0] < sizes[$1] }.map { $0 + 1 }
    }
}
