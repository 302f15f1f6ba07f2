import CloudState
import ServiceModel

/// CreateAutoScalingGroup, UpdateAutoScalingGroup, SetDesiredCapacity and DeleteAutoScalingGroup.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html>
enum GroupCalls {
    static let operations: [String: Handler] = [
        "CreateAutoScalingGroup": .write(create),
        "DeleteAutoScalingGroup": .write(delete),
        "SetDesiredCapacity": .write(setDesired),
        "UpdateAutoScalingGroup": .write(update),
    ]

    /// The quota on groups in a region.
    private static let quota = 500

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("AutoScalingGroupName") ?? ""
        guard !name.contains(where: { $0 == ":" || $0.isNewline }) else {
            throw AutoScalingError.validation("Auto Scaling group names must not contain colons.")
        }
        guard context.autoScaling.groups[name] == nil else {
            throw AutoScalingError.alreadyExists(
                "AutoScalingGroup by this name already exists - A group with the name \(name) already exists")
        }
        guard context.autoScaling.groups.count < quota else {
            throw AutoScalingError.limit(
                "You have reached your limit of \(quota) AutoScalingGroups for this account and region.")
        }
        var source = try GroupRules.source(input, context)
        if source == nil, let instance = input.string("InstanceId") {
            let configuration = try LaunchConfigurationCalls.fromInstance(instance, name: name, &context)
            context.autoScaling.launchConfigurations.insert(configuration)
            source = .configuration(configuration.name)
        }
        guard let source else {
            throw AutoScalingError.validation(
                "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter."
            )
        }
        guard let place = try GroupRules.place(input, context) else {
            throw AutoScalingError.validation("At least one Availability Zone or VPC Subnet is required.")
        }
        guard input.strings("LoadBalancerNames").isEmpty else {
            throw ServiceError("ValidationError", "Classic Load Balancers are not emulated here.", isNotEmulated: true)
        }
        let minimum = input.integer("MinSize") ?? 0
        let maximum = input.integer("MaxSize") ?? 0
        let desired = input.integer("DesiredCapacity") ?? minimum
        try GroupRules.checkBounds(minimum: minimum, maximum: maximum, desired: desired)
        let role =
            "arn:aws:iam::\(context.accountID):role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        var group = AutoScalingGroup(
            name: name, arn: context.autoScalingARN("autoScalingGroup", "autoScalingGroupName/\(name)"),
            created: context.now, source: source, minimum: minimum, maximum: maximum, desired: desired,
            zones: place.zones, serviceLinkedRole: role)
        group.subnets = place.subnets
        try GroupRules.apply(input, to: &group)
        group.tags = try TagCalls.tags(input, group: name)
        var targetGroups = input.strings("TargetGroupARNs")
        targetGroups += try TrafficSourceCalls.targetGroups(input)
        try TrafficSourceCalls.check(targetGroups, &context)
        group.targetGroups = targetGroups
        for hook in input.structures("LifecycleHookSpecificationList") {
            try HookCalls.put(hook, into: &group)
        }
        try GroupRules.probe(group, context)
        if desired > 0 {
            group.cause = Activities.sentence(
                "a user request created an AutoScalingGroup changing the desired capacity from 0 to \(desired).",
                context)
            Engine.requestStep(&group, &context)
        }
        context.autoScaling.groups.insert(group)
        serviceLinkedRole(&context)
        return .empty
    }

    /// AWS makes the role with the first group.
    private static func serviceLinkedRole(_ context: inout CallContext) {
        let before = context.world
        do throws(ServiceError) {
            _ = try context.call("iam", "CreateServiceLinkedRole", ["AWSServiceName": "autoscaling.amazonaws.com"])
        } catch {
            // It is there already.
            context.world = before
        }
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        guard !group.isDeleting else {
            throw AutoScalingError.activityInProgress("AutoScalingGroup \(group.name) is being deleted.")
        }
        let formerSource = group.source
        if let source = try GroupRules.source(input, context) { group.source = source }
        if let place = try GroupRules.place(input, context) {
            group.zones = place.zones
            group.subnets = place.subnets
            group.zoneFailures.removeAll { !place.zones.contains($0.zone) }
        }
        let minimum = input.integer("MinSize") ?? group.minimum
        let maximum = input.integer("MaxSize") ?? group.maximum
        // Without a desired capacity the present one is moved within the new bounds.
        let desired = input.integer("DesiredCapacity") ?? min(max(group.desired, minimum), max(minimum, maximum))
        try GroupRules.checkBounds(minimum: minimum, maximum: maximum, desired: desired)
        try GroupRules.apply(input, to: &group)
        if group.source != formerSource { try GroupRules.probe(group, context) }
        group.minimum = minimum
        group.maximum = maximum
        if desired != group.desired {
            group.cause = Activities.sentence(
                "a user request update of AutoScalingGroup constraints to min: \(minimum), max: \(maximum), desired: \(desired) changing the desired capacity from \(group.desired) to \(desired).",
                context)
            group.desired = desired
        }
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func setDesired(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let desired = input.integer("DesiredCapacity") ?? 0
        guard desired <= group.maximum else {
            throw AutoScalingError.validation(
                "New SetDesiredCapacity value \(desired) is above max value \(group.maximum) for the AutoScalingGroup.")
        }
        guard desired >= group.minimum else {
            throw AutoScalingError.validation(
                "New SetDesiredCapacity value \(desired) is below min value \(group.minimum) for the AutoScalingGroup.")
        }
        if input.boolean("HonorCooldown") ?? false, let until = group.cooldownUntil, until > context.now {
            throw AutoScalingError.activityInProgress(
                "Scaling activity is in progress for the AutoScalingGroup \(group.name) until the cooldown period ends."
            )
        }
        if desired != group.desired {
            group.cause = Activities.sentence(
                "a user request explicitly set group desired capacity changing the desired capacity from \(group.desired) to \(desired).",
                context)
            group.desired = desired
            Engine.requestStep(&group, &context)
            context.autoScaling.groups.insert(group)
        }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let isForced = input.boolean("ForceDelete") ?? false
        guard group.deletionProtection != "prevent-all-deletion",
            group.deletionProtection != "prevent-force-deletion" || !isForced
        else {
            throw AutoScalingError.inUse(
                "The AutoScalingGroup \(group.name) has deletion protection \(group.deletionProtection) and can't be deleted."
            )
        }
        guard !group.members.isEmpty else {
            Engine.remove(group, &context)
            return .empty
        }
        guard isForced else {
            if group.members.contains(where: { $0.state.isLeaving }), group.capacity == 0 {
                throw AutoScalingError.activityInProgress(
                    "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group."
                )
            }
            throw AutoScalingError.inUse(
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group."
            )
        }
        group.isDeleting = true
        group.minimum = 0
        group.desired = 0
        for index in group.members.indices where group.members[index].state == .terminatingWait {
            group.members[index].state = .terminatingProceed
            group.members[index].actions = []
        }
        for index in group.members.indices where group.members[index].state == .standby {
            group.members[index].state = .inService
        }
        group.cause = Activities.sentence(
            "a user request force deleted AutoScalingGroup changing the desired capacity to 0.", context)
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        return .empty
    }
}
