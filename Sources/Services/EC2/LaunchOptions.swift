import CloudState
import ServiceModel

/// The less common parameters of a launch.
struct LaunchOptions {
    var cpu: Instance.CPUOptions?
    var profile: Instance.Profile?
    var isEnclaveEnabled: Bool
    var autoRecovery: Bool
    var hostnameType: String?
    var publishesARecord: Bool
    var publishesAAAARecord: Bool
    var reservation: ReservationChoice

    init(_ input: Input, _ type: InstanceType, _ context: CallContext) throws(ServiceError) {
        cpu = try Self.cpuOptions(input.structure("CpuOptions"), type)
        profile = try InstanceProfileCalls.resolved(input.structure("IamInstanceProfile"), context)
        isEnclaveEnabled = input.structure("EnclaveOptions")?.boolean("Enabled") ?? false
        guard !isEnclaveEnabled || type.isEnclaveSupported else {
            throw ServiceError(
                "Unsupported",
                "The requested configuration is currently not supported. Please check the documentation for supported configurations."
            )
        }
        let recovery = input.structure("MaintenanceOptions")?.string("AutoRecovery") ?? "default"
        try InstanceLaunch.oneOf(recovery, ["default", "disabled"], "AutoRecovery")
        autoRecovery = recovery == "default"
        let names = input.structure("PrivateDnsNameOptions")
        hostnameType = names?.string("HostnameType")
        if let hostnameType { try InstanceLaunch.oneOf(hostnameType, ["ip-name", "resource-name"], "HostnameType") }
        publishesARecord = names?.boolean("EnableResourceNameDnsARecord") ?? false
        publishesAAAARecord = names?.boolean("EnableResourceNameDnsAAAARecord") ?? false
        reservation = try ReservationChoice(input.structure("CapacityReservationSpecification"), context)
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/cpu-options-supported-instances-values.html>
    static func cpuOptions(_ input: Input?, _ type: InstanceType) throws(ServiceError) -> Instance.CPUOptions? {
        guard let input, input.has("CoreCount") || input.has("ThreadsPerCore") else { return nil }
        guard let cores = input.integer("CoreCount"), let threads = input.integer("ThreadsPerCore") else {
            throw EC2Error.invalidCombination("You must specify both CoreCount and ThreadsPerCore for CpuOptions.")
        }
        return try checked(cores: cores, threads: threads, type)
    }

    static func checked(cores: Int, threads: Int, _ type: InstanceType) throws(ServiceError) -> Instance.CPUOptions? {
        let validCores = type.validCores.isEmpty ? [type.defaultCores] : type.validCores
        let validThreads = type.validThreadsPerCore.isEmpty ? [type.defaultThreadsPerCore] : type.validThreadsPerCore
        guard validCores.contains(cores) else {
            throw EC2Error.invalidParameter(
                "Invalid value '\(cores)' for CoreCount. Valid values for instance type \(type.name): \(validCores.map(String.init).joined(separator: ", "))."
            )
        }
        guard validThreads.contains(threads) else {
            throw EC2Error.invalidParameter(
                "Invalid value '\(threads)' for ThreadsPerCore. Valid values for instance type \(type.name): \(validThreads.map(String.init).joined(separator: ", "))."
            )
        }
        return Instance.CPUOptions(cores: cores, threadsPerCore: threads)
    }

    /// Sets all of it on an instance that is being made.
    func apply(to instance: inout Instance, _ context: inout CallContext) {
        instance.cpuOptions = cpu
        instance.isEnclaveEnabled = isEnclaveEnabled
        instance.autoRecovery = autoRecovery
        if let hostnameType { instance.privateDNSHostnameType = hostnameType }
        instance.publishesARecord = publishesARecord
        instance.publishesAAAARecord = publishesAAAARecord
        reservation.apply(to: &instance)
        if var profile {
            profile.associationID = context.newID("iip-assoc")
            profile.since = context.now
            instance.profile = profile
        }
    }
}

extension InstanceLaunch {
    /// The zone asked for, by name or by id.
    static func zone(_ placement: Input?, _ context: CallContext) throws(ServiceError) -> String? {
        let name = placement?.string("AvailabilityZone").flatMap { $0.isEmpty ? nil : $0 }
        guard let id = placement?.string("AvailabilityZoneId"), !id.isEmpty else { return name }
        guard name == nil else {
            throw EC2Error.invalidCombination("You can't specify both AvailabilityZone and AvailabilityZoneId.")
        }
        guard let zone = RegionFacts.named(context.region)?.zones.first(where: { $0.id == id }) else {
            throw EC2Error.invalidParameter("Invalid availability zone-id: [\(id.prefix(64))]")
        }
        return zone.name
    }

