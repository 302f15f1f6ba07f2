import CloudState
import ServiceModel

/// Launches the instances that a group lacks, spread over its zones.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.InstanceUsage>
enum Launching {
    /// Why instances are launched: the last sentence of their activities' cause.
    enum Reason {
        case difference, replacement, refresh, rebalancing(zones: [String])
    }

    /// A group whose desired capacity was not changed lacks instances because some were not healthy.
    static func reason(_ group: AutoScalingGroup, _ context: CallContext) -> Reason {
        guard group.cause.isEmpty else { return .difference }
        return context.autoScaling.activeRefresh(of: group) == nil ? .replacement : .refresh
    }

    /// Launches so much capacity; where a zone has none to give, in the others.
    static func launch(
        _ units: Int, _ group: inout AutoScalingGroup, reason: Reason, only zones: [String]? = nil,
        _ context: inout CallContext
    ) {
        let now = context.now
        let cause = cause(reason, group, count: units, context)
        group.zoneFailures.removeAll { $0.retryAt <= now }
        var missing = units
        var failed: Set<String> = Set(group.zoneFailures.map(\.zone))
        // Each round has one zone less.
        for _ in 0...group.zones.count {
            let open = (zones ?? group.zones).filter { !failed.contains($0) }
            guard missing > 0, !open.isEmpty else { return }
            let before = missing
            for (zone, count) in Balance.plan(missing, over: open, group) {
                let purchases = MixedInstances.purchases(count, in: group, context)
                for purchase in purchases {
                    let launched = launch(purchase, in: zone, &group, cause: cause, &context)
                    missing -= launched
                    if launched < purchase.units {
                        failed.insert(zone)
                        group.zoneFailures.append(
                            .init(zone: zone, retryAt: now.adding(milliseconds: Engine.retry.milliseconds)))
                        break
                    }
                }
            }
            if missing == before, failed.count >= group.zones.count { return }
        }
    }

    /// Launches one kind of instances in a zone, and gives the capacity that came of it.
    private static func launch(
        _ purchase: MixedInstances.Purchase, in zone: String, _ group: inout AutoScalingGroup, cause: String,
        _ context: inout CallContext
    ) -> Int {
        var missing = purchase.units
        var lastError: ServiceError?
        let subnet = Balance.subnet(in: zone, group, context)
        for candidate in purchase.candidates where missing > 0 {
            do throws(ServiceError) {
                let type = candidate.type ?? LaunchParameters.type(of: group.source, context)
                guard
                    context.world.faults.shortage(
                        zone: zone, region: context.region, of: .autoScaling, group: group.name, now: context.now)
                        == nil
                else { throw insufficient(type, zone) }
                // An answer with fewer instances than asked for says that something has run out; asked again, EC2 says
                // what.
                while missing > 0 {
                    let count = (missing + candidate.weight - 1) / candidate.weight
                    let parameters = LaunchParameters.request(
                        group, candidate, zone: zone, subnet: subnet, count: count, isSpot: purchase.isSpot, context)
                    let answer = try context.call("ec2", "RunInstances", .structure(parameters))
                    let made = admit(answer, candidate, zone: zone, isSpot: purchase.isSpot, &group, cause, &context)
                    guard made > 0 else { break }
                    missing -= made * candidate.weight
                }
            } catch {
                lastError = error
            }
        }
        if missing > 0, let lastError {
            let message = "\(lastError.message) Launching EC2 instance failed."
            Activities.fail(
                "Launching a new EC2 instance", cause, message, group,
                zone: zone, subnet: subnet, &context)
        }
        return purchase.units - max(0, missing)
    }

    private static func insufficient(_ type: String, _ zone: String) -> ServiceError {
        ServiceError(
            "InsufficientInstanceCapacity",
            "We currently do not have sufficient \(type) capacity in the Availability Zone you requested (\(zone)). Our system will be working on provisioning additional capacity. You can currently get \(type) capacity by not specifying an Availability Zone in your request or choosing another Availability Zone.",
            status: 500, fault: .receiver)
    }

    /// Takes the instances of an answer into the group.
    private static func admit(
        _ answer: Fields, _ candidate: MixedInstances.Candidate, zone: String, isSpot: Bool,
        _ group: inout AutoScalingGroup, _ cause: String, _ context: inout CallContext
    ) -> Int {
        let instances = answer["Instances"]?.elements ?? []
        let reference = candidate.template ?? LaunchParameters.template(of: group.source)
        let template = reference.map { reference in
            var resolved = reference
            resolved.version = LaunchParameters.version(of: reference, context).map { "\($0)" } ?? reference.version
            return resolved
        }
        var configuration: String?
        if case .configuration(let name) = group.source { configuration = name }
        let tags = group.tags.filter(\.propagates)
        group.members.reserveCapacity(group.members.count + instances.count)
        for entry in instances {
            guard let id = entry["InstanceId"]?.text, let instance = context.ec2.instances[id] else { continue }
            context.ec2.instances.update(id) { record in
                record.tags["aws:autoscaling:groupName"] = group.name
                for tag in tags { record.tags[tag.key] = tag.value }
            }
            let activity = Activities.open(
                "Launching a new EC2 instance: \(id)", cause, group, zone: zone, subnet: instance.subnetID,
                progress: 30,
                &context)
            var member = GroupMember(
                instanceID: id, zone: instance.zone, type: instance.type, imageID: instance.imageID,
                weight: candidate.weight, showsWeight: candidate.showsWeight, isProtected: group.protectsNewInstances,
                launched: context.now, activityID: activity)
            member.configuration = configuration
            member.template = template
            member.isSpot = isSpot
            group.members.append(member)
        }
        Engine.requestStep(
            &group, after: Timings.instanceStart + .seconds(1), &context)
        return instances.count
    }

    private static func cause(
        _ reason: Reason, _ group: AutoScalingGroup, count: Int, _ context: CallContext
    ) -> String {
        let capacity = group.capacity
        switch reason {
        case .difference:
            return Activities.cause(
                group.cause,
                Activities.sentence(
                    "an instance was started in response to a difference between desired and actual capacity, increasing the capacity from \(capacity) to \(capacity + count).",
                    context))
        case .replacement:
            return Activities.sentence(
                "an instance was launched in response to an unhealthy instance needing to be replaced.", context)
        case .refresh:
            return Activities.sentence("an instance was launched in response to an instance refresh.", context)
        case .rebalancing(let zones):
            return Activities.sentence(
                "instances were launched to balance instances in zones \(zones.joined(separator: " ")) with other zones resulting in more than desired number of instances in the group.",
                context)
        }
    }
}
