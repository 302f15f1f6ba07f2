/// Something that happens by itself when its time comes.
///
/// Each applies only where its resource is still in the state that it was scheduled for, so that a later call can
/// overtake it.
package enum Transition: Sendable, Equatable {
    case instance(id: String, region: String, InstanceTransition)
    /// The end of a KMS key's waiting period.
    case kmsKeyDeletion(id: String, region: String)
    /// Lifecycle rules of a bucket have something to do.
    case bucketLifecycle(bucket: String)
    case natGateway(id: String, region: String, NATGatewayTransition)
    case spotRequestFulfilled(id: String, region: String)
    case loadBalancer(arn: String, region: String, LoadBalancerTransition)
    case resource(id: String, region: String, ResourceTransition)
    /// The end of a fault that was to last so long.
    case faultEnds(id: String)
    /// Something that a service does by itself.
    case event(ServiceEvent, region: String)

    /// Whether a client waits for it: the clock jumps over such transitions when a resource is read again, but not to
    /// those that only tidy up much later.
    package var settles: Bool {
        switch self {
        case .instance(_, _, let transition): transition != .vanish
        case .kmsKeyDeletion, .bucketLifecycle: false
        case .natGateway(_, _, let transition): transition != .vanish
        case .spotRequestFulfilled, .loadBalancer: true
        case .resource(_, _, let transition): transition.settles
        case .faultEnds: false
        case .event: true
        }
    }

    /// Whether it is a service's own look at the world, which changes nothing where there is nothing to do.
    var isLook: Bool {
        guard case .event = self else { return false }
        return true
    }

    func apply(to world: inout World) {
        switch self {
        case .faultEnds(let id): world.faults.stop(id)
        case .event(let event, let region): world.automation.handle(&world, event, region)
        case .resource(let id, let region, let transition):
            let index = world.regionIndex(region)
            world.regions[index].ec2.apply(transition, to: id, now: world.now)
        case .instance(let id, let region, let transition):
            let index = world.regionIndex(region)
            let now = world.now
            let scheduled = world.regions[index].ec2.apply(transition, toInstance: id, now: now)
            if let scheduled {
                world.schedule(.instance(id: id, region: region, scheduled.transition), after: scheduled.after)
            }
        case .kmsKeyDeletion(let id, let region):
            let index = world.regionIndex(region)
            // Cancelling takes the date away; scheduling anew sets a later one.
            guard let date = world.regions[index].kms.keys[id]?.deletionDate, date <= world.now else { return }
            world.regions[index].kms.keys.remove(id)
            for alias in world.regions[index].kms.aliases where alias.keyID == id {
                world.regions[index].kms.aliases.remove(alias.id)
            }
        case .bucketLifecycle(let name): world.carryOutLifecycle(name)
        case .natGateway(let id, let region, let transition):
            let index = world.regionIndex(region)
            let now = world.now
            let scheduled = world.regions[index].ec2.apply(transition, toNATGateway: id, now: now)
            if let scheduled {
                world.schedule(.natGateway(id: id, region: region, scheduled.transition), after: scheduled.after)
            }
        case .loadBalancer(let arn, let region, let transition):
            world.apply(transition, toLoadBalancer: arn, region: region)
        case .spotRequestFulfilled(let id, let region):
            let index = world.regionIndex(region)
            world.regions[index].ec2.fulfil(id, now: world.now)
        }
    }
}
