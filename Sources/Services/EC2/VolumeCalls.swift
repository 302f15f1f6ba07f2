import CloudState
import ServiceModel

/// Making, deleting and describing volumes.
///
/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes.html>
enum VolumeCalls {
    static let operations: [String: Handler] = [
        "CreateVolume": .write(create),
        "DeleteVolume": .write(delete),
        "DescribeVolumes": .read(describe),
    ]

    static let listing = Listing<Volume>(
        kind: .volume, table: { $0.volumes }, ids: "VolumeIds", tags: { $0.tags },
        filters: [
            "volume-id": { volume, _ in [volume.id] },
            "availability-zone": { volume, _ in [volume.zone] },
            "availability-zone-id": { volume, _ in
                zoneID(volume.zone, String(volume.zone.dropLast())).map { [$0] } ?? []
            },
            "create-time": { volume, _ in [volume.createTime.iso8601] },
            "encrypted": { volume, _ in ["\(volume.isEncrypted)"] },
            "fast-restored": { _, _ in ["false"] },
            "multi-attach-enabled": { volume, _ in ["\(volume.isMultiAttach)"] },
            "size": { volume, _ in ["\(volume.size)"] },
            "snapshot-id": { volume, _ in volume.snapshotID.map { [$0] } ?? [] },
            "status": { volume, _ in [volume.state.rawValue] },
            "volume-type": { volume, _ in [volume.type] },
            "attachment.attach-time": { volume, _ in volume.attachments.map(\.attachTime.iso8601) },
            "attachment.delete-on-termination": { volume, _ in volume.attachments.map { "\($0.deleteOnTermination)" } },
            "attachment.device": { volume, _ in volume.attachments.map(\.device) },
            "attachment.instance-id": { volume, _ in volume.attachments.map(\.instanceID) },
            "attachment.status": { volume, _ in volume.attachments.map(\.state.rawValue) },
            "operator.managed": { _, _ in ["false"] }, "operator.principal": { _, _ in [] },
        ], pageSizes: 5...1000)

    /// The volume that a request names.
    static func named(_ input: Input, _ context: CallContext) throws(ServiceError) -> Volume {
        let id = input.string("VolumeId") ?? ""
        try ResourceKind.volume.check(id)
        guard let volume = context.ec2.volumes[id] else { throw EC2Error.notFound(.volume, [id]) }
        return volume
    }

    // MARK: Making

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let zone = try zone(input, context)
        let tags = try TagRules.specified(input, for: .volume)
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateVolume", token, input, context),
            let volume = context.ec2.volumes[known]
        {
            return Response(view(volume, context))
        }
        var source: SnapshotSource?
        if let id = input.string("SnapshotId"), !id.isEmpty { source = try SnapshotSource(id, context) }
        guard let size = input.integer("Size") ?? source?.size else {
            throw ServiceError("MissingParameter", "The request must contain the parameter size/snapshot")
        }
        if let source, size < source.size {
            throw EC2Error.invalidParameter(
                "Volume of size \(size)GB is smaller than snapshot '\(source.id)', expect size >= \(source.size)GB")
        }
        let type = input.string("VolumeType") ?? "gp2"
        var iops = input.integer("Iops")
        var throughput = input.integer("Throughput")
        try VolumeRules.check(size: size, type: type, iops: &iops, throughput: &throughput)
        let isMultiAttach = input.boolean("MultiAttachEnabled") ?? false
        try checkMultiAttach(isMultiAttach, type)
        let encryption = try EBSEncryption.decide(
            input, source: source?.isEncrypted ?? false, sourceKey: source?.keyARN, &context)

