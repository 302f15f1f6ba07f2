import CloudState
import ServiceModel

/// What a RunInstances request asks for, read once and held against the rules that need nothing but the request and
/// the catalogue.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html>
struct InstanceLaunch {
    var minimum: Int
    var maximum: Int
    var image: LaunchImage
    var type: InstanceType
    var keyName: String?
    var userData: String?
    var zone: String?
    var tenancy = "default"
    var placementGroup: PlacementGroup?
    var partition: Int?
    var subnetID: String?
    var groupIDs: [String]
    var groupNames: [String]
    var privateAddress: IPv4Address?
    var ipv6Addresses: [String]
    var ipv6Count: Int?
    var interfaces: [InterfaceRequest]
    var devices: [BlockDeviceRequest]
    var isMonitored: Bool
    var isEBSOptimized: Bool
    var isHibernationEnabled: Bool
    var terminationProtection: Bool
    var stopProtection: Bool
    var terminatesOnShutdown: Bool
    var creditSpecification: String?
    var metadata: Instance.MetadataOptions
    var instanceTags: Tags
    var volumeTags: Tags
    var interfaceTags: Tags
    var clientToken: String
    var options: LaunchOptions
    var spot: SpotOptions?

    /// The quota on instances in one request.
    private static let maximumCount = 1000

    init(_ input: Input, _ context: inout CallContext) throws(ServiceError) {
        let minimum = input.integer("MinCount") ?? 1
        let maximum = input.integer("MaxCount") ?? minimum
        guard minimum >= 1 else {
            throw EC2Error.invalidParameter("Invalid value '\(minimum)' for minCount. Must be greater than 0.")
        }
        guard maximum >= 1 else {
            throw EC2Error.invalidParameter("Invalid value '\(maximum)' for maxCount. Must be greater than 0.")
        }
        guard minimum <= maximum else {
            throw EC2Error.invalidCombination(
                "minCount (\(minimum)) must be less than or equal to maxCount (\(maximum))")
        }
        guard maximum <= Self.maximumCount else {
            throw ServiceError(
                "InstanceLimitExceeded",
                "You have requested more instances (\(maximum)) than your current instance limit of \(Self.maximumCount) allows for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
            )
        }
        self.minimum = minimum
        self.maximum = maximum
        guard let imageID = input.string("ImageId"), !imageID.isEmpty else {
            throw EC2Error.missingParameter("ImageId")
        }
        image = try LaunchImage(ImageAlias.resolved(imageID, &context), context)
        let typeName = input.string("InstanceType") ?? "m1.small"
        guard let type = InstanceType.named(typeName) else {
            throw EC2Error.invalidParameter("Invalid value '\(typeName.prefix(256))' for InstanceType.")
        }
        guard type.architectures.contains(image.architecture) else {
            throw EC2Error.invalidParameter(
                "The architecture '\(type.architectures.joined(separator: ","))' of the specified instance type does not match the architecture '\(image.architecture)' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI."
            )
        }
        self.type = type
        keyName = try KeyPairCalls.launchable(input.string("KeyName"), context)
        userData = try Self.userData(input.string("UserData"))
        let placement = input.structure("Placement")
        zone = try Self.zone(placement, context)
        tenancy = try Self.tenancy(placement)
        (placementGroup, partition) = try Self.placementGroup(placement, context)
        subnetID = input.string("SubnetId").flatMap { $0.isEmpty ? nil : $0 }
        groupIDs = input.strings("SecurityGroupIds")
        groupNames = input.strings("SecurityGroups")
        ipv6Addresses = input.structures("Ipv6Addresses").compactMap { $0.string("Ipv6Address") }
        ipv6Count = input.integer("Ipv6AddressCount")
        try InterfaceRequest.checkIPv6(ipv6Addresses, ipv6Count)
        if let text = input.string("PrivateIpAddress") {
            let address = try InterfaceRequest.address(text)
            guard maximum == 1 else {
                throw EC2Error.invalidCombination("You cannot specify a private IP address for more than one instance")
            }
            privateAddress = address
        }
        interfaces = try input.structures("NetworkInterfaces").map { entry throws(ServiceError) in
            try InterfaceRequest(entry)
        }
        if !interfaces.isEmpty {
            guard !input.has("SubnetId"), groupIDs.isEmpty, groupNames.isEmpty, privateAddress == nil else {
                throw EC2Error.invalidCombination(
                    "Network interfaces and an instance-level \(subnetID == nil ? "security groups" : "subnet ID") may not be specified on the same request"
                )
            }
            guard ipv6Addresses.isEmpty, ipv6Count == nil else {
                throw EC2Error.invalidCombination(
                    "Network interfaces and an instance-level IPv6 address may not be specified on the same request")
            }
            guard interfaces.count == 1 || !interfaces.contains(where: { $0.associatesPublicAddress ?? false }) else {
                throw EC2Error.invalidCombination(
                    "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces."
                )
            }
            guard interfaces.contains(where: { $0.deviceIndex == 0 }) else {
                throw EC2Error.invalidParameter("A network interface with device index 0 must be specified.")
            }
            guard interfaces.count <= type.maximumNetworkInterfaces else {
                throw ServiceError(
                    "AttachmentLimitExceeded",
                    "Interface count \(interfaces.count) exceeds the limit for \(type.name)")
            }
        }
        devices = try BlockDeviceRequest.all(input, image: image, context)
        isMonitored = input.structure("Monitoring")?.boolean("Enabled") ?? false
        isEBSOptimized = input.boolean("EbsOptimized") ?? false
        isHibernationEnabled = input.structure("HibernationOptions")?.boolean("Configured") ?? false
        terminationProtection = input.boolean("DisableApiTermination") ?? false
        stopProtection = input.boolean("DisableApiStop") ?? false
        let shutdown = input.string("InstanceInitiatedShutdownBehavior") ?? "stop"
        try Self.oneOf(shutdown, ["stop", "terminate"], "instanceInitiatedShutdownBehavior")
        terminatesOnShutdown = shutdown == "terminate"
        creditSpecification = try Self.credits(input, type, context.ec2.accountDefaults)
        metadata = image.metadataDefaults(in: context.region)
        metadata.change(context.ec2.accountDefaults.metadata)
        try metadata.change(input.structure("MetadataOptions"))
        options = try LaunchOptions(input, type, context)
        spot = try SpotOptions(input, type, context)
        let more: [ResourceKind] = [.instance, .volume, .networkInterface, .spotRequest]
        instanceTags = try TagRules.specified(input, for: .instance, allowing: more)
        volumeTags = try TagRules.specified(input, for: .volume, allowing: more)
        interfaceTags = try TagRules.specified(input, for: .networkInterface, allowing: more)
        clientToken = input.string("ClientToken") ?? ""
        guard clientToken.utf8.count <= 64 else {
            throw EC2Error.invalidParameter(
                "Invalid value '\(clientToken.prefix(80))' for clientToken. Maximum length of 64 characters exceeded.")
        }
        if isHibernationEnabled { try checkHibernation() }
        guard type.isEBSOptimizable || !isEBSOptimized else {
            throw ServiceError(
                "Unsupported",
                "EBS-optimized instances are not supported for your requested configuration. Please check the documentation for supported configurations."
            )
        }
        guard type.usageClasses.contains(spot == nil ? "on-demand" : "spot") else {
            throw ServiceError(
                "Unsupported",
                "The requested configuration is currently not supported. Please check the documentation for supported configurations."
            )
        }
    }

