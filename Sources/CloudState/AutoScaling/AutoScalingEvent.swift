/// What Auto Scaling does by itself for one group.
package enum AutoScalingEvent: Sendable, Equatable {
    /// The periodic look: health, and whether there are as many instances as wanted.
    case look(group: String)
    /// An instance has reached the group's maximum lifetime.
    case expiry(group: String)
    /// Something that was begun may have gone on: an instance runs, a target is healthy, a load balancer has drained.
    case step(group: String)
    /// A lifecycle hook was not answered in time.
    case hookTimeout(group: String, instanceID: String, token: String)
    /// The time of a scheduled action.
    case scheduledAction(group: String, name: String, version: Int)
    /// An instance refresh goes on.
    case refresh(group: String, id: String)
}
