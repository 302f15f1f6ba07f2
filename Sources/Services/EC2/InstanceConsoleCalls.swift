import CloudState
import KeyMaterial
import ServiceModel

/// GetConsoleOutput, GetPasswordData and other calls that look into an instance from outside.
enum InstanceConsoleCalls {
    static let operations: [String: Handler] = [
        "GetConsoleOutput": .readAtTime(consoleOutput),
        "GetPasswordData": .readAtTime(passwordData),
        "GetInstanceUefiData": .read(uefiData),
        "ReportInstanceStatus": .write(reportStatus),
        "DescribeInstanceTopology": .read(describeTopology),
    ]

    /// What the serial console showed, in base64; nothing while the instance has not come up yet.
    static func consoleOutput(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instance = try InstanceAttributeCalls.instance(input, context)
        let since = instance.runningSince
        let time = since.map { Timestamp(milliseconds: min(context.now.milliseconds, $0.milliseconds + 60_000)) }
        let text = since.map { _ in log(instance, context) }
        return Response([
            "InstanceId": .string(instance.id), "Timestamp": .timestamp(time ?? context.now),
            "Output": .optional(text.map { Base64.encode(Array($0.utf8)) }),
        ])
    }

    private static func log(_ instance: Instance, _ context: CallContext) -> String {
        let address = instance.networkInterfaceIDs.first
            .flatMap { context.ec2.networkInterfaces[$0]?.primary?.address }
        let name = address.map { "ip-\($0.dashed)" } ?? instance.id
        let type = InstanceType.named(instance.type)
        let lines = [
            "[    0.000000] Linux version 6.1.0 (\(instance.architecture))",
            "[    0.000000] Command line: root=\(instance.rootDeviceName) console=tty0 console=ttyS0,115200n8",
            "[    0.000000] DMI: Amazon EC2 \(instance.type)/, BIOS 1.0 10/16/2017",
            "[    0.012000] smpboot: Allowing \(type?.defaultVCPUs ?? 1) CPUs, 0 hotplug CPUs",
            "[    0.020000] Memory: \((type?.memoryMiB ?? 0) * 1024)K available",
            "[    3.500000] cloud-init[1200]: Cloud-init running 'init' at boot \(instance.boots) of \(instance.id)",
            instance.userData == nil ? nil : "[    5.100000] cloud-init[1300]: Running user-data (part-001)",
            "[    6.000000] cloud-init[1400]: Cloud-init finished. Datasource DataSourceEc2.",
            "",
            "\(name) login: ",
        ]
        return lines.compactMap { $0 }.joined(separator: "\r\n")
    }

    /// Only Windows has a password, and only once it has set itself up.
    static func passwordData(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instance = try InstanceAttributeCalls.instance(input, context)
        let password = password(instance, context).map { Base64.encode($0) }
        return Response([
            "InstanceId": .string(instance.id), "Timestamp": .timestamp(instance.runningSince ?? instance.launchTime),
            "PasswordData": .string(password ?? ""),
        ])
    }

    /// The administrator's password, for the holder of the key pair that the instance was launched with.
    private static func password(_ instance: Instance, _ context: CallContext) -> [UInt8]? {
        let primary = instance.networkInterfaceIDs.first.flatMap { context.ec2.networkInterfaces[$0] }
        let isSetUp =
            InstanceViews.firstLaunch(instance, primary).adding(
                milliseconds: (Timings.instanceStart + Timings.statusChecks).milliseconds) <= context.now
        guard instance.platform == "windows", isSetUp, let name = instance.keyName,
            let pair = context.ec2.keyPairs.first(where: { $0.name == name }),
            let key = try? PublicKey(importing: Array(pair.publicKey.utf8))
        else { return nil }
        let seed = "\(context.world.seed)/password/\(instance.id)"
        let alphabet = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!@#$%&*()-=.?".utf8)
        var bits = IDGenerator.hash(seed, context.world.ids.seed)
        let password = (0..<32).map { _ in
            bits = IDGenerator.mix(bits &+ 0x9E37_79B9_7F4A_7C15)
            return alphabet[Int(bits % UInt64(alphabet.count))]
        }
        return key.encrypted(password, seed: seed)
    }

    /// The non-volatile UEFI variable store. Terraform also asks for those of images, and expects `NotFound`.
    static func uefiData(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("InstanceId") ?? ""
        guard let instance = context.ec2.instances[id] else { throw EC2Error.notFound(.instance, [id]) }
        guard InstanceType.named(instance.type)?.bootModes.contains("uefi") ?? false else {
            throw ServiceError(
                "UnsupportedOperation", "The instance '\(instance.id)' does not use UEFI boot mode.")
        }
        return Response([
            "InstanceId": .string(instance.id), "UefiData": .string(Base64.encode(Array("AMZNUEFI".utf8))),
        ])
    }

    static func reportStatus(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instances = try DescribeInstances.listing.records(input.strings("Instances"), in: context.ec2.instances)
        try InstanceLaunch.oneOf(input.string("Status") ?? "", ["ok", "impaired"], "status")
        for instance in instances where instance.state != .running {
            throw ServiceError("IncorrectInstanceState", "The instance '\(instance.id)' is not in the 'running' state.")
        }
        // AWS reads such reports; they change nothing.
        return .empty
    }

    // MARK: Topology

    private static let running = Listing<Instance>(
        kind: .instance, table: { $0.instances }, ids: "InstanceIds", tags: { $0.tags },
        filters: [
            "availability-zone": { instance, _ in [instance.zone] },
            "instance-type": { instance, _ in [instance.type] },
            "zone-id": { instance, state in state.subnets[instance.subnetID].map { [$0.zoneID] } ?? [] },
        ], pageSizes: 1...100)

    static func describeTopology(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let groups = input.strings("GroupNames")
        let page = try running.page(input, context)
        let state = context.ec2
        let shown = page.records.filter {
            $0.state == .running && (groups.isEmpty || groups.contains($0.placementGroup ?? ""))
        }
        return Response([
            "Instances": .list(shown) { instance in
                [
                    "InstanceId": .string(instance.id), "InstanceType": .string(instance.type),
                    "GroupName": .optional(instance.placementGroup), "AvailabilityZone": .string(instance.zone),
                    "ZoneId": .optional(state.subnets[instance.subnetID]?.zoneID),
                    "NetworkNodes": .strings(nodes(instance, state)),
                ]
            },
            "NextToken": .optional(page.nextToken),
        ])
    }

    /// Three layers of switches above an instance; a cluster placement group shares the lowest.
    private static func nodes(_ instance: Instance, _ state: EC2State) -> [String] {
        let group = instance.placementGroup.flatMap { name in state.placementGroups.first { $0.name == name } }
        let rack = group?.strategy == .cluster ? group?.id ?? "" : "\(instance.id)/\(instance.host)"
        return ["\(instance.zone)", "\(instance.zone)/\(rack.suffix(3))", "\(instance.zone)/\(rack)"].map { text in
            "nn-0" + IDGenerator.hexadecimal(IDGenerator.mix(IDGenerator.hash(text, 0x4E4E)))
        }
    }
}
