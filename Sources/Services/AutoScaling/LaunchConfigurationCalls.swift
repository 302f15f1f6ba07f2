import CloudState
import ServiceModel

/// Launch configurations.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html>
enum LaunchConfigurationCalls {
    static let operations: [String: Handler] = [
        "CreateLaunchConfiguration": .write(create),
        "DeleteLaunchConfiguration": .write(delete),
        "DescribeLaunchConfigurations": .read(describe),
    ]

    private static let quota = 200

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("LaunchConfigurationName") ?? ""
        guard context.autoScaling.launchConfigurations[name] == nil else {
            throw AutoScalingError.alreadyExists(
                "Launch Configuration by this name already exists - A launch configuration already exists with the name \(name)"
            )
        }
        guard context.autoScaling.launchConfigurations.count < quota else {
            throw AutoScalingError.limit(
                "You have reached your limit of \(quota) LaunchConfigurations for this account and region.")
        }
        var members = Fields()
        if let instance = input.string("InstanceId") {
            members = try fromInstance(instance, name: name, &context).members
        }
        for field in input.fields.fields where field.name != "LaunchConfigurationName" && field.name != "InstanceId" {
            members[field.name] = field.value
        }
        if var options = members["MetadataOptions"]?.fields {
            for (name, usual) in [
                ("HttpTokens", Value.string("optional")), ("HttpPutResponseHopLimit", 1), ("HttpEndpoint", "enabled"),
            ] where options[name] == nil {
                options[name] = usual
            }
            members["MetadataOptions"] = .structure(options)
        }
        guard let image = members["ImageId"]?.text, !image.isEmpty else {
            throw AutoScalingError.validation(
                "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters."
            )
        }
        guard let type = members["InstanceType"]?.text, !type.isEmpty else {
            throw AutoScalingError.validation(
                "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters."
            )
        }
        do throws(ServiceError) {
            _ = try context.call("ec2", "DescribeImages", ["ImageIds": [.string(image)]])
            _ = try context.call("ec2", "DescribeInstanceTypes", ["InstanceTypes": [.string(type)]])
            if let key = members["KeyName"]?.text, !key.isEmpty {
                _ = try context.call("ec2", "DescribeKeyPairs", ["KeyNames": [.string(key)]])
            }
        } catch {
            throw AutoScalingError.validation(error.message)
        }
        context.autoScaling.launchConfigurations.insert(
            LaunchConfiguration(
                name: name, arn: context.autoScalingARN("launchConfiguration", "launchConfigurationName/\(name)"),
                created: context.now, members: members))
        return .empty
    }

    /// A configuration that launches instances like one that there is.
    static func fromInstance(
        _ id: String, name: String, _ context: inout CallContext
    ) throws(ServiceError) -> LaunchConfiguration {
        guard let instance = context.ec2.instances[id] else {
            throw AutoScalingError.validation("The instance ID '\(id.prefix(64))' does not exist")
        }
        var members = Fields()
        members["ImageId"] = .string(instance.imageID)
        members["InstanceType"] = .string(instance.type)
        if let key = instance.keyName { members["KeyName"] = .string(key) }
        if let data = instance.userData { members["UserData"] = .string(data) }
        members["InstanceMonitoring"] = ["Enabled": .boolean(instance.isMonitored)]
        members["EbsOptimized"] = .boolean(instance.isEBSOptimized)
        if let profile = instance.profile { members["IamInstanceProfile"] = .string(profile.arn) }
        let groups = instance.networkInterfaceIDs.first.flatMap { context.ec2.networkInterfaces[$0]?.groupIDs } ?? []
        members["SecurityGroups"] = .strings(groups)
        return LaunchConfiguration(
            name: name, arn: context.autoScalingARN("launchConfiguration", "launchConfigurationName/\(name)"),
            created: context.now, members: members)
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("LaunchConfigurationName") ?? ""
        guard context.autoScaling.launchConfigurations[name] != nil else {
            throw AutoScalingError.validation(
                "Launch configuration name not found - Launch configuration \(name.prefix(256)) not found")
        }
        if let group = context.autoScaling.groups.first(where: { $0.source == .configuration(name) }) {
            throw AutoScalingError.inUse(
                "Cannot delete launch configuration \(name) because it is attached to AutoScalingGroup \(group.name)")
        }
        context.autoScaling.launchConfigurations.remove(name)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = Set(input.strings("LaunchConfigurationNames"))
        let all = context.autoScaling.launchConfigurations.filter { names.isEmpty || names.contains($0.name) }
        let (page, token) = try Paging.page(all, input, usual: 50, most: 100)
        return Response(["LaunchConfigurations": .list(page, view), "NextToken": token])
    }

    private static func view(_ configuration: LaunchConfiguration) -> Value {
        var fields = configuration.members
        fields["LaunchConfigurationName"] = .string(configuration.name)
        fields["LaunchConfigurationARN"] = .string(configuration.arn)
        fields["CreatedTime"] = .timestamp(configuration.created)
        for (name, usual) in [
            ("KeyName", Value.string("")), ("KernelId", ""), ("RamdiskId", ""), ("UserData", ""),
            ("SecurityGroups", []),
            ("ClassicLinkVPCSecurityGroups", []), ("BlockDeviceMappings", []), ("EbsOptimized", false),
            ("InstanceMonitoring", ["Enabled": true]),
        ] where fields[name] == nil {
            fields[name] = usual
        }
        return .structure(fields)
    }
}
