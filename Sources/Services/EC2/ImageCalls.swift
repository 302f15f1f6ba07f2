import CloudState
import ServiceModel

/// DescribeImages.
enum ImageCalls {
    static let operations: [String: Handler] = [
        "DescribeImages": .read(describe),
    ]

    private static let filters: [String: @Sendable (PublicImage) -> [String]] = [
        "architecture": { [$0.architecture] },
        "block-device-mapping.device-name": { [$0.rootDeviceName] },
        "block-device-mapping.volume-type": { [$0.rootVolumeType] },
        "block-device-mapping.volume-size": { ["\($0.rootVolumeGiB)"] },
        "block-device-mapping.snapshot-id": { [$0.snapshotID] },
        "block-device-mapping.delete-on-termination": { _ in ["true"] },
        "block-device-mapping.encrypted": { _ in ["false"] },
        "creation-date": { [$0.creationDate.iso8601] },
        "description": { [$0.description] },
        "ena-support": { _ in ["true"] },
        "hypervisor": { _ in ["xen"] },
        "image-id": { [$0.id] },
        "image-type": { _ in ["machine"] },
        "is-public": { _ in ["true"] },
        "name": { [$0.name] },
        "owner-alias": { $0.ownerAlias.map { [$0] } ?? [] },
        "owner-id": { [$0.ownerID] },
        "platform": { $0.isWindows ? ["windows"] : [] },
        "root-device-name": { [$0.rootDeviceName] },
        "root-device-type": { _ in ["ebs"] },
        "state": { _ in ["available"] },
        "sriov-net-support": { _ in ["simple"] },
        "virtualization-type": { _ in ["hvm"] },
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = try Filter.all(input)
        for filter in filters
        where Self.filters[filter.name] == nil && !filter.name.hasPrefix("tag:") && filter.name != "tag-key" {
            throw EC2Error.invalidParameter("The filter '\(filter.name.prefix(256))' is invalid")
        }
        let wanted = input.strings("ImageIds")
        for id in wanted { try ResourceKind.image.check(id) }
        let owners = input.strings("Owners")
        let all = PublicImage.all(in: context.region)
        let missing = wanted.filter { id in !all.contains { $0.id == id } }
        guard missing.isEmpty else { throw EC2Error.notFound(.image, missing) }
        let accountID = context.accountID
        let matching = all.enumerated().filter { _, image in
            (wanted.isEmpty || wanted.contains(image.id))
                && (owners.isEmpty || owners.contains { owner in
                    owner == image.ownerID || owner == image.ownerAlias || (owner == "self" && image.ownerID == accountID)
                })
                && filters.allSatisfy { filter in Self.filters[filter.name].map { filter.matches($0(image)) } ?? false }
        }
        var limit = Int.max
        if let size = input.integer("MaxResults") {
            guard size >= 1 else {
                throw EC2Error.invalidParameter(
                    "Value ( \(size) ) for parameter maxResults is invalid. Expecting a value greater than 1.")
            }
            limit = min(size, 1000)
        }
        let start = try PageToken.read(input.string("NextToken"))
        let rest = matching.filter { $0.offset >= start }
        return Response([
            "Images": .list(rest.prefix(limit)) { view($0.element) },
            "NextToken": .optional(rest.dropFirst(limit).first.map { PageToken.make($0.offset) }),
        ])
    }

    private static func view(_ image: PublicImage) -> Value {
        [
            "PlatformDetails": .string(image.platformDetails), "UsageOperation": .string(image.usageOperation),
            "BlockDeviceMappings": [
                [
                    "DeviceName": .string(image.rootDeviceName),
                    "Ebs": [
                        "DeleteOnTermination": true, "SnapshotId": .string(image.snapshotID),
                        "VolumeSize": .integer(image.rootVolumeGiB), "VolumeType": .string(image.rootVolumeType),
                        "Iops": image.rootVolumeType == "gp3" ? 3000 : nil,
                        "Throughput": image.rootVolumeType == "gp3" ? 125 : nil, "Encrypted": false,
                    ],
                ]
            ],
            "Description": .string(image.description), "EnaSupport": true, "Hypervisor": "xen",
            "ImageOwnerAlias": .optional(image.ownerAlias), "Name": .string(image.name),
            "RootDeviceName": .string(image.rootDeviceName), "RootDeviceType": "ebs", "SriovNetSupport": "simple",
            "VirtualizationType": "hvm", "BootMode": image.isWindows ? nil : "uefi-preferred",
            "ImdsSupport": image.name.hasPrefix("al2023") ? "v2.0" : nil, "DeprecationTime": nil,
            "Platform": image.isWindows ? "windows" : nil, "ImageId": .string(image.id),
            "ImageLocation": .string("\(image.ownerAlias ?? image.ownerID)/\(image.name)"), "State": "available",
            "OwnerId": .string(image.ownerID), "CreationDate": .string(image.creationDate.iso8601), "Public": true,
            "Architecture": .string(image.architecture), "ImageType": "machine",
        ]
    }
}
