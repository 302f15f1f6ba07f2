import CloudState
import ServiceModel

/// Making, deleting, attaching and detaching network interfaces.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html>
enum NetworkInterfaceCalls {
    static let operations: [String: Handler] = [
        "CreateNetworkInterface": .write(create),
        "DeleteNetworkInterface": .write(delete),
        "AttachNetworkInterface": .write(attach),
        "DetachNetworkInterface": .write(detach),
        "CreateNetworkInterfacePermission": .write(createPermission),
        "DeleteNetworkInterfacePermission": .write(deletePermission),
        "DescribeNetworkInterfacePermissions": .read(describePermissions),
    ]

    /// The interface that a request names.
    static func named(_ input: Input, _ context: CallContext) throws(ServiceError) -> NetworkInterface {
        let id = input.string("NetworkInterfaceId") ?? ""
        try ResourceKind.networkInterface.check(id)
        guard let interface = context.ec2.networkInterfaces[id] else {
            throw EC2Error.notFound(.networkInterface, [id])
        }
        return interface
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let subnetID = input.string("SubnetId") ?? ""
        try ResourceKind.subnet.check(subnetID)
        guard let subnet = context.ec2.subnets[subnetID] else { throw EC2Error.notFound(.subnet, [subnetID]) }
        let tags = try TagRules.specified(input, for: .networkInterface)
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateNetworkInterface", token, input, context),
            let interface = context.ec2.networkInterfaces[known]
        {
            return answer(interface, token, context)
        }
        var groups = try LaunchSite.checkedGroups(input.strings("Groups"), vpcID: subnet.vpcID, context)
        if groups.isEmpty,
            let group = context.ec2.securityGroups.first(where: { $0.vpcID == subnet.vpcID && $0.isDefault })
        {
            groups = [group.id]
        }
        let type = input.string("InterfaceType") ?? "interface"
        guard ["interface", "efa", "efa-only", "branch", "trunk"].contains(type) else {
            throw EC2Error.invalidParameter("Invalid value '\(type.prefix(64))' for interfaceType.")
        }
        let wanted = try AddressRequest(input)
        var interface = NetworkInterface(
            id: context.newID("eni"), subnetID: subnetID, vpcID: subnet.vpcID, zone: subnet.zone,
            ownerID: context.accountID, description: input.string("Description") ?? "",
            macAddress: LaunchNetwork.newMACAddress(&context), addresses: [], groupIDs: groups)
        interface.interfaceType = type
        interface.tags = tags
        interface.requesterID = context.caller.userID
        interface.addresses = try wanted.take(in: subnetID, &context)
        interface.ipv6Addresses = try IPv6Addresses.take(
            input.structures("Ipv6Addresses").compactMap { $0.string("Ipv6Address") },
            count: input.integer("Ipv6AddressCount") ?? (subnet.assignsIPv6Address ? 1 : 0), for: interface, &context)
        let prefixes = try PrefixRequest(making: input)
        guard prefixes.ipv4Count == 0 || interface.addresses.count == 1 else {
            throw EC2Error.invalidCombination(
                "You may specify ipv4PrefixCount or secondary private IP addresses, but not both.")
        }
        _ = try prefixes.take(for: &interface, &context)
        context.ec2.networkInterfaces.insert(interface)
        Idempotency.remember("CreateNetworkInterface", token, input, interface.id, &context)
        return answer(interface, token, context)
    }

