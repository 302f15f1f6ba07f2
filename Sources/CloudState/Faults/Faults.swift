package import ServiceModel

/// The faults that are in force now, and what follows from them.
///
/// One layer for labs, scenarios and FIS's own API. Everything here is a question on a value: network, health checks,
/// launches and the wire ask it, and nobody else keeps record of what is broken.
package struct Faults: Sendable, Equatable {
    package private(set) var active = ResourceTable<Fault>()
    private var count = 0

    package init() {}

    package var isEmpty: Bool { active.isEmpty }

    /// Puts a fault in force and gives its id; `World.startFault` is how others do it.
    mutating func start(_ kind: Fault.Kind, region: String, now: Timestamp) -> String {
        count += 1
        let id = "fault-\(count)"
        active.insert(Fault(id: id, region: region, since: now, kind: kind))
        return id
    }

    /// Ends a fault; does nothing where it has ended.
    mutating func stop(_ id: String) { active[id] = nil }

    // MARK: Hosts

    /// The outage that an Availability Zone is in; nil where it is up.
    package func outage(zone: String, region: String) -> Fault? {
        first(region) { if case .zoneOutage(zone) = $0 { true } else { false } }
    }

    /// Why an instance that is `running` serves nobody; nil where nothing is wrong with it.
    package func failure(of instance: Instance, region: String) -> Fault? {
        first(region) { kind in
            switch kind {
            case .zoneOutage(let zone): zone == instance.zone
            case .impairment(instance.id, _): true
            default: false
            }
        }
    }

    /// Which status check of an instance fails: in an outage its host's, and the host comes first.
    package func failedCheck(of instance: Instance, region: String) -> Fault.StatusCheck? {
        guard let fault = failure(of: instance, region: region) else { return nil }
        if case .impairment(_, let check) = fault.kind { return check }
        return .system
    }

    /// How busy an instance's CPU is made, in per cent; nil where nothing stresses it.
    package func cpuStress(of instanceID: String, region: String) -> Int? {
        active.compactMap { fault in
            guard fault.region == region, case .cpuStress(instanceID, let percentage) = fault.kind else { return nil }
            return percentage
        }.max()
    }

    // MARK: The network

    /// The other end of a subnet's traffic.
    package enum Peer: Sendable, Equatable {
        case subnet(Subnet)
        /// The internet, another VPC, an on-premises network.
        case outside
        /// A service behind a gateway endpoint, for instance `s3` or `dynamodb`.
        case regionalService(String)
    }

    /// The fault that drops traffic between an interface in a subnet and a peer, in either direction; nil where none
    /// does. It speaks for the subnet's end: of two subnets both are to be asked.
    package func disruption(of subnet: Subnet, region: String, peer: Peer) -> Fault? {
        guard !active.isEmpty else { return nil }
        return first(region) { kind in
            switch kind {
            case .zoneOutage(let zone): return zone == subnet.zone
            case .networkDisruption(let subnets, let scope):
                return subnets.contains(subnet.id) && Self.denies(scope, subnet, peer)
            case .subnetsSeparated(let some, let others):
                guard case .subnet(let other) = peer else { return false }
                return some.contains(subnet.id) && others.contains(other.id)
                    || others.contains(subnet.id) && some.contains(other.id)
            default: return false
            }
        }
    }

    private static func denies(_ scope: Fault.DisruptionScope, _ subnet: Subnet, _ peer: Peer) -> Bool {
        switch (scope, peer) {
        case (.all, .subnet(let other)): other.id != subnet.id
        case (.all, _): true
        case (.availabilityZone, .subnet(let other)): other.vpcID == subnet.vpcID && other.zone != subnet.zone
        case (.availabilityZone, _): false
        case (.vpc, .subnet(let other)): other.vpcID != subnet.vpcID
        case (.vpc, .outside): true
        case (.vpc, .regionalService): true
        case (.s3, .regionalService(let name)), (.dynamodb, .regionalService(let name)): name == scope.rawValue
        case (.prefixList, .regionalService): true
        case (.s3, _), (.dynamodb, _), (.prefixList, _): false
        }
    }

    // MARK: Launches and the API

    /// The fault that makes a launch in a zone fail for want of capacity.
    ///
    /// - Parameter caller: who launches: the caller of the API, or the group whose name this is.
    package func shortage(
        zone: String, region: String, of launcher: Fault.Launcher, caller: Caller? = nil, group: String? = nil,
        now: Timestamp
    ) -> Fault? {
        guard !active.isEmpty else { return nil }
        return active.first { fault in
            guard fault.region == region else { return false }
            switch fault.kind {
            case .zoneOutage(zone): return true
            case .insufficientCapacity(let zones, let percentage, launcher, let only):
                let isMeant =
                    only.isEmpty || group.map(only.contains) ?? false
                    || caller.map { caller in only.contains { Self.isRole($0, of: caller) } } ?? false
                return isMeant && (zones.isEmpty || zones.contains(zone)) && strikes(fault, percentage, now)
            default: return false
            }
        }
    }

    /// Whether any call may fail for a fault.
    package var failsCalls: Bool {
        active.contains { if case .apiError = $0.kind { true } else { false } }
    }

    /// How a call fails before its handler sees it; nil where it goes through.
    package func apiError(service: String, operation: String, caller: Caller, region: String, now: Timestamp)
        -> ServiceError?
    {
        guard !active.isEmpty else { return nil }
        for fault in active where fault.region == region {
            guard case .apiError(let api) = fault.kind, api.service == service,
                api.operations.isEmpty || api.operations.contains(operation),
                api.roles.isEmpty || api.roles.contains(where: { Self.isRole($0, of: caller) }),
                strikes(fault, api.percentage, now)
            else { continue }
            switch api.failure {
            case .throttle:
                return ServiceError(
                    service == "ec2" ? "RequestLimitExceeded" : "ThrottlingException",
                    service == "ec2" ? "Request limit exceeded." : "Rate exceeded",
                    status: service == "ec2" ? 503 : 400)
            case .internalError:
                return ServiceError(
                    service == "ec2" ? "InternalError" : "InternalFailure",
                    "An internal error has occurred", status: 500, fault: .receiver)
            case .unavailable:
                return ServiceError(
                    service == "ec2" ? "Unavailable" : "ServiceUnavailable",
                    "Service is unable to handle request.", status: 503, fault: .receiver)
            }
        }
        return nil
    }

    /// Whether a caller is a session of that role.
    private static func isRole(_ role: String, of caller: Caller) -> Bool {
        guard let name = role.split(separator: "/").last else { return false }
        return caller.arn == role || caller.arn.contains(":assumed-role/\(name)/")
    }

    /// Which of the calls a fault strikes follows from its id and the moment, so that it is the same on every run.
    private func strikes(_ fault: Fault, _ percentage: Int, _ now: Timestamp) -> Bool {
        guard percentage < 100 else { return true }
        let bits = IDGenerator.mix(IDGenerator.hash(fault.id, UInt64(bitPattern: Int64(now.milliseconds))))
        return Int(bits % 100) < percentage
    }

    private func first(_ region: String, where matches: (Fault.Kind) -> Bool) -> Fault? {
        guard !active.isEmpty else { return nil }
        return active.first { $0.region == region && matches($0.kind) }
    }
}

extension World {
    /// Puts a fault in force in a region, for good or for so long, and gives its id.
    ///
    /// Without the id's fault `stopFault` does nothing, so that stopping twice is no mistake.
    @discardableResult
    package mutating func startFault(_ kind: Fault.Kind, region: String, lasting duration: Duration? = nil) -> String {
        let id = faults.start(kind, region: region, now: now)
        if let duration { schedule(.faultEnds(id: id), after: duration) }
        wake()
        return id
    }

    /// Ends a fault before its time.
    package mutating func stopFault(_ id: String) {
        faults.stop(id)
        wake()
    }
}
