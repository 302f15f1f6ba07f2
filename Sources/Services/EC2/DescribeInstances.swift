import CloudState
import ServiceModel

/// DescribeInstances and DescribeInstanceStatus.
enum DescribeInstances {
    static let operations: [String: Handler] = [
        "DescribeInstances": .read(describe),
        "DescribeInstanceStatus": .readAtTime(describeStatus),
    ]

    static let listing = Listing<Instance>(
        kind: .instance, table: { $0.instances }, ids: "InstanceIds", tags: { $0.tags },
        filters: filters.merging(InstanceFilters.all) { own, _ in own })

    private static let filters: [String: Listing<Instance>.FilterValues] = [
        "instance-id": { instance, _ in [instance.id] },
        "instance-type": { instance, _ in [instance.type] },
        "instance-state-name": { instance, _ in [instance.state.rawValue] },
        "instance-state-code": { instance, _ in ["\(instance.state.code)"] },
        "image-id": { instance, _ in [instance.imageID] },
        "availability-zone": { instance, _ in [instance.zone] },
        "subnet-id": { instance, _ in [instance.subnetID] },
        "vpc-id": { instance, _ in [instance.vpcID] },
        "key-name": { instance, _ in instance.keyName.map { [$0] } ?? [] },
        "architecture": { instance, _ in [instance.architecture] },
        "client-token": { instance, _ in [instance.clientToken] },
        "owner-id": { instance, _ in [instance.ownerID] },
        "reservation-id": { instance, _ in [instance.reservationID] },
        "launch-index": { instance, _ in ["\(instance.launchIndex)"] },
        "launch-time": { instance, _ in [instance.launchTime.iso8601] },
        "platform": { instance, _ in instance.platform.map { [$0] } ?? [] },
        "platform-details": { instance, _ in [instance.platformDetails] },
        "hypervisor": { _, _ in ["xen"] },
        "virtualization-type": { _, _ in ["hvm"] },
        "root-device-type": { _, _ in ["ebs"] },
        "root-device-name": { instance, _ in [instance.rootDeviceName] },
        "tenancy": { instance, _ in [instance.tenancy] },
        "monitoring-state": { instance, _ in [instance.isMonitored ? "enabled" : "disabled"] },
        "hibernation-options.configured": { instance, _ in ["\(instance.isHibernationEnabled)"] },
        "metadata-options.http-tokens": { instance, _ in [instance.metadata.httpTokens] },
        "metadata-options.http-endpoint": { instance, _ in [instance.metadata.httpEndpoint] },
        "iam-instance-profile.arn": { instance, _ in instance.profile.map { [$0.arn] } ?? [] },
        "iam-instance-profile.id": { instance, _ in instance.profile.map { [$0.id] } ?? [] },
        "instance-lifecycle": { instance, _ in instance.spotRequestID == nil ? [] : ["spot"] },
        "spot-instance-request-id": { instance, _ in instance.spotRequestID.map { [$0] } ?? [] },
        "placement-partition-number": { instance, _ in instance.partition.map { ["\($0)"] } ?? [] },
        "capacity-reservation-specification.capacity-reservation-preference": { instance, _ in
            [instance.capacityReservationPreference]
        },
        "enclave-options.enabled": { instance, _ in ["\(instance.isEnclaveEnabled)"] },
        "maintenance-options.auto-recovery": { instance, _ in [instance.autoRecovery ? "default" : "disabled"] },
        "metadata-options.http-put-response-hop-limit": { instance, _ in
            ["\(instance.metadata.httpPutResponseHopLimit)"]
        },
        "metadata-options.instance-metadata-tags": { instance, _ in [instance.metadata.instanceMetadataTags] },
        "private-dns-name-options.hostname-type": { instance, _ in [instance.privateDNSHostnameType] },
        "boot-mode": { instance, _ in instance.bootMode.map { [$0] } ?? [] },
        "usage-operation": { instance, _ in [instance.usageOperation] },
        "dns-name": { instance, state in publicNames(instance, state) },
        "source-dest-check": { instance, state in
            interfaces(instance, state).first.map { ["\($0.sourceDestCheck)"] } ?? []
        },
        "state-reason-message": { instance, _ in instance.stateReason.map { [$0.message] } ?? [] },
        "availability-zone-id": { instance, state in state.subnets[instance.subnetID].map { [$0.zoneID] } ?? [] },
        "block-device-mapping.delete-on-termination": { instance, state in
            attachments(instance, state).map { "\($0.deleteOnTermination)" }
        },
        "block-device-mapping.status": { instance, state in attachments(instance, state).map(\.state.rawValue) },
        "block-device-mapping.attach-time": { instance, state in
            attachments(instance, state).map(\.attachTime.iso8601)
        },
        "placement-group-name": { instance, _ in instance.placementGroup.map { [$0] } ?? [] },
        "state-reason-code": { instance, _ in instance.stateReason.map { [$0.code] } ?? [] },
        "reason": { instance, _ in [instance.stateTransitionReason] },
        "private-ip-address": { instance, state in
            interfaces(instance, state).compactMap { $0.primary?.address.description }
        },
        "ip-address": { instance, state in publicAddresses(instance, state) },
        "private-dns-name": { instance, state in
            let region = String(instance.zone.dropLast())
            return interfaces(instance, state).compactMap {
                InstanceViews.privateName(instance, $0.primary?.address, region)
            }
        },
        "instance.group-id": { instance, state in groups(instance, state).map(\.id) },
        "group-id": { instance, state in groups(instance, state).map(\.id) },
        "instance.group-name": { instance, state in groups(instance, state).map(\.name) },
        "group-name": { instance, state in groups(instance, state).map(\.name) },
        "block-device-mapping.volume-id": { instance, _ in instance.blockDevices.map(\.volumeID) },
        "block-device-mapping.device-name": { instance, _ in instance.blockDevices.map(\.deviceName) },
    ]

