/// Amazon EC2 Auto Scaling's records in one region.
package struct AutoScalingState: Sendable, Equatable {
    package var groups = ResourceTable<AutoScalingGroup>()
    package var launchConfigurations = ResourceTable<LaunchConfiguration>()
    package var activities = ResourceTable<ScalingActivity>()
    package var policies = ResourceTable<ScalingPolicy>()
    package var scheduledActions = ResourceTable<ScheduledAction>()
    package var refreshes = ResourceTable<InstanceRefresh>()

    package init() {}

    /// The group that an instance belongs to.
    package func group(ofInstance id: String) -> AutoScalingGroup? {
        groups.first { $0.members.contains { $0.instanceID == id } }
    }
}

extension CallContext {
    /// Auto Scaling's records in the region that was called.
    package var autoScaling: AutoScalingState {
        get { world.regions[regionIndex].autoScaling }
        _modify { yield &world.regions[regionIndex].autoScaling }
    }
}