    static func tenancy(_ placement: Input?) throws(ServiceError) -> String {
        let tenancy = placement?.string("Tenancy").flatMap { $0.isEmpty ? nil : $0 } ?? "default"
        try oneOf(tenancy, ["default", "dedicated", "host"], "Tenancy")
        guard tenancy != "host", !(placement?.has("HostId") ?? false) else {
            throw ServiceError(
                "InsufficientHostCapacity", "There is no available Dedicated Host that matches your request.",
                status: 500,
                fault: .receiver)
        }
        return tenancy
    }

    static func placementGroup(
        _ placement: Input?, _ context: CallContext
    ) throws(ServiceError) -> (PlacementGroup?, partition: Int?) {
        let name = placement?.string("GroupName").flatMap { $0.isEmpty ? nil : $0 }
        let id = placement?.string("GroupId").flatMap { $0.isEmpty ? nil : $0 }
        guard name == nil || id == nil else {
            throw EC2Error.invalidCombination("You can't specify both GroupName and GroupId.")
        }
        let partition = placement?.integer("PartitionNumber")
        guard let wanted = name ?? id else {
            guard partition == nil else {
                throw EC2Error.invalidCombination("The parameter PartitionNumber requires a placement group.")
            }
            return (nil, nil)
        }
        let group = try PlacementGroupCalls.named(wanted, context)
        if let partition {
            guard group.strategy == .partition, (1...(group.partitionCount ?? 1)).contains(partition) else {
                throw EC2Error.invalidParameter(
                    "Value (\(partition)) for parameter partitionNumber is invalid for placement group '\(group.name)'."
                )
            }
        }
        return (group, partition)
    }
}

extension LaunchImage {
    /// An image made for version 2 of the metadata service asks for it; others leave both versions on.
    func metadataDefaults(in region: String) -> Instance.MetadataOptions {
        var options = Instance.MetadataOptions()
        if !(PublicImage.withID(id, in: region)?.name.hasPrefix("al2023") ?? false) {
            options.httpTokens = "optional"
            options.httpPutResponseHopLimit = 1
        }
        return options
    }
}

extension Instance.MetadataOptions {
    /// What the account has set comes before what the image asks for.
    mutating func change(_ defaults: AccountDefaults.Metadata) {
        httpTokens = defaults.httpTokens ?? httpTokens
        httpPutResponseHopLimit = defaults.httpPutResponseHopLimit ?? httpPutResponseHopLimit
        httpEndpoint = defaults.httpEndpoint ?? httpEndpoint
        instanceMetadataTags = defaults.instanceMetadataTags ?? instanceMetadataTags
    }

    /// Changes what a request names; the rest stays.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html>
    mutating func change(_ input: Input?) throws(ServiceError) {
        guard let input else { return }
        if let tokens = input.string("HttpTokens") {
            try InstanceLaunch.oneOf(tokens, ["optional", "required"], "HttpTokens")
            httpTokens = tokens
        }
        if let hops = input.integer("HttpPutResponseHopLimit") {
            guard (1...64).contains(hops) else {
                throw EC2Error.invalidParameter(
                    "The value \(hops) for HttpPutResponseHopLimit is invalid. Valid values are 1 to 64.")
            }
            httpPutResponseHopLimit = hops
        }
        func state(_ name: String, _ value: inout String) throws(ServiceError) {
            guard let wanted = input.string(name) else { return }
            try InstanceLaunch.oneOf(wanted, ["enabled", "disabled"], name)
            value = wanted
        }
        try state("HttpEndpoint", &httpEndpoint)
        try state("HttpProtocolIpv6", &httpProtocolIPv6)
        try state("InstanceMetadataTags", &instanceMetadataTags)
    }
}
