import CloudState
import ServiceModel

/// DescribeInstanceAttribute, ModifyInstanceAttribute and ResetInstanceAttribute.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html>
enum InstanceAttributeCalls {
    static let operations: [String: Handler] = [
        "DescribeInstanceAttribute": .read(describe),
        "ModifyInstanceAttribute": .write(modify),
        "ResetInstanceAttribute": .write(reset),
    ]

    /// The instance of a request about one.
    static func instance(_ input: Input, _ context: CallContext) throws(ServiceError) -> Instance {
        let found = try DescribeInstances.listing.records([input.string("InstanceId") ?? ""], in: context.ec2.instances)
        guard let instance = found.first else { throw EC2Error.missingParameter("InstanceId") }
        return instance
    }

    /// Refuses an instance that is not stopped.
    static func requireStopped(_ instance: Instance) throws(ServiceError) {
        guard instance.state == .stopped else {
            throw ServiceError("IncorrectInstanceState", "The instance '\(instance.id)' is not in the 'stopped' state.")
        }
    }

    private static func unknownAttribute(_ name: String) -> ServiceError {
        EC2Error.invalidParameter("Value (\(name.prefix(64))) for parameter attribute is invalid. Unknown attribute.")
    }

    // MARK: Describe

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instance = try instance(input, context)
        let attribute = input.string("Attribute") ?? ""
        guard let (name, value) = view(attribute, of: instance, context) else { throw unknownAttribute(attribute) }
        var output = Fields()
        output.append("InstanceId", .string(instance.id))
        output.append(name, value)
        return Response(.structure(output))
    }

    private static func view(_ attribute: String, of instance: Instance, _ context: CallContext) -> (String, Value)? {
        let interface = instance.networkInterfaceIDs.first.flatMap { context.ec2.networkInterfaces[$0] }
        func text(_ value: String?) -> Value { ["Value": .optional(value)] }
        func flag(_ value: Bool) -> Value { ["Value": .boolean(value)] }
        switch attribute {
        case "instanceType": return ("InstanceType", text(instance.type))
        case "kernel": return ("KernelId", text(nil))
        case "ramdisk": return ("RamdiskId", text(nil))
        case "userData": return ("UserData", text(instance.userData))
        case "disableApiTermination": return ("DisableApiTermination", flag(instance.terminationProtection))
        case "disableApiStop": return ("DisableApiStop", flag(instance.stopProtection))
        case "instanceInitiatedShutdownBehavior":
            return ("InstanceInitiatedShutdownBehavior", text(instance.terminatesOnShutdown ? "terminate" : "stop"))
        case "rootDeviceName": return ("RootDeviceName", text(instance.rootDeviceName))
        case "blockDeviceMapping":
            return ("BlockDeviceMappings", InstanceViews.deviceViews(instance, context.ec2))
        case "productCodes": return ("ProductCodes", [])
        case "sourceDestCheck": return ("SourceDestCheck", flag(interface?.sourceDestCheck ?? true))
        case "groupSet": return ("Groups", InstanceViews.groupViews(interface?.groupIDs ?? [], context.ec2))
        case "ebsOptimized": return ("EbsOptimized", flag(instance.isEBSOptimized))
        case "sriovNetSupport": return ("SriovNetSupport", text("simple"))
        case "enaSupport": return ("EnaSupport", flag(instance.enaSupport))
        case "enclaveOptions": return ("EnclaveOptions", ["Enabled": .boolean(instance.isEnclaveEnabled)])
        default: return nil
        }
    }

    // MARK: Modify

    /// The members of a request that each change one attribute.
    private static let members = [
        "BlockDeviceMappings", "DisableApiStop", "DisableApiTermination", "EbsOptimized", "EnaSupport", "Groups",
        "InstanceInitiatedShutdownBehavior", "InstanceType", "Kernel", "Ramdisk", "SourceDestCheck", "SriovNetSupport",
        "UserData",
    ]

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var instance = try instance(input, context)
        let given = members.filter { input.has($0) }
        let attribute = input.string("Attribute")
        // `Attribute` may only name what a member of its own changes.
        guard given.count + (attribute != nil && given.isEmpty ? 1 : 0) <= 1 else {
            throw EC2Error.invalidCombination("Fields for multiple attribute types specified")
        }
        guard let member = given.first ?? attribute.map(memberName) else {
            throw EC2Error.invalidCombination("No attributes specified.")
        }
        guard [.pending, .running, .stopping, .stopped].contains(instance.state) else {
            throw ServiceError(
                "IncorrectInstanceState",
                "The instance '\(instance.id)' is not in a state from which it can be modified.")
        }
        let change = InstanceChange(member: member, input: input, isGeneric: given.isEmpty)
        try change.apply(to: &instance, &context)
        context.ec2.instances[instance.id] = instance
        return .empty
    }

    /// The member that stands for an attribute: `instanceType` is `InstanceType`.
    private static func memberName(_ attribute: String) -> String {
        switch attribute {
        case "groupSet": "Groups"
        case "blockDeviceMapping": "BlockDeviceMappings"
        default: attribute.prefix(1).uppercased() + attribute.dropFirst()
        }
    }

    // MARK: Reset

    static func reset(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instance = try instance(input, context)
        let attribute = input.string("Attribute") ?? ""
        switch attribute {
        case "kernel", "ramdisk": try requireStopped(instance)
        case "sourceDestCheck":
            let id = try InstanceChange.onlyInterface(of: instance)
            context.ec2.networkInterfaces.update(id) { $0.sourceDestCheck = true }
        default: throw unknownAttribute(attribute)
        }
        return .empty
    }
}
