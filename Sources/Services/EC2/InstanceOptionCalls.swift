import CloudState
import ServiceModel

/// The calls that change one group of an instance's options each.
enum InstanceOptionCalls {
    static let operations: [String: Handler] = [
        "ModifyInstanceMetadataOptions": .write(modifyMetadata),
        "MonitorInstances": .write { (context, input) throws(ServiceError) in try monitor(&context, input, true) },
        "UnmonitorInstances": .write { (context, input) throws(ServiceError) in try monitor(&context, input, false) },
        "ModifyInstancePlacement": .write(modifyPlacement),
        "ModifyInstanceCpuOptions": .write(modifyCPU),
        "ModifyInstanceMaintenanceOptions": .write(modifyMaintenance),
        "ModifyPrivateDnsNameOptions": .write(modifyPrivateDNSName),
        "ModifyInstanceCapacityReservationAttributes": .write(modifyCapacityReservation),
        "DescribeInstanceCreditSpecifications": .read(describeCredits),
        "ModifyInstanceCreditSpecification": .write(modifyCredits),
    ]

    /// An instance that is there and not on its way out.
    private static func living(_ input: Input, _ context: CallContext) throws(ServiceError) -> Instance {
        let instance = try InstanceAttributeCalls.instance(input, context)
        guard instance.state != .terminated, instance.state != .shuttingDown else {
            throw ServiceError(
                "IncorrectInstanceState",
                "The instance '\(instance.id)' is not in a state from which it can be modified.")
        }
        return instance
    }

    static func modifyMetadata(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var instance = try living(input, context)
        let endpoint = input.string("HttpEndpoint") ?? instance.metadata.httpEndpoint
        guard endpoint == "enabled" || !input.has("HttpTokens") && !input.has("HttpPutResponseHopLimit") else {
            throw EC2Error.invalidCombination(
                "You can't specify HttpTokens or HttpPutResponseHopLimit if HttpEndpoint is disabled.")
        }
        try instance.metadata.change(input)
        context.ec2.instances[instance.id] = instance
        guard case .structure(var view) = InstanceViews.metadataView(instance) else { return .empty }
        view["State"] = "pending"
        return Response(["InstanceId": .string(instance.id), "InstanceMetadataOptions": .structure(view)])
    }

    private static func monitor(
        _ context: inout CallContext, _ input: Input, _ isWanted: Bool
    ) throws(ServiceError) -> Response {
        let ids = input.strings("InstanceIds")
        guard !ids.isEmpty else { throw EC2Error.missingParameter("InstanceId") }
        let instances = try DescribeInstances.listing.records(ids, in: context.ec2.instances)
        for instance in instances { context.ec2.instances.update(instance.id) { $0.isMonitored = isWanted } }
        return Response([
            "InstanceMonitorings": .list(instances) {
                ["InstanceId": .string($0.id), "Monitoring": ["State": isWanted ? "pending" : "disabling"]]
            }
        ])
    }

    static func modifyPlacement(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var instance = try living(input, context)
        try InstanceAttributeCalls.requireStopped(instance)
        let name = input.string("GroupName") ?? input.string("GroupId")
        // An empty name takes the instance out of its group.
        if let name {
            instance.partition = nil
            instance.placementGroup = name.isEmpty ? nil : try PlacementGroupCalls.named(name, context).name
        }
        if let wanted = instance.placementGroup, let type = InstanceType.named(instance.type) {
            let group = try PlacementGroupCalls.named(wanted, context)
            if name != nil { _ = try LaunchCapacity.groupRoom(group, type, zone: instance.zone, context) }
            if let partition = input.integer("PartitionNumber") {
                guard (1...(group.partitionCount ?? 1)).contains(partition), group.strategy == .partition else {
                    throw EC2Error.invalidParameter(
                        "Value (\(partition)) for parameter partitionNumber is invalid for placement group '\(group.name)'."
                    )
                }
                instance.partition = partition
            } else if instance.partition == nil {
                instance.partition = LaunchCapacity.nextPartition(group, context)
            }
        }
        if let tenancy = input.string("Tenancy") {
            try InstanceLaunch.oneOf(tenancy, ["default", "dedicated", "host"], "Tenancy")
            guard (tenancy == "default") == (instance.tenancy == "default") else {
                throw ServiceError(
                    "InvalidTenancy",
                    "You can't change the tenancy of an instance from \(instance.tenancy) to \(tenancy).")
            }
            instance.tenancy = tenancy
        }
        context.ec2.instances[instance.id] = instance
        return Response(["Return": true])
    }

