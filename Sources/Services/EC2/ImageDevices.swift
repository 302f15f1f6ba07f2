import CloudState
import ServiceModel

/// One entry of the block device mappings that an image is made with.
struct ImageDevices {
    var name: String
    var isDropped = false
    var virtualName: String?
    var hasVolume = false
    var snapshotID: String?
    var size: Int?
    var type: String?
    var iops: Int?
    var throughput: Int?
    var isEncrypted: Bool?
    var deleteOnTermination: Bool?

    static func requested(_ input: Input, _ context: CallContext) throws(ServiceError) -> [ImageDevices] {
        var requests: [ImageDevices] = []
        for mapping in input.structures("BlockDeviceMappings") {
            guard let name = mapping.string("DeviceName"), !name.isEmpty else {
                throw EC2Error.missingParameter("BlockDeviceMapping.\(requests.count + 1).DeviceName")
            }
            guard !requests.contains(where: { $0.name == name }) else {
                throw ServiceError(
                    "InvalidBlockDeviceMapping",
                    "The device '\(name.prefix(128))' is used in more than one block-device mapping")
            }
            var request = ImageDevices(name: name)
            request.isDropped = mapping.has("NoDevice")
            request.virtualName = mapping.string("VirtualName")
            if let ebs = mapping.structure("Ebs") {
                request.hasVolume = true
                request.snapshotID = ebs.string("SnapshotId").flatMap { $0.isEmpty ? nil : $0 }
                request.size = ebs.integer("VolumeSize")
                request.type = ebs.string("VolumeType")
                request.iops = ebs.integer("Iops")
                request.throughput = ebs.integer("Throughput")
                request.isEncrypted = ebs.boolean("Encrypted")
                request.deleteOnTermination = ebs.boolean("DeleteOnTermination")
            }
            requests.append(request)
        }
        return requests
    }

    /// The device of an image that the entry stands for; nil where it takes one away.
    func device(_ context: CallContext) throws(ServiceError) -> Image.Device? {
        guard !isDropped else { return nil }
        guard hasVolume else { return Image.Device(name: name, volume: nil, virtualName: virtualName) }
        let source = try snapshotID.map { id throws(ServiceError) in try SnapshotSource(id, context) }
        guard let size = size ?? source?.size else {
            throw ServiceError("MissingParameter", "The request must contain the parameter size or snapshotId")
        }
        if let source, size < source.size {
            throw ServiceError(
                "InvalidBlockDeviceMapping",
                "Volume of size \(size)GB is smaller than snapshot '\(source.id)', expect size >= \(source.size)GB")
        }
        var template = Image.Template(
            snapshotID: snapshotID, size: size, type: type ?? "gp2", iops: iops, throughput: throughput,
            isEncrypted: source?.isEncrypted ?? isEncrypted ?? false, kmsKeyARN: nil,
            deleteOnTermination: deleteOnTermination ?? true)
        try VolumeRules.check(
            size: size, type: template.type, iops: &template.iops, throughput: &template.throughput)
        return Image.Device(name: name, volume: template)
    }
}
