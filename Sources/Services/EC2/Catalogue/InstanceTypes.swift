import JSONValue
import ServiceModel
import Synchronization

/// What AWS says of an instance type: the whole answer of DescribeInstanceTypes, and where it is offered.
struct InstanceType: Sendable {
    let name: String
    /// The answer without the name, as JSON: parts that many types share.
    private let parts: [Part]
    /// A bit mask of zone letters for each region of the catalogue.
    private let offers: [UInt8]
    private let regions: [String]

    /// A part of the answer, parsed when it is first needed.
    fileprivate final class Part: Sendable {
        private let text: Substring
        private let parsed = Mutex<JSON?>(nil)

        init(_ text: Substring) { self.text = text }

        var json: JSON {
            parsed.withLock { parsed in
                if let parsed { return parsed }
                let value = (try? JSON.parse(Array(text.utf8))) ?? .null
                parsed = value
                return value
            }
        }
    }

    fileprivate init(name: String, parts: [Part], offers: [UInt8], regions: [String]) {
        self.name = name
        self.parts = parts
        self.offers = offers
        self.regions = regions
        shape = LaunchShape(parts)
    }

    /// What every view of an instance needs of its type, looked up once.
    fileprivate final class LaunchShape: Sendable {
        struct Facts {
            var vCPUs: Int
            var cores: Int
            var threadsPerCore: Int
            var bootModes: [String]
        }

        private let parts: [Part]
        private let known = Mutex<Facts?>(nil)

        init(_ parts: [Part]) { self.parts = parts }

        var facts: Facts {
            known.withLock { known in
                if let known { return known }
                func fact(_ name: String) -> JSON? { parts.lazy.compactMap { $0.json.objectValue?[name] }.first }
                let processors = fact("VCpuInfo")?.objectValue
                let facts = Facts(
                    vCPUs: processors?["DefaultVCpus"]?.intValue ?? 1,
                    cores: processors?["DefaultCores"]?.intValue ?? 1,
                    threadsPerCore: processors?["DefaultThreadsPerCore"]?.intValue ?? 1,
                    bootModes: fact("SupportedBootModes")?.arrayValue?.compactMap(\.stringValue) ?? [])
                known = facts
                return facts
            }
        }
    }

    private let shape: LaunchShape

    private func fact(_ name: String) -> JSON? {
        for part in parts {
            if let value = part.json.objectValue?[name] { return value }
        }
        return nil
    }

    /// A fact by its path, for instance `MemoryInfo`, `SizeInMiB`.
    func fact(_ path: String...) -> JSON? {
        var value: JSON? = path.first.flatMap { fact($0) }
        for name in path.dropFirst() { value = value?.objectValue?[name] }
        return value
    }

