package import ServiceModel

/// What AWS meters: a thing and the facts that its price depends on.
package enum Meter: Sendable, Hashable {
    /// An instance while it runs, or while it stops to hibernate.
    case instance(type: String, vCPUs: Int, isWindows: Bool, isSpot: Bool)
    /// An EBS volume from its creation to its deletion, attached or not.
    case volume(type: String, gibibytes: Int, iops: Int, throughput: Int)
    /// A public IPv4 address, lent or Elastic, in use or idle.
    case publicIPv4
    case natGateway
    /// An EBS snapshot, by the data that it holds.
    case snapshot(gibibytes: Int)
    /// An interface endpoint in one zone.
    case interfaceEndpoint

    /// The shortest time that is billed, in seconds.
    ///
    /// <https://aws.amazon.com/ec2/pricing/>: per second with a minimum of 60; gateways and endpoints by the hour begun.
    func billedSeconds(_ seconds: Int) -> Int {
        switch self {
        case .instance, .volume, .publicIPv4: max(60, seconds)
        case .natGateway, .interfaceEndpoint: (seconds + 3599) / 3600 * 3600
        case .snapshot: seconds
        }
    }
}

/// Metered time that is over.
package struct Usage: Sendable, Equatable {
    package var meter: Meter
    package var start: Timestamp
    package var end: Timestamp

    package init(_ meter: Meter, from start: Timestamp, to end: Timestamp) {
        self.meter = meter
        self.start = start
        self.end = end
    }

    package var billedSeconds: Int { meter.billedSeconds((end.milliseconds - start.milliseconds + 999) / 1000) }
}

/// Usage of a resource that is gone, so that what it cost is not forgotten.
package struct PastUsage: ResourceRecord {
    /// The resource's id and how many entries there were before.
    package var id: String
    package var resourceID: String
    package var usage: Usage

    package init(id: String, resourceID: String, usage: Usage) {
        self.id = id
        self.resourceID = resourceID
        self.usage = usage
    }
}

extension EC2State {
    /// Keeps metered time of a resource that goes away.
    package mutating func remember(_ usage: Usage, of resourceID: String) {
        let id = "\(resourceID)/\(pastUsage.count)"
        pastUsage.insert(PastUsage(id: id, resourceID: resourceID, usage: usage))
    }

    /// Removes a volume; what it cost is remembered.
    package mutating func deleteVolume(_ id: String, now: Timestamp) {
        guard let volume = volumes.remove(id) else { return }
        remember(Usage(volume.meter, from: volume.meteredSince, to: now), of: id)
    }

    /// Removes a snapshot; what it cost is remembered.
    package mutating func deleteSnapshot(_ id: String, now: Timestamp) {
        guard let snapshot = snapshots.remove(id) else { return }
        remember(Usage(snapshot.meter, from: snapshot.startTime, to: now), of: id)
    }
}

extension Volume {
    package var meter: Meter {
        .volume(type: type, gibibytes: size, iops: iops ?? 0, throughput: throughput ?? 0)
    }
}

extension Snapshot {
    /// AWS bills the blocks that a snapshot does not share with others; here it is the size of its volume.
    package var meter: Meter { .snapshot(gibibytes: size) }
}

extension Instance {
    package var meter: Meter {
        .instance(type: type, vCPUs: Int(vCPUs), isWindows: platform == "windows", isSpot: spotRequestID != nil)
    }
}
