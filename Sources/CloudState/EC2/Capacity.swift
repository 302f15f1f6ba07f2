/// The buckets in which AWS counts the vCPUs of running instances.
///
/// <https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html>
package enum VCPUQuota: Int, Sendable, CaseIterable {
    /// A, C, D, H, I, M, R, T and Z.
    case standard
    case f, gAndVT, p, x, inf, trn, dl, hpc, highMemory

    /// What an account in ordinary use has: 1152 vCPUs of the standard families and 128 of each other one, the figures
    /// with which AWS introduced these quotas. Service Quotas' own default for a brand-new account is 5 and 0, which
    /// AWS raises by itself with use; a lab that wants that sets it.
    package var ordinary: Int { self == .standard ? 1152 : 128 }

    /// The bucket's name in labs and on the command line, for instance `g-and-vt`.
    package var name: String {
        switch self {
        case .standard: "standard"
        case .f: "f"
        case .gAndVT: "g-and-vt"
        case .p: "p"
        case .x: "x"
        case .inf: "inf"
        case .trn: "trn"
        case .dl: "dl"
        case .hpc: "hpc"
        case .highMemory: "high-memory"
        }
    }

    package init?(name: String) {
        guard let bucket = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = bucket
    }

    /// What Service Quotas lists as the default for a new account.
    package var brandNew: Int { self == .standard ? 5 : 0 }
}

/// vCPUs by bucket, on demand and Spot apart.
package struct VCPUCounts: Sendable, Equatable {
    private var onDemand: [Int]
    private var spot: [Int]

    package init(_ value: (VCPUQuota) -> Int = { _ in 0 }) {
        onDemand = VCPUQuota.allCases.map(value)
        spot = onDemand
    }

    package subscript(_ quota: VCPUQuota, isSpot isSpot: Bool) -> Int {
        get { isSpot ? spot[quota.rawValue] : onDemand[quota.rawValue] }
        set {
            if isSpot { spot[quota.rawValue] = newValue } else { onDemand[quota.rawValue] = newValue }
        }
    }
}

/// What the account may have and what AWS can give: the switches by which a lab brings about quota and capacity errors.
package struct Capacity: Sendable, Equatable {
    /// Instances of some types that AWS has none left of.
    package struct Shortage: Sendable, Equatable {
        /// Nil for all regions.
        package var region: String?
        /// Nil for all zones.
        package var zone: String?
        /// A type, a series with `.*` as in `m5.*`, or `*` for all.
        package var types: String

        package init(region: String? = nil, zone: String? = nil, types: String) {
            self.region = region
            self.zone = zone
            self.types = types
        }

        func covers(_ type: String, region: String, zone: String) -> Bool {
            guard self.region == nil || self.region == region, self.zone == nil || self.zone == zone else {
                return false
            }
            if types == "*" || types == type { return true }
            return types.hasSuffix(".*") && type.hasPrefix(types.dropLast())
        }
    }

    /// The vCPU quotas of each region.
    package var quotas = VCPUCounts(\.ordinary)
    package var shortages: [Shortage] = []

    package init() {}

    /// Whether AWS has an instance of that type to give in that zone.
    package func has(_ type: String, region: String, zone: String) -> Bool {
        !shortages.contains { $0.covers(type, region: region, zone: zone) }
    }
}
