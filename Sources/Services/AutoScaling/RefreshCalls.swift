import CloudState
import ServiceModel

/// Instance refreshes.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html>
enum RefreshCalls {
    static let operations: [String: Handler] = [
        "CancelInstanceRefresh": .write(cancel),
        "DescribeInstanceRefreshes": .read(describe),
        "RollbackInstanceRefresh": .write(rollBack),
        "StartInstanceRefresh": .write(start),
    ]

    static func start(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        guard context.autoScaling.activeRefresh(of: group) == nil else {
            throw ServiceError(
                "InstanceRefreshInProgress",
                "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.")
        }
        guard input.string("Strategy") ?? "Rolling" == "Rolling" else {
            throw ServiceError(
                "ValidationError", "The strategy ReplaceRootVolume is not emulated here.", isNotEmulated: true)
        }
        let id = context.world.ids.uuid("\(context.region)/autoscaling/refresh")
        var preferences = input.structure("Preferences")?.fields ?? Fields()
        for (name, range) in [("MinHealthyPercentage", 0...100), ("MaxHealthyPercentage", 100...200)] {
            guard let value = input.structure("Preferences")?.integer(name) else { continue }
            guard range.contains(value) else {
                throw AutoScalingError.validation(
                    "\(name) must be between \(range.lowerBound) and \(range.upperBound).")
            }
        }
        let checkpoints = input.structure("Preferences")?.integers("CheckpointPercentages") ?? []
        guard zip(checkpoints, checkpoints.dropFirst()).allSatisfy({ $0 < $1 }),
            checkpoints.allSatisfy({ (1...100).contains($0) })
        else {
            throw AutoScalingError.validation("CheckpointPercentages must be in ascending order, between 1 and 100.")
        }
        // What the request leaves out is the group's instance maintenance policy's, or else AWS's default.
        let policy = group.more["InstanceMaintenancePolicy"]?.fields
        for (name, usual) in [("MinHealthyPercentage", 90), ("MaxHealthyPercentage", 100)]
        where preferences[name] == nil {
            preferences[name] = policy?[name] ?? .integer(usual)
        }
        if preferences["SkipMatching"] == nil { preferences["SkipMatching"] = false }
        var refresh = InstanceRefresh(
            id: id, group: group.name, start: context.now, preferences: preferences, previous: group.source)
        if let desired = input.structure("DesiredConfiguration") {
            refresh.desired = desired.fields
            if let source = try GroupRules.source(desired: desired, context) {
                group.source = source
                try GroupRules.probe(group, context)
                context.autoScaling.groups.insert(group)
            }
        }
        refresh.remaining = RefreshRun.instances(toReplaceIn: group, refresh, context)
        refresh.total = refresh.remaining.count
        context.autoScaling.refreshes.insert(refresh)
        RefreshRun.schedule(refresh, after: .seconds(1), &context)
        return Response(["InstanceRefreshId": .string(id)])
    }

    static func cancel(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        guard var refresh = context.autoScaling.activeRefresh(of: group), refresh.status != "Cancelling" else {
            throw noneActive
        }
        refresh.status = "Cancelling"
        refresh.reason = "Cancelled due to a user request."
        context.autoScaling.refreshes.insert(refresh)
        RefreshRun.schedule(refresh, after: .seconds(1), &context)
        return Response(["InstanceRefreshId": .string(refresh.id)])
    }

    private static var noneActive: ServiceError {
        ServiceError(
            "ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for Auto Scaling group")
    }

    static func rollBack(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try context.group(input)
        guard var refresh = context.autoScaling.activeRefresh(of: group), refresh.status != "Cancelling" else {
            throw noneActive
        }
        guard refresh.desired != nil else {
            throw ServiceError(
                "IrreversibleInstanceRefresh",
                "The instance refresh can't be rolled back: it has no desired configuration.")
        }
        group.source = refresh.previous
        refresh.status = "RollbackInProgress"
        refresh.rollbackStart = context.now
        refresh.rollbackReason = "Rolled back due to a user request."
        refresh.remaining = group.members.filter { $0.launched >= refresh.start && $0.state.countsAsCapacity }.map(
            \.instanceID)
        refresh.total = refresh.remaining.count
        context.autoScaling.groups.insert(group)
        context.autoScaling.refreshes.insert(refresh)
        RefreshRun.schedule(refresh, after: .seconds(1), &context)
        return Response(["InstanceRefreshId": .string(refresh.id)])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try context.group(input)
        let ids = Set(input.strings("InstanceRefreshIds"))
        let all = context.autoScaling.refreshes.filter {
            $0.group == group.name && (ids.isEmpty || ids.contains($0.id))
        }
        let (page, token) = try Paging.page(all.reversed(), input, usual: 50, most: 100)
        return Response(["InstanceRefreshes": .list(page, view), "NextToken": token])
    }

    private static func view(_ refresh: InstanceRefresh) -> Value {
        let done = refresh.total - refresh.remaining.count
        let percentage = refresh.total == 0 ? (refresh.isActive ? 0 : 100) : 100 * done / refresh.total
        return [
            "InstanceRefreshId": .string(refresh.id), "AutoScalingGroupName": .string(refresh.group),
            "Status": .string(refresh.status), "StatusReason": .optional(refresh.reason),
            "StartTime": .timestamp(refresh.start), "EndTime": refresh.end.map(Value.timestamp),
            "PercentageComplete": refresh.status == "Pending" ? nil : .integer(percentage),
            "InstancesToUpdate": .integer(refresh.remaining.count), "Preferences": .structure(refresh.preferences),
            "DesiredConfiguration": refresh.desired.map(Value.structure),
            "RollbackDetails": refresh.rollbackStart.map { start in
                [
                    "RollbackReason": .optional(refresh.rollbackReason), "RollbackStartTime": .timestamp(start),
                    "InstancesToUpdateOnRollback": .integer(refresh.remaining.count),
                ]
            },
        ]
    }
}

extension GroupRules {
    /// What a refresh's desired configuration launches from. Its shape has no launch configurations.
    static func source(desired: Input, _ context: CallContext) throws(ServiceError) -> AutoScalingGroup.Source? {
        if let specification = desired.structure("LaunchTemplate") {
            return .template(try template(specification, context))
        }
        guard let policy = desired.structure("MixedInstancesPolicy") else { return nil }
        return try mixed(policy, context)
    }
}

extension AutoScalingState {
    /// The refresh of a group that is under way.
    func activeRefresh(of group: AutoScalingGroup) -> InstanceRefresh? {
        refreshes.first { $0.group == group.name && $0.isActive }
    }
}
