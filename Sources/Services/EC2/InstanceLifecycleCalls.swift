import CloudState
import ServiceModel

/// StartInstances, StopInstances, RebootInstances and TerminateInstances.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>
enum InstanceLifecycleCalls {
    static let operations: [String: Handler] = [
        "StartInstances": .write(start),
        "StopInstances": .write(stop),
        "RebootInstances": .write(reboot),
        "TerminateInstances": .write(terminate),
    ]

    /// The instances of a request, all of which must be there; nothing is changed otherwise.
    private static func named(_ input: Input, _ context: CallContext) throws(ServiceError) -> [Instance] {
        let ids = input.strings("InstanceIds")
        guard !ids.isEmpty else { throw EC2Error.missingParameter("InstanceId") }
        return try DescribeInstances.listing.records(ids, in: context.ec2.instances)
    }

    private static func change(_ instance: Instance, from previous: InstanceState) -> Value {
        [
            "CurrentState": InstanceViews.stateView(instance.state), "InstanceId": .string(instance.id),
            "PreviousState": InstanceViews.stateView(previous),
        ]
    }

    private static func enter(
        _ state: InstanceState, _ instance: inout Instance, then transition: (Int) -> InstanceTransition,
        after duration: Duration, toHibernate: Bool = false, _ context: inout CallContext
    ) {
        context.ec2.move(&instance, to: state, now: context.now, toHibernate: toHibernate)
        context.world.schedule(
            .instance(id: instance.id, region: context.region, transition(instance.generation)), after: duration)
    }

    static func start(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instances = try named(input, context)
        for instance in instances where ![.stopped, .running, .pending].contains(instance.state) {
            throw EC2Error.incorrectState(instance, "started")
        }
        for instance in instances where instance.state == .stopped {
            guard instance.blockDevices.contains(where: { $0.deviceName == instance.rootDeviceName }) else {
                throw EC2Error.invalidParameter(
                    "Invalid value '\(instance.id)' for instanceId. Instance does not have a volume attached at root (\(instance.rootDeviceName))"
                )
            }
        }
        var changes: [Value] = []
        for var instance in instances {
            let previous = instance.state
            if previous == .stopped {
                instance.capacityReservationID = try CapacityReservations.place(for: instance, context)
                try checkRoom(for: instance, context)
                // It comes up on another host, with another borrowed address.
                instance.launchTime = context.now
                instance.stateTransitionReason = ""
                instance.stateReason = nil
                lendAddresses(to: instance, &context)
                enter(.pending, &instance, then: InstanceTransition.started, after: Timings.instanceStart, &context)
            }
            changes.append(change(instance, from: previous))
        }
        return Response(["StartingInstances": .list(changes)])
    }

    /// A stopped instance has no claim on the hardware that it had.
    private static func checkRoom(for instance: Instance, _ context: CallContext) throws(ServiceError) {
        let isSpot = instance.spotRequestID != nil
        guard
            instance.capacityReservationID != nil
                || context.world.capacity.has(instance.type, region: context.region, zone: instance.zone)
        else {
            throw LaunchCapacity.insufficient("Insufficient capacity.")
        }
        guard
            LaunchCapacity.quotaRoom(instance.type, vCPUs: instance.vCPUs, isSpot: isSpot, context) >= 1
        else { throw LaunchCapacity.quotaExceeded(instance.type, isSpot: isSpot, context) }
        if let name = instance.placementGroup, let type = InstanceType.named(instance.type) {
            let group = try PlacementGroupCalls.named(name, context)
            _ = try LaunchCapacity.groupRoom(group, type, zone: instance.zone, context)
        }
    }

    private static func lendAddresses(to instance: Instance, _ context: inout CallContext) {
        for id in instance.networkInterfaceIDs {
            guard let interface = context.ec2.networkInterfaces[id], interface.borrowsPublicAddress,
                let primary = interface.addresses.firstIndex(where: \.isPrimary),
                interface.addresses[primary].association == nil
            else { continue }
            let address = LaunchNetwork.borrowedAddress(&context)
            context.ec2.networkInterfaces.update(id) { $0.addresses[primary].association = address }
        }
    }

