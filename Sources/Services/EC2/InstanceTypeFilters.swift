import JSONValue
import ServiceModel

/// The filters of DescribeInstanceTypes: each reads one fact of a type.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html>
enum InstanceTypeFilters {
    /// Refuses filters of other names.
    static func check(_ filters: [Filter]) throws(ServiceError) {
        for filter in filters where paths[filter.name] == nil && filter.name != "instance-type" {
            throw EC2Error.invalidParameter("The filter '\(filter.name.prefix(256))' is invalid")
        }
    }

    static func matches(_ type: InstanceType, _ filters: [Filter]) -> Bool {
        filters.allSatisfy { filter in
            filter.name == "instance-type"
                ? filter.matches([type.name])
                : paths[filter.name].map { filter.matches(type.texts(at: $0)) } ?? false
        }
    }

    /// Where in the answer a filter's values stand.
    private static let paths: [String: [String]] = [
        "auto-recovery-supported": ["AutoRecoverySupported"],
        "bare-metal": ["BareMetal"],
        "burstable-performance-supported": ["BurstablePerformanceSupported"],
        "current-generation": ["CurrentGeneration"],
        "dedicated-hosts-supported": ["DedicatedHostsSupported"],
        "ebs-info.attachment-limit-type": ["EbsInfo", "AttachmentLimitType"],
        "ebs-info.maximum-ebs-attachments": ["EbsInfo", "MaximumEbsAttachments"],
        "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps": optimized("BaselineBandwidthInMbps"),
        "ebs-info.ebs-optimized-info.baseline-iops": optimized("BaselineIops"),
        "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps": optimized("BaselineThroughputInMBps"),
        "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps": optimized("MaximumBandwidthInMbps"),
        "ebs-info.ebs-optimized-info.maximum-iops": optimized("MaximumIops"),
        "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps": optimized("MaximumThroughputInMBps"),
        "ebs-info.ebs-optimized-support": ["EbsInfo", "EbsOptimizedSupport"],
        "ebs-info.encryption-support": ["EbsInfo", "EncryptionSupport"],
        "ebs-info.nvme-support": ["EbsInfo", "NvmeSupport"],
        "free-tier-eligible": ["FreeTierEligible"],
        "hibernation-supported": ["HibernationSupported"],
        "hypervisor": ["Hypervisor"],
        "instance-storage-info.disk.count": ["InstanceStorageInfo", "Disks", "Count"],
        "instance-storage-info.disk.size-in-gb": ["InstanceStorageInfo", "Disks", "SizeInGB"],
        "instance-storage-info.disk.type": ["InstanceStorageInfo", "Disks", "Type"],
        "instance-storage-info.encryption-support": ["InstanceStorageInfo", "EncryptionSupport"],
        "instance-storage-info.nvme-support": ["InstanceStorageInfo", "NvmeSupport"],
        "instance-storage-info.total-size-in-gb": ["InstanceStorageInfo", "TotalSizeInGB"],
        "instance-storage-supported": ["InstanceStorageSupported"],
        "memory-info.size-in-mib": ["MemoryInfo", "SizeInMiB"],
        "network-info.bandwidth-weightings": network("BandwidthWeightings"),
        "network-info.efa-info.maximum-efa-interfaces": ["NetworkInfo", "EfaInfo", "MaximumEfaInterfaces"],
        "network-info.efa-supported": network("EfaSupported"),
        "network-info.ena-support": network("EnaSupport"),
        "network-info.encryption-in-transit-supported": network("EncryptionInTransitSupported"),
        "network-info.flexible-ena-queues-support": network("FlexibleEnaQueuesSupport"),
        "network-info.ipv4-addresses-per-interface": network("Ipv4AddressesPerInterface"),
        "network-info.ipv6-addresses-per-interface": network("Ipv6AddressesPerInterface"),
        "network-info.ipv6-supported": network("Ipv6Supported"),
        "network-info.maximum-network-cards": network("MaximumNetworkCards"),
        "network-info.maximum-network-interfaces": network("MaximumNetworkInterfaces"),
        "network-info.network-performance": network("NetworkPerformance"),
        "nitro-enclaves-support": ["NitroEnclavesSupport"],
        "nitro-tpm-info.supported-versions": ["NitroTpmInfo", "SupportedVersions"],
        "nitro-tpm-support": ["NitroTpmSupport"],
        "placement-group-info.supported-strategies": ["PlacementGroupInfo", "SupportedStrategies"],
        "processor-info.supported-architecture": ["ProcessorInfo", "SupportedArchitectures"],
        "processor-info.supported-features": ["ProcessorInfo", "SupportedFeatures"],
        "processor-info.sustained-clock-speed-in-ghz": ["ProcessorInfo", "SustainedClockSpeedInGhz"],
        "reboot-migration-support": ["RebootMigrationSupport"],
        "supported-boot-mode": ["SupportedBootModes"],
        "supported-root-device-type": ["SupportedRootDeviceTypes"],
        "supported-usage-class": ["SupportedUsageClasses"],
        "supported-virtualization-type": ["SupportedVirtualizationTypes"],
        "vcpu-info.default-cores": ["VCpuInfo", "DefaultCores"],
        "vcpu-info.default-threads-per-core": ["VCpuInfo", "DefaultThreadsPerCore"],
        "vcpu-info.default-vcpus": ["VCpuInfo", "DefaultVCpus"],
        "vcpu-info.valid-cores": ["VCpuInfo", "ValidCores"],
        "vcpu-info.valid-threads-per-core": ["VCpuInfo", "ValidThreadsPerCore"],
    ]

    private static func optimized(_ name: String) -> [String] { ["EbsInfo", "EbsOptimizedInfo", name] }

    private static func network(_ name: String) -> [String] { ["NetworkInfo", name] }
}

extension InstanceType {
    /// The facts at a path, of each element where a list stands on the way: text, `true` or `false`, or a number in its
    /// shortest form.
    func texts(at path: [String]) -> [String] {
        guard let first = path.first, let value = fact(first) else { return [] }
        return Self.texts(value, path.dropFirst())
    }

    private static func texts(_ value: JSON, _ path: ArraySlice<String>) -> [String] {
        if let elements = value.arrayValue { return elements.flatMap { texts($0, path) } }
        guard let name = path.first else {
            return switch value {
            case .string(let text): [text]
            case .boolean(let flag): ["\(flag)"]
            case .integer(let number): ["\(number)"]
            case .number(let number): ["\(number)"]
            default: []
            }
        }
        return value.objectValue?[name].map { texts($0, path.dropFirst()) } ?? []
    }
}