    /// A fact that is a list of strings.
    func texts(_ path: String...) -> [String] {
        let value = path.count == 1 ? fact(path[0]) : fact(path[0], path[1])
        return value?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    var defaultVCPUs: Int { shape.facts.vCPUs }
    var defaultCores: Int { shape.facts.cores }
    var defaultThreadsPerCore: Int { shape.facts.threadsPerCore }
    var bootModes: [String] { shape.facts.bootModes }

    /// Numbers of cores that CPU options may ask for.
    var validCores: [Int] { fact("VCpuInfo", "ValidCores")?.arrayValue?.compactMap(\.intValue) ?? [] }
    var validThreadsPerCore: [Int] { fact("VCpuInfo", "ValidThreadsPerCore")?.arrayValue?.compactMap(\.intValue) ?? [] }
    var isEBSOptimizable: Bool { fact("EbsInfo", "EbsOptimizedSupport")?.stringValue != "unsupported" }
    var isEnclaveSupported: Bool { fact("NitroEnclavesSupport")?.stringValue == "supported" }
    var usageClasses: [String] { texts("SupportedUsageClasses") }
    var memoryMiB: Int { fact("MemoryInfo", "SizeInMiB")?.intValue ?? 0 }
    var maximumNetworkInterfaces: Int { fact("NetworkInfo", "MaximumNetworkInterfaces")?.intValue ?? 2 }
    var addressesPerInterface: Int { fact("NetworkInfo", "Ipv4AddressesPerInterface")?.intValue ?? 2 }
    var isHibernationSupported: Bool { fact("HibernationSupported")?.boolValue ?? false }
    var isBurstable: Bool { fact("BurstablePerformanceSupported")?.boolValue ?? false }
    var isEBSOptimizedByDefault: Bool { fact("EbsInfo", "EbsOptimizedSupport")?.stringValue == "default" }
    var hypervisor: String { fact("Hypervisor")?.stringValue ?? "nitro" }
    var hasInstanceStore: Bool { fact("InstanceStorageSupported")?.boolValue ?? false }

    var architectures: [String] { texts("ProcessorInfo", "SupportedArchitectures") }

    /// Whether a zone of a region offers the type, by the zone's letter; regions that the catalogue lacks offer what
    /// us-east-2 does.
    func isOffered(in region: String, zoneLetter: Character) -> Bool {
        guard let ascii = zoneLetter.asciiValue, (97...104).contains(ascii) else { return false }
        let index = regions.firstIndex(of: region) ?? regions.firstIndex(of: "us-east-2") ?? 0
        guard index < offers.count else { return false }
        return offers[index] & 1 << (ascii - 97) != 0
    }

    /// The answer of DescribeInstanceTypes.
    func view(_ shape: Shape) -> Value {
        var fields = Fields()
        fields.append("InstanceType", .string(name))
        for part in parts {
            guard case .structure(let more) = Value(part.json, shape) else { continue }
            for field in more.fields { fields.append(field.name, field.value) }
        }
        return .structure(fields)
    }

    // MARK: The catalogue

    static func named(_ name: String) -> InstanceType? { catalogue[name] }

    /// All types, sorted by name.
    static let all: [InstanceType] = catalogue.values.sorted { $0.name < $1.name }

    private static let catalogue: [String: InstanceType] = {
        var regions: [String] = []
        var groups: [Part] = []
        var patterns: [[UInt8]] = []
        var types: [String: InstanceType] = [:]
        types.reserveCapacity(1300)
        for line in TableLines(instanceTypeTable) {
            let words = line.split(separator: " ", maxSplits: line.hasPrefix("g ") ? 2 : .max)
            switch words.first {
            case "r": regions = words.dropFirst().map(String.init)
            case "g": groups.append(Part(words.count > 2 ? words[2] : ""))
            case "z":
                // Two hexadecimal digits a region.
                var masks: [UInt8] = []
                var digits = words.count > 2 ? words[2] : ""
                while !digits.isEmpty {
                    masks.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
                    digits = digits.dropFirst(2)
                }
                patterns.append(masks)
            case "t":
                let numbers = words.dropFirst(2).compactMap { Int($0) }
                guard words.count > 3, let zone = numbers.first, patterns.indices.contains(zone) else { continue }
                let name = String(words[1])
                types[name] = InstanceType(
                    name: name, parts: numbers.dropFirst().filter { groups.indices.contains($0) }.map { groups[$0] },
                    offers: patterns[zone], regions: regions)
            default: break
            }
        }
        return types
    }()
}

extension Value {
    /// JSON read as a shape of the model; members that the shape lacks are left out.
    init?(_ json: JSON, _ shape: Shape) {
        switch (shape.kind, json) {
        case (.structure, .object(let object)):
            var fields = Fields()
            for member in shape.members {
                if let value = object[member.name].flatMap({ Self($0, member.shape) }) {
                    fields.append(member.name, value)
                }
            }
            self = .structure(fields)
        case (.list, .array(let elements)):
            guard let element = shape.element else { return nil }
            self = .list(elements.compactMap { Self($0, element.shape) })
        case (.integer, _):
            guard let number = json.intValue else { return nil }
            self = .integer(number)
        case (.double, _):
            guard let number = json.doubleValue else { return nil }
            self = .double(number)
        case (.boolean, .boolean(let flag)): self = .boolean(flag)
        case (.string, .string(let text)): self = .string(text)
        default: return nil
        }
    }
}
