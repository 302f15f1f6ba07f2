import CloudState
import ServiceModel

/// ModifyVolume and DescribeVolumesModifications.
///
/// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modify-volume.html>
enum VolumeModificationCalls {
    static let operations: [String: Handler] = [
        "ModifyVolume": .write(modify),
        "DescribeVolumesModifications": .read(describe),
    ]

    /// How often a volume may be changed within a day.
    private static let dailyLimit = 4

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let volume = try VolumeCalls.named(input, context)
        guard volume.state == .available || volume.state == .inUse else {
            throw ServiceError("IncorrectState", "Volume '\(volume.id)' is in the '\(volume.state.rawValue)' state.")
        }
        if let running = volume.modification, running.state == .modifying || running.state == .optimizing {
            throw ServiceError(
                "IncorrectModificationState",
                "Cannot modify volume '\(volume.id)': its last modification is still in the '\(running.state.rawValue)' state."
            )
        }
        let dayAgo = context.now.adding(seconds: -24 * 3600)
        let recent = volume.modificationTimes.filter { $0 > dayAgo }
        guard recent.count < dailyLimit else {
            throw ServiceError(
                "VolumeModificationRateExceeded",
                "You've reached the maximum modification rate per volume limit. You can modify a volume up to \(dailyLimit) times in a rolling 24-hour period."
            )
        }
        let target = try target(of: volume, input)
        let modification = Volume.Modification(original: volume.performance, target: target, start: context.now)
        context.ec2.volumes.update(volume.id) { record in
            record.modification = modification
            record.modificationTimes = recent + [modification.start]
        }
        context.schedule(.volumeModified(start: modification.start), volume.id, after: Timings.volumeModify)
        context.schedule(
            .volumeOptimized(start: modification.start), volume.id,
            after: Timings.volumeModify + Timings.volumeOptimize)
        return Response(["VolumeModification": view(modification, volume.id)])
    }

    private static func target(of volume: Volume, _ input: Input) throws(ServiceError) -> Volume.Performance {
        let names = ["Size", "VolumeType", "Iops", "Throughput", "MultiAttachEnabled"]
        guard names.contains(where: input.has) else {
            throw ServiceError(
                "MissingParameter",
                "The request must contain at least one of size, volumeType, iops, throughput or multiAttachEnabled")
        }
        let size = input.integer("Size") ?? volume.size
        guard size >= volume.size else {
            throw EC2Error.invalidParameter("New size cannot be smaller than existing size")
        }
        let type = input.string("VolumeType") ?? volume.type
        let keeps = type == volume.type && type != "gp2"
        var iops = input.integer("Iops") ?? (keeps ? volume.iops : nil)
        var throughput = input.integer("Throughput") ?? (keeps ? volume.throughput : nil)
        try VolumeRules.check(size: size, type: type, iops: &iops, throughput: &throughput)
        let isMultiAttach = input.boolean("MultiAttachEnabled") ?? volume.isMultiAttach
        try VolumeCalls.checkMultiAttach(isMultiAttach, type)
        guard isMultiAttach || !volume.isMultiAttach || volume.attachments.count <= 1 else {
            throw ServiceError(
                "UnsupportedOperation",
                "Multi-Attach cannot be disabled while the volume is attached to more than one instance.")
        }
        return Volume.Performance(
            size: size, type: type, iops: iops, throughput: throughput, isMultiAttach: isMultiAttach)
    }

    private typealias Known = (id: String, modification: Volume.Modification)

    private static let list = ItemList<Known>(filters: [
        "volume-id": { [$0.id] },
        "modification-state": { [$0.modification.state.rawValue] },
        "original-iops": { $0.modification.original.iops.map { ["\($0)"] } ?? [] },
        "original-size": { ["\($0.modification.original.size)"] },
        "original-volume-type": { [$0.modification.original.type] },
        "originalMultiAttachEnabled": { ["\($0.modification.original.isMultiAttach)"] },
        "start-time": { [$0.modification.start.iso8601] },
        "target-iops": { $0.modification.target.iops.map { ["\($0)"] } ?? [] },
        "target-size": { ["\($0.modification.target.size)"] },
        "target-volume-type": { [$0.modification.target.type] },
        "targetMultiAttachEnabled": { ["\($0.modification.target.isMultiAttach)"] },
    ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("VolumeIds")
        for id in ids {
            try ResourceKind.volume.check(id)
            guard let volume = context.ec2.volumes[id] else { throw EC2Error.notFound(.volume, [id]) }
            guard volume.modification != nil else {
                throw ServiceError(
                    "InvalidVolumeModification.NotFound", "Modification for volume '\(id)' does not exist.")
            }
        }
        let all = context.ec2.volumes.compactMap { volume in
            volume.modification.map { Known(volume.id, $0) }
        }
        let page = try Paging.page(list.selected(all, input).filter { ids.isEmpty || ids.contains($0.id) }, input)
        return Response([
            "VolumesModifications": .list(page.items) { view($0.modification, $0.id) }, "NextToken": page.nextToken,
        ])
    }

    private static func view(_ modification: Volume.Modification, _ id: String) -> Value {
        let original = modification.original
        let target = modification.target
        return [
            "VolumeId": .string(id), "ModificationState": .string(modification.state.rawValue),
            "TargetSize": .integer(target.size), "TargetIops": target.iops.map(Value.integer),
            "TargetVolumeType": .string(target.type), "TargetThroughput": target.throughput.map(Value.integer),
            "TargetMultiAttachEnabled": .boolean(target.isMultiAttach), "OriginalSize": .integer(original.size),
            "OriginalIops": original.iops.map(Value.integer), "OriginalVolumeType": .string(original.type),
            "OriginalThroughput": original.throughput.map(Value.integer),
            "OriginalMultiAttachEnabled": .boolean(original.isMultiAttach),
            "Progress": .integer(modification.progress), "StartTime": .timestamp(modification.start),
            "EndTime": modification.end.map(Value.timestamp),
        ]
    }
}