    static func modifyCPU(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var instance = try living(input, context)
        guard let type = InstanceType.named(instance.type) else { throw EC2Error.notFound(.instance, [instance.id]) }
        let cores = input.integer("CoreCount") ?? instance.cpuOptions?.cores ?? type.defaultCores
        let threads =
            input.integer("ThreadsPerCore") ?? instance.cpuOptions?.threadsPerCore ?? type.defaultThreadsPerCore
        try InstanceAttributeCalls.requireStopped(instance)
        instance.cpuOptions = try LaunchOptions.checked(cores: cores, threads: threads, type)
        context.ec2.instances[instance.id] = instance
        return Response([
            "InstanceId": .string(instance.id), "CoreCount": .integer(cores), "ThreadsPerCore": .integer(threads),
        ])
    }

    static func modifyMaintenance(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var instance = try living(input, context)
        if let recovery = input.string("AutoRecovery") {
            try InstanceLaunch.oneOf(recovery, ["default", "disabled"], "AutoRecovery")
            instance.autoRecovery = recovery == "default"
        }
        if let migration = input.string("RebootMigration") {
            try InstanceLaunch.oneOf(migration, ["default", "disabled"], "RebootMigration")
            instance.rebootMigration = migration == "default"
        }
        context.ec2.instances[instance.id] = instance
        guard case .structure(var view) = InstanceViews.maintenanceView(instance) else { return .empty }
        view["InstanceId"] = .string(instance.id)
        return Response(.structure(view))
    }

    static func modifyPrivateDNSName(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var instance = try living(input, context)
        if let type = input.string("PrivateDnsHostnameType"), type != instance.privateDNSHostnameType {
            try InstanceLaunch.oneOf(type, ["ip-name", "resource-name"], "PrivateDnsHostnameType")
            try InstanceAttributeCalls.requireStopped(instance)
            instance.privateDNSHostnameType = type
        }
        if let wanted = input.boolean("EnableResourceNameDnsARecord") { instance.publishesARecord = wanted }
        if let wanted = input.boolean("EnableResourceNameDnsAAAARecord") { instance.publishesAAAARecord = wanted }
        context.ec2.instances[instance.id] = instance
        return Response(["Return": true])
    }

    static func modifyCapacityReservation(
        _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        var instance = try living(input, context)
        try InstanceAttributeCalls.requireStopped(instance)
        let choice = try ReservationChoice(input.structure("CapacityReservationSpecification"), context)
        choice.apply(to: &instance)
        context.ec2.instances[instance.id] = instance
        return Response(["Return": true])
    }

    // MARK: CPU credits

    private static let credits: Listing<Instance> = Listing(
        kind: .instance, table: { $0.instances }, ids: "InstanceIds", tags: { $0.tags },
        filters: ["instance-id": { instance, _ in [instance.id] }])

    static func describeCredits(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("InstanceIds")
        let page = try credits.page(input, context)
        // Without ids only the unlimited ones are listed.
        let shown = page.records.filter { ids.isEmpty ? $0.creditSpecification == "unlimited" : true }
        for instance in shown where instance.creditSpecification == nil {
            throw EC2Error.invalidCombination(
                "The instance '\(instance.id)' is not a burstable performance instance, so it has no credit specification."
            )
        }
        return Response([
            "InstanceCreditSpecifications": .list(shown) {
                ["InstanceId": .string($0.id), "CpuCredits": .optional($0.creditSpecification)]
            },
            "NextToken": .optional(page.nextToken),
        ])
    }

    static func modifyCredits(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var changed: [Value] = []
        var refused: [Value] = []
        for request in input.structures("InstanceCreditSpecifications") {
            let id = request.string("InstanceId") ?? ""
            let wanted = request.string("CpuCredits") ?? ""
            func refuse(_ code: String, _ message: String) {
                refused.append([
                    "InstanceId": .string(id), "Error": ["Code": .string(code), "Message": .string(message)],
                ])
            }
            try InstanceLaunch.oneOf(wanted, ["standard", "unlimited"], "cpuCredits")
            guard ResourceKind.instance.accepts(id) else {
                refuse("InvalidInstanceID.Malformed", "Invalid id: \"\(id.prefix(256))\"")
                continue
            }
            guard let instance = context.ec2.instances[id] else {
                refuse("InvalidInstanceID.NotFound", "The instance ID '\(id)' does not exist")
                continue
            }
            guard instance.creditSpecification != nil else {
                refuse(
                    "InstanceCreditSpecification.NotSupported",
                    "The instance '\(id)' does not support credit specifications.")
                continue
            }
            guard instance.state != .terminated, instance.state != .shuttingDown else {
                refuse(
                    "IncorrectInstanceState", "The instance '\(id)' is not in a state from which it can be modified.")
                continue
            }
            context.ec2.instances.update(id) { $0.creditSpecification = wanted }
            changed.append(["InstanceId": .string(id)])
        }
        return Response([
            "SuccessfulInstanceCreditSpecifications": .list(changed),
            "UnsuccessfulInstanceCreditSpecifications": .list(refused),
        ])
    }
}
