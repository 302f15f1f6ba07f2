import CloudState
import ServiceModel

/// How instances come to run in Capacity Reservations.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-launch.html>
enum CapacityReservations {
    /// The reservation that a launch goes to.
    struct Room {
        var id: String?
        var places: Int
        /// Whether no more instances may be launched than there are places.
        var isLimit: Bool
    }

    static let exceeded = ServiceError(
        "ReservationCapacityExceeded",
        "The requested reservation does not have sufficient compatible and available capacity for this request.")

    /// What is free for the instances of a launch; nil where reservations do not matter to it.
    static func room(
        for launch: InstanceLaunch, zone: String, _ context: CallContext
    ) throws(ServiceError) -> Room? {
        guard launch.spot == nil else { return nil }
        return try room(
            launch.options.reservation, type: launch.type.name, platform: launch.image.platformDetails, zone: zone,
            tenancy: launch.tenancy, context)
    }

    private static func room(
        _ choice: ReservationChoice, type: String, platform: String, zone: String, tenancy: String,
        _ context: CallContext
    ) throws(ServiceError) -> Room? {
        let state = context.ec2
        if let id = choice.target {
            guard let reservation = state.capacityReservations[id] else {
                throw EC2Error.notFound(.capacityReservation, [id])
            }
            guard reservation.state(at: context.now) == "active",
                reservation.fits(type: type, platform: platform, zone: zone, tenancy: tenancy)
            else { throw exceeded }
            return Room(id: id, places: reservation.count - state.usedPlaces(of: reservation), isLimit: true)
        }
        guard choice.preference != "none" else { return nil }
        var room: Room?
        for reservation in state.capacityReservations
        where reservation.matchCriteria == "open" && reservation.state(at: context.now) == "active"
            && reservation.fits(type: type, platform: platform, zone: zone, tenancy: tenancy)
        {
            let places = reservation.count - state.usedPlaces(of: reservation)
            if places > room?.places ?? 0 { room = Room(id: reservation.id, places: places, isLimit: false) }
        }
        guard choice.preference == "capacity-reservations-only" else { return room }
        return Room(id: room?.id, places: room?.places ?? 0, isLimit: true)
    }

    /// The reservation that an instance which starts again runs in.
    static func place(for instance: Instance, _ context: CallContext) throws(ServiceError) -> String? {
        guard instance.spotRequestID == nil else { return nil }
        let choice = ReservationChoice(
            preference: instance.capacityReservationPreference, target: instance.capacityReservationTarget)
        let room = try room(
            choice, type: instance.type, platform: instance.platformDetails, zone: instance.zone,
            tenancy: instance.tenancy, context)
        guard let room else { return nil }
        guard room.places > 0 else {
            guard !room.isLimit else { throw exceeded }
            return nil
        }
        return room.id
    }
}

/// Which Capacity Reservations an instance wants to run in: `open` ones, none, those only, or a certain one.
struct ReservationChoice: Sendable {
    var preference = "open"
    var target: String?

    init(preference: String, target: String?) {
        self.preference = preference
        self.target = target
    }

    init(_ input: Input?, _ context: CallContext) throws(ServiceError) {
        if let wanted = input?.string("CapacityReservationPreference") {
            try InstanceLaunch.oneOf(
                wanted, ["capacity-reservations-only", "open", "none"], "CapacityReservationPreference")
            preference = wanted
        }
        guard let target = input?.structure("CapacityReservationTarget") else { return }
        guard !target.has("CapacityReservationResourceGroupArn") else {
            throw ServiceError(
                "InvalidParameterValue", "Resource groups of Capacity Reservations are not emulated here.",
                isNotEmulated: true)
        }
        guard let id = target.string("CapacityReservationId"), !id.isEmpty else { return }
        guard !(input?.has("CapacityReservationPreference") ?? false) || preference == "capacity-reservations-only"
        else {
            throw EC2Error.invalidCombination(
                "You can't specify both a Capacity Reservation preference and a Capacity Reservation target.")
        }
        _ = try context.ec2.capacityReservations.named(id, .capacityReservation)
        self.target = id
    }

    func apply(to instance: inout Instance) {
        instance.capacityReservationPreference = preference
        instance.capacityReservationTarget = target
    }

    static func view(_ instance: Instance) -> Value {
        guard let target = instance.capacityReservationTarget else {
            return ["CapacityReservationPreference": .string(instance.capacityReservationPreference)]
        }
        return ["CapacityReservationTarget": ["CapacityReservationId": .string(target)]]
    }
}

extension ResourceKind {
    static let capacityReservation = ResourceKind(
        "cr", type: "capacity-reservation", noun: "capacity reservation", code: "InvalidCapacityReservationId")
}
