import CloudState
import ServiceModel

/// Lifecycle hooks and their answers.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html>
enum HookCalls {
    static let operations: [String: Handler] = [
        "CompleteLifecycleAction": .write(complete),
        "DeleteLifecycleHook": .write(delete),
        "DescribeLifecycleHooks": .read(describe),
        "PutLifecycleHook": .write { context, input throws(ServiceError) in
            var group = try context.group(input)
            try put(input, into: &group)
            context.autoScaling.groups.insert(group)
            return .empty
        },
        "RecordLifecycleActionHeartbeat": .write(heartbeat),
    ]

    /// Adds a hook or changes the one of that name.
    static func put(_ input: Input, into group: inout AutoScalingGroup) throws(ServiceError) {
        let name = input.string("LifecycleHookName") ?? ""
        let known = group.hooks.firstIndex { $0.name == name }
        guard let text = input.string("LifecycleTransition") ?? known.map({ group.hooks[$0].transition.rawValue }),
            let transition = LifecycleHook.Transition(rawValue: text)
        else {
            throw AutoScalingError.validation(
                "Invalid lifecycle transition. Valid lifecycle transitions are: \(LifecycleHook.Transition.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        var hook = known.map { group.hooks[$0] } ?? LifecycleHook(name: name, transition: transition)
        hook.transition = transition
        hook.target = input.string("NotificationTargetARN").map { $0.isEmpty ? nil : $0 } ?? hook.target
        hook.role = input.string("RoleARN") ?? hook.role
        hook.metadata = input.string("NotificationMetadata") ?? hook.metadata
        if let heartbeat = input.integer("HeartbeatTimeout") {
            guard (30...7200).contains(heartbeat) else {
                throw AutoScalingError.validation("HeartbeatTimeout must be between 30 and 7200 seconds.")
            }
            hook.heartbeat = heartbeat
        }
        if let result = input.string("DefaultResult") {
            guard ["CONTINUE", "ABANDON"].contains(result) else {
                throw AutoScalingError.validation("Invalid DefaultResult. Valid values are: CONTINUE, ABANDON")
            }
            hook.defaultResult = result
        }
        if let known { group.hooks[known] = hook } else { group.hooks.append(hook) }
        guard group.hooks.count <= 50 else {
            throw AutoScalingError.limit("A group can have at most 50 lifecycle hooks.")
        }
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let name = input.string("LifecycleHookName") ?? ""
        guard group.hooks.contains(where: { $0.name == name }) else { throw noHook(name, group) }
        group.hooks.removeAll { $0.name == name }
        // What waits for it waits no longer.
        for index in group.members.indices {
            for action in group.members[index].actions where action.hook == name {
                Hooks.complete(action.token, result: "CONTINUE", index, &group, &context)
            }
        }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        let names = Set(input.strings("LifecycleHookNames"))
        let hooks = group.hooks.filter { names.isEmpty || names.contains($0.name) }
        return Response([
            "LifecycleHooks": .list(hooks) { hook in
                [
                    "LifecycleHookName": .string(hook.name), "AutoScalingGroupName": .string(group.name),
                    "LifecycleTransition": .string(hook.transition.rawValue),
                    "NotificationTargetARN": .optional(hook.target), "RoleARN": .optional(hook.role),
                    "NotificationMetadata": .optional(hook.metadata), "HeartbeatTimeout": .integer(hook.heartbeat),
                    "GlobalTimeout": .integer(hook.globalTimeout), "DefaultResult": .string(hook.defaultResult),
                ]
            }
        ])
    }

    private static func noHook(_ name: String, _ group: AutoScalingGroup) -> ServiceError {
        AutoScalingError.validation(
            "No Lifecycle Hook found with name \(name.prefix(256)) for AutoScalingGroup \(group.name)")
    }

    /// The member and the waiting action that a request names by token or by instance.
    private static func waiting(
        _ input: Input, _ group: AutoScalingGroup
    ) throws(ServiceError) -> (index: Int, token: String) {
        let name = input.string("LifecycleHookName") ?? ""
        guard group.hooks.contains(where: { $0.name == name }) else { throw noHook(name, group) }
        let token = input.string("LifecycleActionToken")
        let instance = input.string("InstanceId")
        for (index, member) in group.members.enumerated() {
            for action in member.actions
            where action.hook == name && (token == nil || action.token == token)
                && (instance == nil || member.instanceID == instance) && (token != nil || instance != nil)
            {
                return (index, action.token)
            }
        }
        let what = token.map { "token \($0.prefix(64))" } ?? "instance ID \((instance ?? "").prefix(64))"
        throw AutoScalingError.validation("No active Lifecycle Action found with \(what)")
    }

    static func complete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let result = input.string("LifecycleActionResult") ?? ""
        guard ["CONTINUE", "ABANDON"].contains(result) else {
            throw AutoScalingError.validation("Invalid LifecycleActionResult. Valid values are: CONTINUE, ABANDON")
        }
        let (index, token) = try waiting(input, group)
        Hooks.complete(token, result: result, index, &group, &context)
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func heartbeat(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let (index, token) = try waiting(input, group)
        let heartbeat = group.hooks.first { $0.name == input.string("LifecycleHookName") }?.heartbeat ?? 3600
        for place in group.members[index].actions.indices where group.members[index].actions[place].token == token {
            group.members[index].actions[place].deadline = context.now.adding(seconds: heartbeat)
        }
        context.autoScaling.groups.insert(group)
        return .empty
    }
}
