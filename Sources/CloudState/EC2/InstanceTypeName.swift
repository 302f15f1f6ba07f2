/// An instance type's name taken apart: `c5n.xlarge` is family `c`, generation 5, attribute `n`, size `xlarge`.
///
/// <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html>
package struct InstanceTypeName: Hashable, Sendable {
    /// What the family is made for, for instance `c` for compute or `inf` for inference.
    package var family: String
    /// Nil where the name has none, as `u-6tb1` and `mac-m4`.
    package var generation: Int?
    /// What comes after the generation: the processor (`a`, `g`, `i`), and what the type has more of than its plain
    /// sister (`d` instance store, `n` network, `b` EBS, `z` clock, `e` storage or memory, `q` Qualcomm, `flex`).
    package var attributes: [String]
    /// For instance `large`, `24xlarge`, `metal-48xl`.
    package var size: String
    /// All before the full stop, for instance `c5n`.
    package var series: String

    /// Nil for anything that has not one full stop with a name before and a size after it.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty,
            text.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46 })
        else { return nil }
        series = String(halves[0])
        size = String(halves[1])
        let parts = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        let head = parts[0]
        let letters = head.prefix { $0.isLetter }
        guard !letters.isEmpty else { return nil }
        family = String(letters)
        let rest = head.dropFirst(letters.count)
        let digits = rest.prefix { $0.isNumber }
        generation = Int(digits)
        let marks = rest[digits.endIndex...]
        attributes = marks.map { String($0) } + parts.dropFirst().map { String($0) }
    }

    /// How many `xlarge` the size stands for; nil for bare metal, whose size says nothing of it.
    package var xlarges: Double? {
        switch size {
        case "nano": return 1.0 / 32
        case "micro": return 1.0 / 16
        case "small": return 1.0 / 8
        case "medium": return 1.0 / 4
        case "large": return 1.0 / 2
        case "xlarge": return 1
        default:
            guard size.hasSuffix("xlarge"), let count = Int(size.dropLast(6)), count > 0 else { return nil }
            return Double(count)
        }
    }

    package var isBareMetal: Bool { size.hasPrefix("metal") }

    /// The bucket of the vCPU quota that counts the type.
    package var quota: VCPUQuota { Self.quota(ofFamily: family) }

    /// The same of a name in the catalogue, whose first letters say all that there is to know.
    static func quota(of name: String) -> VCPUQuota {
        quota(ofFamily: String(decoding: name.utf8.prefix { (97...122).contains($0) }, as: UTF8.self))
    }

    private static func quota(ofFamily family: String) -> VCPUQuota {
        switch family {
        case "f": .f
        case "g", "gr", "vt": .gAndVT
        case "p": .p
        case "x": .x
        case "inf": .inf
        case "trn": .trn
        case "dl": .dl
        case "hpc": .hpc
        case "u": .highMemory
        default: .standard
        }
    }
}
