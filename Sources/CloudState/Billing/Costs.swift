package import ServiceModel

/// What one resource costs.
package struct ResourceCost: Sendable, Equatable {
    package var resourceID: String
    package var region: String
    /// For instance `instance`, `volume`, `public-ipv4`.
    package var kind: String
    /// Since it was made until now, by the time that AWS bills.
    package var soFar: Money
    /// Each hour as things stand now: zero for an instance that is stopped.
    package var hourly: Money
    /// Whether a price in it is not AWS's own figure.
    package var isEstimate: Bool
    package var isGone = false

    /// A month of 730 hours as things stand now.
    package var monthly: Money { Money(nanodollars: hourly.nanodollars * PriceList.hoursAMonth) }
}

/// Adds up what a region's resources cost. Pure: the same records at the same time give the same bill.
package enum Billing {
    /// What a resource is metered by, and since when; the ones that run on, in the order of their records.
    package typealias Source =
        @Sendable (EC2State) -> [(resourceID: String, kind: String, meter: Meter, since: Timestamp)]

    /// One line a kind of resource, so that kinds can be added side by side.
    private static let sources: [Source] = [
        instances,
        volumes,
        lentAddresses,
        elasticIPs,
        natGateways,
        snapshots,
        interfaceEndpoints,
    ]

    package static func costs(of region: Region, now: Timestamp) -> [ResourceCost] {
        var costs: [ResourceCost] = []
        var places: [String: Int] = [:]
        func add(_ id: String, _ kind: String, _ meter: Meter, spent: Money, runsOn: Bool, isGone: Bool) {
            let rate = PriceList.rate(meter, in: region.name)
            let key = "\(kind)/\(id)"
            let place = places[key] ?? costs.count
            if place == costs.count {
                places[key] = place
                costs.append(
                    ResourceCost(
                        resourceID: id, region: region.name, kind: kind, soFar: .zero, hourly: .zero, isEstimate: false,
                        isGone: isGone))
            }
            costs[place].soFar += spent
            if runsOn { costs[place].hourly += rate.hourly }
            if rate.isEstimate { costs[place].isEstimate = true }
        }
        for instance in region.ec2.instances {
            for usage in instance.usage {
                let spent = PriceList.cost(usage, in: region.name)
                add(
                    instance.id, "instance", usage.meter, spent: spent, runsOn: false,
                    isGone: instance.state == .terminated)
            }
        }
        for source in sources {
            for item in source(region.ec2) {
                let spent = PriceList.cost(Usage(item.meter, from: item.since, to: now), in: region.name)
                add(item.resourceID, item.kind, item.meter, spent: spent, runsOn: true, isGone: false)
            }
        }
        for (name, usage) in region.lambda.usage.sorted(by: { $0.key < $1.key }) {
            costs.append(
                ResourceCost(
                    resourceID: name, region: region.name, kind: "function", soFar: usage.cost, hourly: .zero,
                    isEstimate: PriceList.isEstimateOfFunctions(in: region.name),
                    isGone: region.lambda.functions[name] == nil))
        }
        for past in region.ec2.pastUsage {
            let spent = PriceList.cost(past.usage, in: region.name)
            add(past.resourceID, past.usage.meter.kind, past.usage.meter, spent: spent, runsOn: false, isGone: true)
        }
        return costs
    }

    private static let instances: Source = { state in
        state.instances.compactMap { instance in
            instance.billedSince.map { (instance.id, "instance", instance.meter, $0) }
        }
    }

    private static let volumes: Source = { state in
        state.volumes.map { ($0.id, "volume", $0.meter, $0.meteredSince) }
    }

    /// In use or idle, an Elastic IP costs the same.
    private static let elasticIPs: Source = { state in
        state.elasticIPs.map { ($0.id, "public-ipv4", .publicIPv4, $0.allocationTime) }
    }

    private static let natGateways: Source = { state in
        state.natGateways.filter { [.pending, .available, .deleting].contains($0.state) }.map {
            ($0.id, "nat-gateway", .natGateway, $0.createTime)
        }
    }

    private static let snapshots: Source = { state in
        state.snapshots.map { ($0.id, "snapshot", $0.meter, $0.startTime) }
    }

    private static let interfaceEndpoints: Source = { state in
        state.vpcEndpoints.flatMap { endpoint in
            endpoint.networkInterfaceIDs.map { _ in
                (endpoint.id, "interface-endpoint", Meter.interfaceEndpoint, endpoint.creationTime)
            }
        }
    }

    /// Public addresses that AWS lends are paid for by who holds the instance, from its start to its stop.
    private static let lentAddresses: Source = { state in
        state.instances.flatMap { instance in
            state.lentAddresses(of: instance).map { _ in
                (instance.id, "public-ipv4", Meter.publicIPv4, instance.launchTime)
            }
        }
    }
}

extension Meter {
    package var kind: String {
        switch self {
        case .instance: "instance"
        case .volume: "volume"
        case .publicIPv4: "public-ipv4"
        case .natGateway: "nat-gateway"
        case .snapshot: "snapshot"
        case .interfaceEndpoint: "interface-endpoint"
        }
    }
}

extension World {
    /// What all resources cost, those that are gone included.
    package func costs() -> [ResourceCost] { regions.flatMap { Billing.costs(of: $0, now: now) } }
}
