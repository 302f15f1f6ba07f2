import CloudState
import ServiceModel

/// Making, copying, deleting and describing snapshots.
///
/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshots.html>
enum SnapshotCalls {
    static let operations: [String: Handler] = [
        "CreateSnapshot": .write(create),
        "CreateSnapshots": .write(createOfInstance),
        "CopySnapshot": .write(copy),
        "DeleteSnapshot": .write(delete),
        "DescribeSnapshots": .read(describe),
    ]

    /// The account's snapshot that a request names.
    static func named(_ input: Input, _ context: CallContext) throws(ServiceError) -> Snapshot {
        let id = input.string("SnapshotId") ?? ""
        try ResourceKind.snapshot.check(id)
        guard let snapshot = context.ec2.snapshots[id] else { throw EC2Error.notFound(.snapshot, [id]) }
        return snapshot
    }

    // MARK: Making

    /// Adds a snapshot of a volume, which is `pending` for a while.
    static func make(
        of volume: Volume, description: String, tags: Tags, _ context: inout CallContext
    ) -> Snapshot {
        var snapshot = Snapshot(
            id: context.newID("snap"), ownerID: context.accountID, volumeID: volume.id, size: volume.size,
            state: .pending, startTime: context.now, description: description)
        snapshot.isEncrypted = volume.isEncrypted
        snapshot.kmsKeyARN = volume.kmsKeyARN
        snapshot.tags = tags
        insert(snapshot, &context)
        return snapshot
    }

    static func insert(_ snapshot: Snapshot, _ context: inout CallContext) {
        context.ec2.snapshots.insert(snapshot)
        context.schedule(.snapshotCompleted, snapshot.id, after: Timings.snapshot)
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let volume = try VolumeCalls.named(input, context)
        let tags = try TagRules.specified(input, for: .snapshot)
        let description = try description(input)
        guard volume.state == .available || volume.state == .inUse else {
            throw ServiceError("IncorrectState", "Volume '\(volume.id)' is in the '\(volume.state.rawValue)' state.")
        }
        let snapshot = make(of: volume, description: description, tags: tags, &context)
        return Response([
            "SnapshotId": .string(snapshot.id), "VolumeId": .string(volume.id), "State": "pending",
            "StartTime": .timestamp(snapshot.startTime), "Progress": "", "OwnerId": .string(snapshot.ownerID),
            "Description": .string(description), "VolumeSize": .integer(snapshot.size),
            "Encrypted": .boolean(snapshot.isEncrypted), "Tags": tags.view,
        ])
    }

    private static func description(_ input: Input) throws(ServiceError) -> String {
        let text = input.string("Description") ?? ""
        guard text.unicodeScalars.count <= 255 else {
            throw EC2Error.invalidParameter("Description exceeds the maximum length of 255 characters.")
        }
        return text
    }

    static func createOfInstance(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let specification = input.structure("InstanceSpecification")
        let id = specification?.string("InstanceId") ?? ""
        try ResourceKind.instance.check(id)
        guard let instance = context.ec2.instances[id] else { throw EC2Error.notFound(.instance, [id]) }
        let tags = try TagRules.specified(input, for: .snapshot)
        let description = try description(input)
        let excluded = specification?.strings("ExcludeDataVolumeIds") ?? []
        let withoutRoot = specification?.boolean("ExcludeBootVolume") ?? false
        let copiesTags = input.string("CopyTagsFromSource") == "volume"
        var made: [Snapshot] = []
        for device in instance.blockDevices {
            guard let volume = context.ec2.volumes[device.volumeID], !excluded.contains(volume.id),
                !withoutRoot || device.deviceName != instance.rootDeviceName
            else { continue }
            var all = copiesTags ? volume.tags : Tags()
            for tag in tags.tags { all[tag.key] = tag.value }
            made.append(make(of: volume, description: description, tags: all, &context))
        }
        guard !made.isEmpty else {
            throw EC2Error.invalidParameter("There are no volumes to make snapshots of on instance '\(id)'.")
        }
        return Response([
            "Snapshots": .list(made) { snapshot in
                [
                    "Description": .string(description), "Tags": snapshot.tags.view,
                    "Encrypted": .boolean(snapshot.isEncrypted), "VolumeId": .string(snapshot.volumeID),
                    "State": "pending", "VolumeSize": .integer(snapshot.size),
                    "StartTime": .timestamp(snapshot.startTime), "Progress": "", "OwnerId": .string(snapshot.ownerID),
                    "SnapshotId": .string(snapshot.id),
                ]
            }
        ])
    }