    static func userData(_ text: String?) throws(ServiceError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard let bytes = Base64.decode(text) else {
            throw EC2Error.invalidParameter("Invalid BASE64 encoding of user data.")
        }
        guard bytes.count <= 16_384 else {
            throw EC2Error.invalidParameter("User data is limited to 16384 bytes")
        }
        return text
    }

    private static func credits(
        _ input: Input, _ type: InstanceType, _ defaults: AccountDefaults
    ) throws(ServiceError) -> String? {
        guard let wanted = input.structure("CreditSpecification")?.string("CpuCredits") else {
            guard type.isBurstable else { return nil }
            return type.defaultCredits(defaults)
        }
        guard ["standard", "unlimited"].contains(wanted) else {
            throw EC2Error.invalidParameter("The value '\(wanted.prefix(64))' for cpuCredits is invalid.")
        }
        return type.isBurstable ? wanted : nil
    }

    static func oneOf(_ value: String, _ allowed: [String], _ parameter: String) throws(ServiceError) {
        guard allowed.contains(value) else {
            throw EC2Error.invalidParameter("Invalid value '\(value.prefix(256))' for \(parameter).")
        }
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html>
    private func checkHibernation() throws(ServiceError) {
        guard !options.isEnclaveEnabled else {
            throw EC2Error.invalidCombination(
                "You can't enable both hibernation and Nitro Enclaves on the same instance.")
        }
        guard type.isHibernationSupported else {
            throw ServiceError(
                "UnsupportedHibernationConfiguration",
                "Hibernation is not supported on instance type \(type.name).")
        }
        let limit = image.isWindows ? 16 * 1024 : 150 * 1024
        guard type.memoryMiB < limit else {
            throw ServiceError(
                "UnsupportedHibernationConfiguration",
                "The memory size (\(type.memoryMiB) MiB) of the instance type is too large for hibernation.")
        }
        guard let root = devices.first(where: { $0.name == image.rootDeviceName }) else { return }
        guard root.isEncrypted else {
            throw ServiceError(
                "UnsupportedHibernationConfiguration",
                "The root volume must be encrypted to enable hibernation.")
        }
        guard root.size * 1024 >= type.memoryMiB + image.rootVolumeGiB * 1024 / 2 else {
            throw ServiceError(
                "UnsupportedHibernationConfiguration",
                "The root volume is not large enough to store the contents of the instance memory (\(type.memoryMiB) MiB)."
            )
        }
    }
}
