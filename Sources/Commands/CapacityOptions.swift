import ArgumentParser
import CloudState

/// `BUCKET=VCPUS` or `spot-BUCKET=VCPUS`.
struct QuotaOption: ExpressibleByArgument, Sendable {
    let bucket: VCPUQuota
    let isSpot: Bool
    let vCPUs: Int

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let vCPUs = Int(parts[1]), (0...10_000_000).contains(vCPUs) else { return nil }
        isSpot = parts[0].hasPrefix("spot-")
        guard let bucket = VCPUQuota(name: String(isSpot ? parts[0].dropFirst(5) : parts[0])) else { return nil }
        self.bucket = bucket
        self.vCPUs = vCPUs
    }

    /// What a value may look like, for help and errors.
    static var allValueStrings: [String] { VCPUQuota.allCases.map { "\($0.name)=VCPUS" } }
}

/// `TYPES` or `ZONE:TYPES`.
struct ShortageOption: ExpressibleByArgument, Sendable {
    let shortage: Capacity.Shortage

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let types = parts.last, !parts.contains("") else { return nil }
        shortage = Capacity.Shortage(zone: parts.count == 2 ? parts[0] : nil, types: types)
    }
}
