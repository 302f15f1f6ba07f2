import CloudState
import ServiceModel

/// AttachVolume and DetachVolume.
enum VolumeAttachmentCalls {
    static let operations: [String: Handler] = [
        "AttachVolume": .write(attach),
        "DetachVolume": .write(detach),
    ]

    /// To how many instances one volume may be attached.
    private static let multiAttachLimit = 16

    static func attach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let volume = try VolumeCalls.named(input, context)
        let instance = try instance(input.string("InstanceId") ?? "", context)
        let device = input.string("Device") ?? ""
        try checkDevice(device)
        switch volume.state {
        case .available: break
        case .inUse:
            guard volume.isMultiAttach, !volume.attachments.contains(where: { $0.instanceID == instance.id }) else {
                throw ServiceError("VolumeInUse", "\(volume.id) is already attached to an instance")
            }
            guard volume.attachments.count < multiAttachLimit else {
                throw ServiceError("AttachmentLimitExceeded", "\(volume.id) has reached its attachment limit.")
            }
        default: throw ServiceError("IncorrectState", "\(volume.id) is not 'available'.")
        }
        guard [.running, .stopped].contains(instance.state) else {
            throw ServiceError("IncorrectState", "Instance '\(instance.id)' is not 'running'.")
        }
        guard volume.zone == instance.zone else {
            throw ServiceError(
                "InvalidVolume.ZoneMismatch",
                "The volume '\(volume.id)' is not in the same availability zone as instance '\(instance.id)'")
        }
        guard !instance.blockDevices.contains(where: { $0.deviceName == device }) else {
            throw EC2Error.invalidParameter(
                "Invalid value '\(device)' for unixDevice. Attachment point \(device) is already in use")
        }
        let isRoot = device == instance.rootDeviceName
        guard !isRoot || instance.state == .stopped else {
            throw EC2Error.invalidParameter(
                "Invalid value '\(device)' for unixDevice. Attachment point \(device) is reserved for the root device")
        }
        let attachment = Volume.Attachment(
            instanceID: instance.id, device: device, state: .attaching, attachTime: context.now,
            deleteOnTermination: false)
        context.ec2.volumes.update(volume.id) { record in
            record.attachments.append(attachment)
            record.state = .inUse
        }
        context.ec2.instances.update(instance.id) {
            $0.blockDevices.append(Instance.BlockDevice(deviceName: device, volumeID: volume.id))
        }
        context.schedule(.volumeAttached(instanceID: instance.id), volume.id, after: Timings.volumeAttach)
        return Response(VolumeCalls.view(attachment, of: volume.id))
    }

    private static func instance(_ id: String, _ context: CallContext) throws(ServiceError) -> Instance {
        try ResourceKind.instance.check(id)
        guard let instance = context.ec2.instances[id] else { throw EC2Error.notFound(.instance, [id]) }
        return instance
    }

    /// `/dev/sdf`, `/dev/sda1`, `/dev/xvdba`, `xvdf` …
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html>
    private static func checkDevice(_ device: String) throws(ServiceError) {
        guard isDeviceName(device) else {
            throw EC2Error.invalidParameter(
                "Value (\(device.prefix(128))) for parameter device is invalid. \(device.prefix(128)) is not a valid EBS device name."
            )
        }
    }

    static func isDeviceName(_ device: String) -> Bool {
        var rest = Substring(device)
        if rest.hasPrefix("/dev/") { rest = rest.dropFirst(5) }
        let prefix = ["xvd", "sd", "hd"].first { rest.hasPrefix($0) }
        let letters = rest.dropFirst(prefix?.count ?? 0).prefix { ("a"..."z").contains($0) }
        let digits = rest.dropFirst((prefix?.count ?? 0) + letters.count)
        return prefix != nil && (1...2).contains(letters.count) && digits.count <= 2
            && digits.utf8.allSatisfy { (48...57).contains($0) }
    }

    static func detach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let volume = try VolumeCalls.named(input, context)
        guard volume.state == .inUse, let first = volume.attachments.first else {
            throw ServiceError("IncorrectState", "Volume '\(volume.id)' is in the '\(volume.state.rawValue)' state.")
        }
        let wanted = input.string("InstanceId").flatMap { $0.isEmpty ? nil : $0 }
        if let wanted { _ = try instance(wanted, context) }
        guard wanted != nil || volume.attachments.count == 1 else {
            throw EC2Error.invalidParameter(
                "The volume '\(volume.id)' is attached to multiple instances. Specify an instance ID.")
        }
        let instanceID = wanted ?? first.instanceID
        guard
            let place = volume.attachments.firstIndex(where: { attachment in
                attachment.instanceID == instanceID
                    && (input.string("Device") ?? attachment.device) == attachment.device
            })
        else {
            throw ServiceError(
                "InvalidAttachment.NotFound",
                "Volume '\(volume.id)' is not attached to instance '\(instanceID)'\(input.string("Device").map { " as device '\($0.prefix(64))'" } ?? "")"
            )
        }
        if let instance = context.ec2.instances[instanceID], instance.state != .stopped, instance.state != .terminated,
            instance.rootDeviceName == volume.attachments[place].device
        {
            throw ServiceError(
                "OperationNotPermitted", "Unable to detach root volume '\(volume.id)' from instance '\(instanceID)'")
        }
        context.ec2.volumes.update(volume.id) { $0.attachments[place].state = .detaching }
        context.schedule(.volumeDetached(instanceID: instanceID), volume.id, after: Timings.volumeDetach)
        var attachment = volume.attachments[place]
        attachment.state = .detaching
        return Response(VolumeCalls.view(attachment, of: volume.id))
    }
}
