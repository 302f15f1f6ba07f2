import CloudState
import ServiceModel

/// ModifyNetworkInterfaceAttribute, DescribeNetworkInterfaceAttribute and ResetNetworkInterfaceAttribute.
enum NetworkInterfaceAttributes {
    static let operations: [String: Handler] = [
        "ModifyNetworkInterfaceAttribute": .write(modify),
        "DescribeNetworkInterfaceAttribute": .read(describe),
        "ResetNetworkInterfaceAttribute": .write(reset),
    ]

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var interface = try NetworkInterfaceCalls.named(input, context)
        var isChanged = false
        if let description = input.structure("Description")?.string("Value") {
            interface.description = description
            isChanged = true
        }
        if let check = input.structure("SourceDestCheck")?.boolean("Value") {
            interface.sourceDestCheck = check
            isChanged = true
        }
        if input.has("Groups") {
            let groups = try LaunchSite.checkedGroups(input.strings("Groups"), vpcID: interface.vpcID, context)
            guard !groups.isEmpty else { throw EC2Error.missingParameter("groupId") }
            guard groups.count <= 16 else {
                throw ServiceError(
                    "SecurityGroupsPerInterfaceLimitExceeded",
                    "The maximum number of security groups per interface has been reached.")
            }
            interface.groupIDs = groups
            isChanged = true
        }
        if let attachment = input.structure("Attachment") {
            let id = attachment.string("AttachmentId") ?? ""
            guard interface.attachment?.id == id else { throw NetworkInterfaceCalls.missingAttachment(id) }
            if let delete = attachment.boolean("DeleteOnTermination") {
                interface.attachment?.deleteOnTermination = delete
            }
            isChanged = true
        }
        if let borrows = input.boolean("AssociatePublicIpAddress") {
            interface.borrowsPublicAddress = borrows
            isChanged = true
        }
        guard
            isChanged || input.has("EnaSrdSpecification") || input.has("ConnectionTrackingSpecification")
                || input.has("EnablePrimaryIpv6")
        else { throw EC2Error.invalidCombination("No attributes specified.") }
        context.ec2.networkInterfaces[interface.id] = interface
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try NetworkInterfaceCalls.named(input, context)
        let id = Value.string(interface.id)
        switch input.string("Attribute") ?? "" {
        case "description":
            return Response(["NetworkInterfaceId": id, "Description": ["Value": .string(interface.description)]])
        case "groupSet":
            return Response([
                "NetworkInterfaceId": id, "Groups": InstanceViews.groupViews(interface.groupIDs, context.ec2),
            ])
        case "sourceDestCheck":
            return Response([
                "NetworkInterfaceId": id, "SourceDestCheck": ["Value": .boolean(interface.sourceDestCheck)],
            ])
        case "attachment":
            return Response([
                "NetworkInterfaceId": id, "Attachment": interface.attachment.map(NetworkInterfaceViews.attachment),
            ])
        case "associatePublicIpAddress":
            return Response([
                "NetworkInterfaceId": id, "AssociatePublicIpAddress": .boolean(interface.borrowsPublicAddress),
            ])
        case "": throw EC2Error.missingParameter("attribute")
        case let other:
            throw EC2Error.invalidParameter("Value (\(other.prefix(64))) for parameter attribute is invalid.")
        }
    }

    /// Switches the source and destination check on again.
    static func reset(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let interface = try NetworkInterfaceCalls.named(input, context)
        context.ec2.networkInterfaces.update(interface.id) { $0.sourceDestCheck = true }
        return .empty
    }
}
