import CloudState
import ServiceModel

/// One change of ModifyInstanceAttribute, given by its own member or by `Attribute` and `Value`.
struct InstanceChange {
    let member: String
    let input: Input
    /// Whether the new value is in `Value`.
    let isGeneric: Bool

    func apply(to instance: inout Instance, _ context: inout CallContext) throws(ServiceError) {
        switch member {
        case "InstanceType": try changeType(of: &instance, context)
        case "UserData":
            try InstanceAttributeCalls.requireStopped(instance)
            instance.userData = try userData()
        case "EbsOptimized":
            try InstanceAttributeCalls.requireStopped(instance)
            let wanted = try flag()
            guard !wanted || (InstanceType.named(instance.type)?.isEBSOptimizable ?? true) else {
                throw ServiceError(
                    "Unsupported",
                    "EBS-optimized instances are not supported for your requested configuration. Please check the documentation for supported configurations."
                )
            }
            instance.isEBSOptimized = wanted
        case "EnaSupport":
            try InstanceAttributeCalls.requireStopped(instance)
            instance.enaSupport = try flag()
        case "Kernel", "Ramdisk", "SriovNetSupport": try InstanceAttributeCalls.requireStopped(instance)
        case "DisableApiTermination": instance.terminationProtection = try flag()
        case "DisableApiStop": instance.stopProtection = try flag()
        case "InstanceInitiatedShutdownBehavior":
            let wanted = try text()
            try InstanceLaunch.oneOf(wanted, ["stop", "terminate"], "instanceInitiatedShutdownBehavior")
            instance.terminatesOnShutdown = wanted == "terminate"
        case "SourceDestCheck":
            let wanted = try flag()
            let id = try Self.onlyInterface(of: instance)
            context.ec2.networkInterfaces.update(id) { $0.sourceDestCheck = wanted }
        case "Groups": try changeGroups(of: instance, &context)
        case "BlockDeviceMappings": try changeDevices(of: instance, &context)
        default:
            throw EC2Error.invalidParameter(
                "Value (\(member.prefix(64))) for parameter attribute is invalid. Unknown attribute.")
        }
    }

    private func text() throws(ServiceError) -> String {
        let value = isGeneric ? input.string("Value") : input.structure(member)?.string("Value")
        guard let value, !value.isEmpty else { throw EC2Error.missingParameter("value") }
        return value
    }

    private func flag() throws(ServiceError) -> Bool {
        if !isGeneric, let value = input.structure(member)?.boolean("Value") { return value }
        switch isGeneric ? input.string("Value")?.lowercased() : nil {
        case "true": return true
        case "false": return false
        default: throw EC2Error.missingParameter("value")
        }
    }

    /// In base64, as DescribeInstanceAttribute gives it back; nil for none.
    private func userData() throws(ServiceError) -> String? {
        if isGeneric { return try InstanceLaunch.userData(input.string("Value")) }
        guard let bytes = input.structure(member)?.blob("Value"), !bytes.isEmpty else { return nil }
        return try InstanceLaunch.userData(Base64.encode(bytes))
    }

    /// The one interface of an instance; changes that name none are ambiguous where there are several.
    static func onlyInterface(of instance: Instance) throws(ServiceError) -> String {
        guard instance.networkInterfaceIDs.count == 1, let id = instance.networkInterfaceIDs.first else {
            throw ServiceError(
                "InvalidInstanceID",
                "There are multiple interfaces attached to instance '\(instance.id)'. Please specify an interface ID for the operation instead."
            )
        }
        return id
    }

    private func changeGroups(of instance: Instance, _ context: inout CallContext) throws(ServiceError) {
        let ids = isGeneric ? [try text()] : input.strings("Groups")
        guard !ids.isEmpty else { throw EC2Error.missingParameter("groupId") }
        let groups = try LaunchSite.checkedGroups(ids, vpcID: instance.vpcID, context)
        let interface = try Self.onlyInterface(of: instance)
        context.ec2.networkInterfaces.update(interface) { $0.groupIDs = groups }
    }

    private func changeDevices(of instance: Instance, _ context: inout CallContext) throws(ServiceError) {
        for mapping in input.structures("BlockDeviceMappings") {
            let name = mapping.string("DeviceName") ?? ""
            guard let device = instance.blockDevices.first(where: { $0.deviceName == name }) else {
                throw ServiceError(
                    "InvalidInstanceAttributeValue", "No device is currently mapped at \(name.prefix(128))")
            }
            guard let wanted = mapping.structure("Ebs")?.boolean("DeleteOnTermination") else { continue }
            context.ec2.volumes.update(device.volumeID) { volume in
                for index in volume.attachments.indices where volume.attachments[index].instanceID == instance.id {
                    volume.attachments[index].deleteOnTermination = wanted
                }
            }
        }
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/change-instance-type-of-ebs-backed-instance.html>
    private func changeType(of instance: inout Instance, _ context: CallContext) throws(ServiceError) {
        let name = try text()
        guard let type = InstanceType.named(name) else {
            throw EC2Error.invalidParameter("Invalid value '\(name.prefix(256))' for InstanceType.")
        }
        try InstanceAttributeCalls.requireStopped(instance)
        guard !instance.isHibernated else {
            throw ServiceError(
                "IncorrectInstanceState",
                "The instance '\(instance.id)' is hibernated, so its instance type can't be changed.")
        }
        guard type.architectures.contains(instance.architecture) else {
            throw EC2Error.invalidParameter(
                "The architecture '\(type.architectures.joined(separator: ","))' of the specified instance type does not match the architecture '\(instance.architecture)' of the instance."
            )
        }
        let letter = instance.zone.last
        guard letter.map({ type.isOffered(in: context.region, zoneLetter: $0) }) ?? false else {
            throw ServiceError(
                "Unsupported",
                "Your requested instance type (\(type.name)) is not supported in your requested Availability Zone (\(instance.zone))."
            )
        }
        guard instance.networkInterfaceIDs.count <= type.maximumNetworkInterfaces else {
            throw ServiceError(
                "AttachmentLimitExceeded",
                "Interface count \(instance.networkInterfaceIDs.count) exceeds the limit for \(type.name)")
        }
        guard !instance.isHibernationEnabled || type.isHibernationSupported else {
            throw ServiceError(
                "UnsupportedHibernationConfiguration", "Hibernation is not supported on instance type \(type.name).")
        }
        instance.type = type.name
        instance.vCPUs = type.defaultVCPUs
        instance.cpuOptions = nil
        instance.creditSpecification =
            type.isBurstable
            ? instance.creditSpecification ?? type.defaultCredits(context.ec2.accountDefaults) : nil
    }
}
