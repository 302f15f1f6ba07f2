import CloudState
import ServiceModel

/// DescribeVolumeStatus and the attributes of volumes.
enum VolumeStatusCalls {
    static let operations: [String: Handler] = [
        "DescribeVolumeStatus": .read(describe),
        "DescribeVolumeAttribute": .read(describeAttribute),
        "ModifyVolumeAttribute": .write(modifyAttribute),
        "EnableVolumeIO": .write { context, input throws(ServiceError) in
            // I/O is never off here, and switching on what is on succeeds.
            _ = try VolumeCalls.named(input, context)
            return .empty
        },
    ]

    private static func status(_ volume: Volume) -> String { volume.state == .creating ? "insufficient-data" : "ok" }

    private static func details(_ volume: Volume) -> [(name: String, status: String)] {
        let isProvisioned = volume.type == "io1" || volume.type == "io2" || volume.type == "gp3"
        return [
            ("io-enabled", volume.state == .creating ? "insufficient-data" : "passed"),
            ("io-performance", isProvisioned && volume.state == .inUse ? "normal" : "not-applicable"),
        ]
    }

    private static let listing = Listing<Volume>(
        kind: .volume, table: { $0.volumes }, ids: "VolumeIds", tags: { $0.tags },
        filters: [
            "availability-zone": { volume, _ in [volume.zone] },
            "volume-status.status": { volume, _ in [status(volume)] },
            "volume-status.details-name": { volume, _ in details(volume).map(\.name) },
            "volume-status.details-status": { volume, _ in details(volume).map(\.status) },
            "action.code": { _, _ in [] }, "action.description": { _, _ in [] }, "action.event-id": { _, _ in [] },
            "event.description": { _, _ in [] }, "event.event-id": { _, _ in [] }, "event.event-type": { _, _ in [] },
            "event.not-after": { _, _ in [] }, "event.not-before": { _, _ in [] },
        ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        let region = context.region
        return Response([
            "VolumeStatuses": .list(page.records) { volume in
                [
                    "Actions": [], "AvailabilityZone": .string(volume.zone),
                    "AvailabilityZoneId": .optional(VolumeCalls.zoneID(volume.zone, region)), "Events": [],
                    "VolumeId": .string(volume.id),
                    "VolumeStatus": [
                        "Details": .list(details(volume)) { ["Name": .string($0.name), "Status": .string($0.status)] },
                        "Status": .string(status(volume)),
                    ],
                    "AttachmentStatuses": [],
                ]
            },
            "NextToken": .optional(page.nextToken),
        ])
    }

    static func describeAttribute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let volume = try VolumeCalls.named(input, context)
        switch input.string("Attribute") ?? "" {
        case "autoEnableIO":
            return Response(["VolumeId": .string(volume.id), "AutoEnableIO": ["Value": .boolean(volume.autoEnableIO)]])
        case "productCodes": return Response(["VolumeId": .string(volume.id), "ProductCodes": []])
        case let other:
            throw EC2Error.invalidParameter("Value (\(other.prefix(64))) for parameter attribute is invalid.")
        }
    }

    static func modifyAttribute(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let volume = try VolumeCalls.named(input, context)
        guard let value = input.structure("AutoEnableIO")?.boolean("Value") else {
            throw EC2Error.missingParameter("autoEnableIO")
        }
        context.ec2.volumes.update(volume.id) { $0.autoEnableIO = value }
        return .empty
    }
}