    static func copy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("SourceSnapshotId") ?? ""
        try ResourceKind.snapshot.check(id)
        let region = input.string("SourceRegion") ?? ""
        guard RegionFacts.named(region) != nil else {
            throw EC2Error.invalidParameter("Invalid value '\(region.prefix(64))' for SourceRegion.")
        }
        let tags = try TagRules.specified(input, for: .snapshot)
        guard let source = find(id, in: region, context) else { throw EC2Error.notFound(.snapshot, [id]) }
        guard source.state == .completed else {
            throw ServiceError("IncorrectState", "Snapshot is in invalid state - \(source.state.rawValue)")
        }
        let encryption = try EBSEncryption.decide(
            input, source: source.isEncrypted, sourceKey: region == context.region ? source.kmsKeyARN : nil, &context)
        var snapshot = Snapshot(
            id: context.newID("snap"), ownerID: context.accountID, volumeID: "vol-ffffffff", size: source.size,
            state: .pending, startTime: context.now,
            description: try description(input))
        snapshot.isEncrypted = encryption.isEncrypted
        snapshot.kmsKeyARN = encryption.keyARN
        snapshot.tags = tags
        insert(snapshot, &context)
        return Response(["SnapshotId": .string(snapshot.id), "Tags": tags.viewIfAny])
    }

    /// A snapshot of the account's in any region, or one behind a public image.
    static func find(_ id: String, in region: String, _ context: CallContext) -> Snapshot? {
        context.world.regions.first { $0.name == region }?.ec2.snapshots[id]
            ?? PublicImage.all(in: region).first { $0.snapshotID == id }.map(ofPublicImage)
    }

    static func ofPublicImage(_ image: PublicImage) -> Snapshot {
        var snapshot = Snapshot(
            id: image.snapshotID, ownerID: image.ownerID, volumeID: "vol-ffffffff", size: image.rootVolumeGiB,
            state: .completed, startTime: image.creationDate, description: image.description)
        snapshot.createVolumePermissions = ["all"]
        return snapshot
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let snapshot = try named(input, context)
        if let image = context.ec2.images.first(where: { $0.snapshotIDs.contains(snapshot.id) }) {
            throw ServiceError(
                "InvalidSnapshot.InUse", "The snapshot \(snapshot.id) is currently in use by \(image.id)")
        }
        context.ec2.deleteSnapshot(snapshot.id, now: context.now)
        return .empty
    }

    // MARK: Showing

    private static let list = ItemList<Snapshot>(
        filters: [
            "snapshot-id": { [$0.id] },
            "description": { [$0.description] },
            "encrypted": { ["\($0.isEncrypted)"] },
            "owner-alias": { $0.createVolumePermissions.contains("all") ? ["amazon"] : [] },
            "owner-id": { [$0.ownerID] },
            "progress": { [progress($0)] },
            "start-time": { [$0.startTime.iso8601] },
            "status": { [$0.state.rawValue] },
            "storage-tier": { _ in ["standard"] },
            "transfer-type": { _ in ["standard"] },
            "volume-id": { [$0.volumeID] },
            "volume-size": { ["\($0.size)"] },
        ],
        tags: { $0.tags })

    private static func progress(_ snapshot: Snapshot) -> String { snapshot.state == .completed ? "100%" : "0%" }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("SnapshotIds")
        let owners = input.strings("OwnerIds")
        let account = context.accountID
        let region = context.region
        for id in ids { try ResourceKind.snapshot.check(id) }
        try OwnerNames.check(owners)
        try OwnerNames.check(input.strings("RestorableByUserIds"), names: ["self", "all"])
        var all = Array(context.ec2.snapshots)
        // Those of public images are shown when they are asked for.
        if !ids.isEmpty || owners.contains(where: { $0 != "self" && $0 != account }) {
            all += PublicImage.all(in: region).map(ofPublicImage)
        }
        let missing = ids.filter { id in !all.contains { $0.id == id } }
        guard missing.isEmpty else { throw EC2Error.notFound(.snapshot, missing) }
        let restorable = input.strings("RestorableByUserIds")
        let wanted = try list.selected(all, input).filter { snapshot in
            let isOwn = snapshot.ownerID == account
            let alias = isOwn ? "self" : "amazon"
            let may = Set(snapshot.createVolumePermissions)
            return (ids.isEmpty || ids.contains(snapshot.id))
                && (owners.isEmpty || owners.contains(alias) || owners.contains(snapshot.ownerID))
                && (restorable.isEmpty
                    || restorable.contains { may.contains($0) || ($0 == "self" && isOwn) || (isOwn && $0 == account) })
        }
        let page = try Paging.page(wanted, input)
        return Response(["Snapshots": .list(page.items) { view($0, account) }, "NextToken": page.nextToken])
    }

    private static func view(_ snapshot: Snapshot, _ account: String) -> Value {
        [
            "StorageTier": "standard", "TransferType": "standard",
            "CompletionTime": snapshot.completionTime.map(Value.timestamp),
            "FullSnapshotSizeInBytes": snapshot.state == .completed ? .integer(snapshot.size << 30) : nil,
            "SnapshotId": .string(snapshot.id), "VolumeId": .string(snapshot.volumeID),
            "State": .string(snapshot.state.rawValue), "StartTime": .timestamp(snapshot.startTime),
            "Progress": .string(progress(snapshot)), "OwnerId": .string(snapshot.ownerID),
            "OwnerAlias": snapshot.ownerID == account ? nil : "amazon",
            "Description": .string(snapshot.description), "VolumeSize": .integer(snapshot.size),
            "Encrypted": .boolean(snapshot.isEncrypted), "KmsKeyId": .optional(snapshot.kmsKeyARN),
            "Tags": snapshot.tags.viewIfAny,
        ]
    }
}