    private static func interfaces(_ instance: Instance, _ state: EC2State) -> [NetworkInterface] {
        instance.networkInterfaceIDs.compactMap { state.networkInterfaces[$0] }
    }

    private static func attachments(_ instance: Instance, _ state: EC2State) -> [Volume.Attachment] {
        instance.blockDevices.compactMap { device in
            state.volumes[device.volumeID]?.attachments.first { $0.instanceID == instance.id }
        }
    }

    private static func publicNames(_ instance: Instance, _ state: EC2State) -> [String] {
        guard state.vpcs[instance.vpcID]?.dnsHostnames ?? false else { return [] }
        return interfaces(instance, state).flatMap { $0.addresses.compactMap { $0.association?.address } }.map {
            InstanceViews.publicName($0, String(instance.zone.dropLast()))
        }
    }

    private static func publicAddresses(_ instance: Instance, _ state: EC2State) -> [String] {
        interfaces(instance, state).flatMap { $0.addresses.compactMap { $0.association?.address.description } }
    }

    private static func groups(_ instance: Instance, _ state: EC2State) -> [SecurityGroup] {
        (interfaces(instance, state).first?.groupIDs ?? []).compactMap { state.securityGroups[$0] }
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        // Instances of one launch stand together in its reservation.
        var order: [String] = []
        var byReservation: [String: [Instance]] = [:]
        for instance in page.records {
            if byReservation[instance.reservationID] == nil { order.append(instance.reservationID) }
            byReservation[instance.reservationID, default: []].append(instance)
        }
        return Response([
            "Reservations": .list(order) { InstanceViews.reservation($0, byReservation[$0] ?? [], context) },
            "NextToken": .optional(page.nextToken),
        ])
    }

    static let statuses: Listing<Instance> = {
        var filters: [String: Listing<Instance>.FilterValues] = [:]
        for name in ["instance-state-name", "instance-state-code", "availability-zone", "availability-zone-id"] {
            filters[name] = listing.filters[name]
        }
        for (name, value) in ["instance-status.status", "system-status.status"].map({ ($0, "ok") }) {
            filters[name] = { instance, _ in [instance.state == .running ? value : "not-applicable"] }
        }
        // No events are planned here, so nothing matches.
        for name in ["code", "description", "instance-event-id", "not-after", "not-before", "not-before-deadline"] {
            filters["event.\(name)"] = { _, _ in [] }
        }
        filters["attached-ebs-status.status"] = { instance, _ in [instance.state == .running ? "ok" : "not-applicable"]
        }
        filters["operator.managed"] = { _, _ in ["false"] }
        filters["operator.principal"] = { _, _ in [] }
        for name in ["instance-status.reachability", "system-status.reachability"] {
            filters[name] = { instance, _ in instance.state == .running ? ["passed"] : [] }
        }
        return Listing(
            kind: .instance, table: { $0.instances }, ids: "InstanceIds", tags: { $0.tags }, filters: filters)
    }()

    static func describeStatus(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try statuses.page(input, context)
        let all = input.boolean("IncludeAllInstances") ?? false
        let shown = page.records.filter { all || $0.state == .running }
        let now = context.now
        let zones = context.ec2.subnets
        return Response([
            "InstanceStatuses": .list(shown) { instance in
                [
                    "AvailabilityZone": .string(instance.zone),
                    "AvailabilityZoneId": .optional(zones[instance.subnetID]?.zoneID),
                    "InstanceId": .string(instance.id), "InstanceState": InstanceViews.stateView(instance.state),
                    "InstanceStatus": status(instance, now), "SystemStatus": status(instance, now),
                    "AttachedEbsStatus": status(instance, now), "Operator": ["Managed": false], "Events": [],
                ]
            },
            "NextToken": .optional(page.nextToken),
        ])
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html>
    private static func status(_ instance: Instance, _ now: Timestamp) -> Value {
        guard instance.state == .running, let since = instance.runningSince else {
            return ["Status": "not-applicable"]
        }
        let isChecked = now >= since.adding(milliseconds: Timings.statusChecks.milliseconds)
        return [
            "Status": .string(isChecked ? "ok" : "initializing"),
            "Details": [
                ["Name": "reachability", "Status": .string(isChecked ? "passed" : "initializing")]
            ],
        ]
    }
}