    static func stop(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instances = try named(input, context)
        let hibernates = input.boolean("Hibernate") ?? false
        let force = input.boolean("Force") ?? false
        guard !(hibernates && force) else {
            throw EC2Error.invalidCombination("Cannot specify both 'force' and 'hibernate'.")
        }
        for instance in instances {
            guard [.running, .stopping, .stopped].contains(instance.state) || (force && instance.state == .pending)
            else {
                throw EC2Error.incorrectState(instance, "stopped")
            }
            guard !instance.stopProtection || instance.state != .running else {
                throw ServiceError(
                    "OperationNotPermitted",
                    "The instance '\(instance.id)' may not be stopped. Modify its 'disableApiStop' instance attribute and try again."
                )
            }
            guard !hibernates || instance.isHibernationEnabled else {
                throw ServiceError(
                    "UnsupportedHibernationConfiguration",
                    "Instance '\(instance.id)' is not configured for hibernation")
            }
            if let request = instance.spotRequestID.flatMap({ context.ec2.spotRequests[$0] }),
                request.type == "one-time"
            {
                throw ServiceError(
                    "UnsupportedOperation",
                    "You can't stop the Spot Instance '\(instance.id)' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests."
                )
            }
        }
        var changes: [Value] = []
        for var instance in instances {
            let previous = instance.state
            // Force hurries on an instance that is already stopping.
            if previous == .running || previous == .pending || (force && previous == .stopping) {
                instance.stateTransitionReason = "User initiated (\(initiated(context.now)))"
                instance.stateReason = Instance.StateReason(
                    code: hibernates ? "Client.UserInitiatedHibernate" : "Client.UserInitiatedShutdown",
                    message: hibernates
                        ? "Client.UserInitiatedHibernate: User initiated hibernate"
                        : "Client.UserInitiatedShutdown: User initiated shutdown")
                enter(
                    .stopping, &instance, then: InstanceTransition.stopped,
                    after: hibernates
                        ? Timings.instanceHibernate : force ? Timings.instanceForceStop : Timings.instanceStop,
                    toHibernate: hibernates, &context)
            }
            changes.append(change(instance, from: previous))
        }
        return Response(["StoppingInstances": .list(changes)])
    }

    static func reboot(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instances = try named(input, context)
        for instance in instances where instance.state != .running {
            throw EC2Error.incorrectState(instance, "rebooted")
        }
        // A reboot keeps host, addresses and instance store, and the state stays `running`.
        for instance in instances { context.ec2.instances.update(instance.id) { $0.reboot() } }
        return .empty
    }

    static func terminate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let instances = try named(input, context)
        for instance in instances where instance.terminationProtection && instance.state != .terminated {
            throw ServiceError(
                "OperationNotPermitted",
                "The instance '\(instance.id)' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
            )
        }
        var changes: [Value] = []
        for var instance in instances {
            let previous = instance.state
            if previous != .terminated, previous != .shuttingDown {
                instance.stateTransitionReason = "User initiated (\(initiated(context.now)))"
                instance.stateReason = Instance.StateReason(
                    code: "Client.UserInitiatedShutdown",
                    message: "Client.UserInitiatedShutdown: User initiated shutdown")
                enter(
                    .shuttingDown, &instance, then: InstanceTransition.terminated, after: Timings.instanceTerminate,
                    &context)
            }
            changes.append(change(instance, from: previous))
        }
        return Response(["TerminatingInstances": .list(changes)])
    }

    /// `2026-11-23 18:00:57 GMT`.
    private static func initiated(_ time: Timestamp) -> String {
        time.iso8601Seconds.replacing("T", with: " ").replacing("Z", with: " GMT")
    }
}