        var volume = Volume(
            id: context.newID("vol"), zone: zone, state: .creating, size: size, type: type, createTime: context.now)
        volume.iops = iops
        volume.throughput = throughput
        volume.snapshotID = source?.id
        volume.isEncrypted = encryption.isEncrypted
        volume.kmsKeyARN = encryption.keyARN
        volume.isMultiAttach = isMultiAttach
        volume.tags = tags
        context.ec2.volumes.insert(volume)
        Idempotency.remember("CreateVolume", token, input, volume.id, &context)
        context.schedule(.volumeCreated, volume.id, after: Timings.volumeCreate)
        return Response(view(volume, context))
    }

    private static func zone(_ input: Input, _ context: CallContext) throws(ServiceError) -> String {
        let zones = RegionFacts.named(context.region)?.zones ?? []
        if let id = input.string("AvailabilityZoneId"), !id.isEmpty {
            guard let zone = zones.first(where: { $0.id == id }) else {
                throw ServiceError("InvalidZone.NotFound", "The zone '\(id.prefix(64))' does not exist.")
            }
            return zone.name
        }
        guard let name = input.string("AvailabilityZone"), !name.isEmpty else {
            throw EC2Error.missingParameter("AvailabilityZone")
        }
        guard zones.contains(where: { $0.name == name }) else {
            throw ServiceError("InvalidZone.NotFound", "The zone '\(name.prefix(64))' does not exist.")
        }
        return name
    }

    /// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html>
    static func checkMultiAttach(_ isMultiAttach: Bool, _ type: String) throws(ServiceError) {
        guard !isMultiAttach || type == "io1" || type == "io2" else {
            throw EC2Error.invalidCombination("The parameter MultiAttachEnabled is not supported for \(type) volumes.")
        }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let volume = try named(input, context)
        switch volume.state {
        case .inUse:
            throw ServiceError(
                "VolumeInUse",
                "Volume \(volume.id) is currently attached to \(volume.attachments.map(\.instanceID).joined(separator: ", "))"
            )
        case .creating:
            throw ServiceError("IncorrectState", "\(volume.id) is in the 'creating' state.")
        case .deleting: throw EC2Error.notFound(.volume, [volume.id])
        case .available, .error: break
        }
        context.ec2.volumes.update(volume.id) { $0.state = .deleting }
        context.schedule(.volumeDeleted, volume.id, after: Timings.volumeDelete)
        return .empty
    }

    // MARK: Showing

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        return Response([
            "Volumes": .list(page.records) { view($0, context) }, "NextToken": .optional(page.nextToken),
        ])
    }

    static func view(_ volume: Volume, _ context: CallContext) -> Value {
        [
            "Attachments": .list(volume.attachments) { view($0, of: volume.id) },
            "AvailabilityZone": .string(volume.zone),
            "AvailabilityZoneId": .optional(zoneID(volume.zone, context.region)),
            "CreateTime": .timestamp(volume.createTime), "Encrypted": .boolean(volume.isEncrypted),
            "KmsKeyId": .optional(volume.kmsKeyARN), "Iops": volume.iops.map(Value.integer),
            "MultiAttachEnabled": .boolean(volume.isMultiAttach), "Operator": ["Managed": false],
            "Size": .integer(volume.size), "SnapshotId": .string(volume.snapshotID ?? ""),
            "State": .string(volume.state.rawValue), "Tags": volume.tags.viewIfAny,
            "Throughput": volume.throughput.map(Value.integer), "VolumeId": .string(volume.id),
            "VolumeType": .string(volume.type),
        ]
    }

    static func zoneID(_ zone: String, _ region: String) -> String? {
        RegionFacts.named(region)?.zones.first { $0.name == zone }?.id
    }

    static func view(_ attachment: Volume.Attachment, of volumeID: String) -> Value {
        [
            "AttachTime": .timestamp(attachment.attachTime), "Device": .string(attachment.device),
            "InstanceId": .string(attachment.instanceID), "State": .string(attachment.state.rawValue),
            "VolumeId": .string(volumeID), "DeleteOnTermination": .boolean(attachment.deleteOnTermination),
        ]
    }
}

/// What a volume can be made of: a snapshot of the account's, or one behind a public image.
struct SnapshotSource {
    var id: String
    var size: Int
    var isEncrypted = false
    var keyARN: String?

    init(_ id: String, _ context: CallContext) throws(ServiceError) {
        try ResourceKind.snapshot.check(id)
        if let snapshot = context.ec2.snapshots[id] {
            guard snapshot.state == .completed else {
                throw ServiceError("IncorrectState", "Snapshot is in invalid state - \(snapshot.state.rawValue)")
            }
            self.id = id
            size = snapshot.size
            isEncrypted = snapshot.isEncrypted
            keyARN = snapshot.kmsKeyARN
            return
        }
        guard let image = PublicImage.all(in: context.region).first(where: { $0.snapshotID == id }) else {
            throw EC2Error.notFound(.snapshot, [id])
        }
        self.id = id
        size = image.rootVolumeGiB
    }
}
