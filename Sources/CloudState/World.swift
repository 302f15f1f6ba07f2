package import ServiceModel

/// Everything that one account has, in all regions, at one moment of virtual time.
///
/// A value: a snapshot is a `let`, a draft is a `var`, and a copy costs nothing.
package struct World: Sendable, Equatable {
    /// The account's number, twelve digits.
    package let accountID: String
    package let seed: String
    /// When virtual time began, and the account with it.
    package let epoch: Timestamp
    /// Virtual time. It only moves forward, by `advance(to:)`.
    package private(set) var now: Timestamp
    package var ids: IDGenerator
    package var agenda = Agenda()
    package var regions: [Region] = []
    package var iam = IAMState()
    package var s3 = S3State()
    package var capacity = Capacity()
    /// What is broken at the moment.
    package var faults = Faults()
    /// What is to be done outside of the world.
    package internal(set) var outbox: [Effect] = []
    /// Whether containers of tasks are run as processes; otherwise tasks are modelled.
    package var runsContainers = false
    /// Images that this machine has under names of the account's registry, as if they had been pushed there: digests by
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG`.
    package var imagesAtHand: [String: String] = [:]
    /// How much may still happen without a call.
    package var autonomy = Autonomy.unlimited
    /// What services do by themselves.
    package var automation = Automation.none
    /// Periodic looks that wait for something to change.
    package internal(set) var restingLooks: [RestingLook] = []

    /// - Parameters:
    ///   - seed: ids, addresses and keys follow from it.
    ///   - epoch: when virtual time begins.
    package init(seed: String, epoch: Timestamp, accountID: String = "123456789012") {
        self.seed = seed
        self.accountID = accountID
        self.epoch = epoch
        now = epoch
        ids = IDGenerator(seed: seed)
    }

    /// The place of a region's state in `regions`; made, with its default VPC, when first asked for.
    package mutating func regionIndex(_ name: String) -> Int {
        if let index = regions.firstIndex(where: { $0.name == name }) { return index }
        regions.append(Region(name: name, accountID: accountID, ids: &ids, now: now))
        return regions.count - 1
    }

    /// Schedules a transition some time from now.
    package mutating func schedule(_ transition: Transition, after duration: Duration) {
        agenda.schedule(transition, at: now.adding(milliseconds: duration.milliseconds))
    }

    /// Moves virtual time on and lets everything happen that is due by then, in order.
    package mutating func advance(to time: Timestamp) {
        while !autonomy.isUsedUp, let entry = agenda.popDue(by: time) {
            guard autonomy.takes() else { break }
            if entry.due > now { now = entry.due }
            entry.transition.apply(to: &self)
            // A look says itself whether it changed anything.
            if !entry.transition.isLook { wake() }
        }
        if time > now { now = time }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    package var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
