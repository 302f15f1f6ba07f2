import CloudState
import ServiceModel

/// Processes of a group that can be suspended.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html>
enum ProcessCalls {
    static let operations: [String: Handler] = [
        "DescribeScalingProcessTypes": .read { _, _ in
            Response(["Processes": .list(names) { ["ProcessName": .string($0)] }])
        },
        "ResumeProcesses": .write(resume),
        "SuspendProcesses": .write(suspend),
    ]

    private static let names = [
        "AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh", "Launch",
        "ReplaceUnhealthy", "ScheduledActions", "Terminate",
    ]

    private static func wanted(_ input: Input) throws(ServiceError) -> [String] {
        let wanted = input.strings("ScalingProcesses")
        if let unknown = wanted.first(where: { !names.contains($0) }) {
            throw AutoScalingError.validation(
                "\(unknown.prefix(64)) is not a valid scaling process. Valid processes are: \(names.joined(separator: ", "))"
            )
        }
        return wanted.isEmpty ? names : wanted
    }

    static func suspend(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        for name in try wanted(input) where !group.isSuspended(name) {
            group.suspended.append(.init(name: name, since: context.now))
        }
        context.autoScaling.groups.insert(group)
        return .empty
    }

    static func resume(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        let wanted = try wanted(input)
        group.suspended.removeAll { wanted.contains($0.name) }
        Engine.requestStep(&group, &context)
        context.autoScaling.groups.insert(group)
        return .empty
    }
}
