package import ServiceModel

/// Capacity for instances of one type in one zone, kept for the account.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html>
package struct CapacityReservation: ResourceRecord {
    package var id: String
    package var ownerID: String
    package var type: String
    /// For instance `Linux/UNIX`.
    package var platform: String
    package var zone: String
    package var zoneID: String
    package var tenancy = "default"
    package var count: Int
    package var isEBSOptimized = false
    package var hasEphemeralStorage = false
    /// `open`: every matching instance runs in it; `targeted`: those that name it.
    package var matchCriteria = "open"
    package var created: Timestamp
    /// When it ends by itself.
    package var endDate: Timestamp?
    package var isCancelled = false
    package var tags = Tags()

    package init(
        id: String, ownerID: String, type: String, platform: String, zone: String, zoneID: String, count: Int,
        created: Timestamp
    ) {
        self.id = id
        self.ownerID = ownerID
        self.type = type
        self.platform = platform
        self.zone = zone
        self.zoneID = zoneID
        self.count = count
        self.created = created
    }

    /// `active`, `cancelled` or `expired`.
    package func state(at now: Timestamp) -> String {
        if isCancelled { return "cancelled" }
        return endDate.map { $0 <= now } ?? false ? "expired" : "active"
    }

    /// Whether an instance of those properties may run in it.
    package func fits(type: String, platform: String, zone: String, tenancy: String) -> Bool {
        self.type == type && self.platform == platform && self.zone == zone && self.tenancy == tenancy
    }
}

extension Instance {
    /// Whether it takes a place of the reservation that it runs in: a stopped instance does not.
    package var holdsCapacity: Bool {
        switch state {
        case .pending, .running, .stopping, .shuttingDown: true
        case .stopped, .terminated: false
        }
    }
}

extension EC2State {
    /// How many places of a reservation are taken.
    package func usedPlaces(of reservation: CapacityReservation) -> Int {
        instances.count { $0.capacityReservationID == reservation.id && $0.holdsCapacity }
    }
}