    private static func answer(_ interface: NetworkInterface, _ token: String, _ context: CallContext) -> Response {
        var view = NetworkInterfaceViews.view(interface, context.ec2, context.region)
        if case .structure(var fields) = view {
            fields["Status"] = "pending"
            view = .structure(fields)
        }
        return Response(["NetworkInterface": view, "ClientToken": token.isEmpty ? nil : .string(token)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try named(input, context)
        guard !interface.isRequesterManaged else {
            throw ServiceError(
                "OperationNotPermitted", "You are not allowed to manage '\(interface.id)' of an AWS service.")
        }
        guard interface.attachment == nil else {
            throw ServiceError("InvalidParameterValue", "Network interface '\(interface.id)' is currently in use.")
        }
        context.ec2.deleteNetworkInterface(interface.id)
        return .empty
    }

    // MARK: Attachments

    static func attach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try named(input, context)
        let instanceID = input.string("InstanceId") ?? ""
        try ResourceKind.instance.check(instanceID)
        guard let instance = context.ec2.instances[instanceID] else { throw EC2Error.notFound(.instance, [instanceID]) }
        let index = input.integer("DeviceIndex") ?? 0
        guard index >= 1 else {
            throw EC2Error.invalidParameter(
                "Instance '\(instanceID)' already has an interface attached at device index '\(index)'.")
        }
        guard interface.attachment == nil else {
            throw ServiceError("InvalidNetworkInterface.InUse", "Interface: [\(interface.id)] in use.")
        }
        guard [.running, .stopped].contains(instance.state) else {
            throw ServiceError("IncorrectInstanceState", "Instance '\(instanceID)' is not 'running' or 'stopped'.")
        }
        guard instance.zone == interface.zone else {
            throw EC2Error.invalidCombination(
                "You may not attach a network interface to an instance if they are not in the same availability zone")
        }
        let others = instance.networkInterfaceIDs.compactMap {
            context.ec2.networkInterfaces[$0]?.attachment?.deviceIndex
        }
        guard !others.contains(index) else {
            throw EC2Error.invalidParameter(
                "Instance '\(instanceID)' already has an interface attached at device index '\(index)'.")
        }
        if let type = InstanceType.named(instance.type), others.count >= type.maximumNetworkInterfaces {
            throw ServiceError(
                "AttachmentLimitExceeded", "Interface count \(others.count + 1) exceeds the limit for \(type.name)")
        }
        var attachment = NetworkInterface.Attachment(
            id: context.newID("eni-attach"), instanceID: instanceID, instanceOwnerID: instance.ownerID,
            deviceIndex: index, attachTime: context.now, deleteOnTermination: false)
        attachment.networkCardIndex = input.integer("NetworkCardIndex") ?? 0
        attachment.isAttaching = true
        context.ec2.networkInterfaces.update(interface.id) { record in
            record.attachment = attachment
            record.formerAttachment = nil
        }
        let place = others.filter { $0 < index }.count
        context.ec2.instances.update(instanceID) { $0.networkInterfaceIDs.insert(interface.id, at: place) }
        context.schedule(
            .interfaceAttached(attachmentID: attachment.id), interface.id, after: Timings.interfaceAttach)
        return Response([
            "AttachmentId": .string(attachment.id), "NetworkCardIndex": .integer(attachment.networkCardIndex),
        ])
    }

    static func detach(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("AttachmentId") ?? ""
        guard let interface = context.ec2.networkInterfaces.first(where: { $0.attachment?.id == id }),
            let attachment = interface.attachment
        else { throw missingAttachment(id) }
        guard !interface.isRequesterManaged else {
            throw ServiceError("OperationNotPermitted", "You are not allowed to manage '\(id)' attachments.")
        }
        guard attachment.deviceIndex != 0 else {
            throw ServiceError("OperationNotPermitted", "The network interface at device index 0 cannot be detached.")
        }
        context.ec2.networkInterfaces.update(interface.id) { $0.attachment?.isDetaching = true }
        context.schedule(.interfaceDetached(attachmentID: id), interface.id, after: Timings.interfaceDetach)
        context.schedule(.interfaceForgotten(attachmentID: id), interface.id, after: Timings.interfaceForget)
        return .empty
    }

    static func missingAttachment(_ id: String) -> ServiceError {
        ServiceError("InvalidAttachmentID.NotFound", "The attachment '\(id.prefix(256))' does not exist")
    }

    // MARK: Permissions

    static func createPermission(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try named(input, context)
        let account = input.string("AwsAccountId") ?? ""
        guard account.isAccountNumber else {
            throw EC2Error.invalidParameter("The account ID '\(account.prefix(64))' is not valid.")
        }
        let permission = input.string("Permission") ?? ""
        guard ["INSTANCE-ATTACH", "EIP-ASSOCIATE"].contains(permission) else {
            throw EC2Error.invalidParameter("Invalid value '\(permission.prefix(64))' for permission.")
        }
        let known = context.ec2.interfacePermissions.first {
            $0.networkInterfaceID == interface.id && $0.accountID == account && $0.permission == permission
        }
        let record =
            known
            ?? InterfacePermission(
                id: context.newID("eni-perm"), networkInterfaceID: interface.id, accountID: account,
                permission: permission)
        context.ec2.interfacePermissions.insert(record)
        return Response(["InterfacePermission": view(record)])
    }

    static func deletePermission(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("NetworkInterfacePermissionId") ?? ""
        guard context.ec2.interfacePermissions[id] != nil else { throw EC2Error.notFound(.interfacePermission, [id]) }
        context.ec2.interfacePermissions[id] = nil
        return Response(["Return": true])
    }

    private static let permissions = Listing<InterfacePermission>(
        kind: .interfacePermission, table: { $0.interfacePermissions }, ids: "NetworkInterfacePermissionIds",
        tags: { _ in Tags() },
        filters: [
            "network-interface-permission.network-interface-permission-id": { permission, _ in [permission.id] },
            "network-interface-permission.aws-service": { _, _ in [] },
            "network-interface-permission.network-interface-id": { permission, _ in [permission.networkInterfaceID] },
            "network-interface-permission.aws-account-id": { permission, _ in [permission.accountID] },
            "network-interface-permission.permission": { permission, _ in [permission.permission] },
        ], pageSizes: 5...255)

    static func describePermissions(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try permissions.page(input, context)
        return Response([
            "NetworkInterfacePermissions": .list(page.records, view), "NextToken": .optional(page.nextToken),
        ])
    }

    private static func view(_ permission: InterfacePermission) -> Value {
        [
            "NetworkInterfacePermissionId": .string(permission.id),
            "NetworkInterfaceId": .string(permission.networkInterfaceID), "AwsAccountId": .string(permission.accountID),
            "Permission": .string(permission.permission), "PermissionState": ["State": "GRANTED"],
        ]
    }
}
