package import ServiceModel

/// Amazon EventBridge Scheduler's records in one region.
///
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/Welcome.html>
package struct SchedulerState: Sendable, Equatable {
    /// By name.
    package var groups = ResourceTable<ScheduleGroup>()
    /// By `Schedule.id(group:name:)`.
    package var schedules = ResourceTable<Schedule>()

    /// With the group that every account has.
    package init(region: String, accountID: String, now: Timestamp) {
        groups.insert(
            ScheduleGroup(
                name: ScheduleGroup.standard,
                arn: "arn:aws:scheduler:\(region):\(accountID):schedule-group/default", created: now))
    }
}

extension CallContext {
    /// EventBridge Scheduler's records in the region that was called.
    package var scheduler: SchedulerState {
        get { world.regions[regionIndex].scheduler }
        _modify { yield &world.regions[regionIndex].scheduler }
    }
}

/// What EventBridge Scheduler does by itself.
package enum SchedulerEvent: Sendable, Equatable {
    /// The time of a schedule.
    case tick(schedule: String, revision: Int, scheduled: Timestamp)
    /// What did not get to the target of a schedule, as it was then, is tried again.
    case retry(Schedule, scheduled: Timestamp, execution: String, retries: Int, began: Timestamp)
    /// A deleted group is gone.
    case groupDeleted(name: String)
}

/// A group of schedules.
package struct ScheduleGroup: ResourceRecord {
    /// The group of schedules that name none.
    package static let standard = "default"

    package var id: String
    package var arn: String
    package var isDeleting = false
    package var created: Timestamp
    package var tags = Tags()

    package init(name: String, arn: String, created: Timestamp) {
        id = name
        self.arn = arn
        self.created = created
    }
}

/// A schedule.
package struct Schedule: ResourceRecord {
    package var id: String
    package var name: String
    package var group: String
    package var arn: String
    /// In the words of CreateSchedule, with AWS's defaults.
    package var settings: Fields
    package var created: Timestamp
    package var modified: Timestamp
    /// Counts its changes: a tick of an earlier one is nothing.
    package var revision = 0
    package var clientToken: String?

    package init(name: String, group: String, arn: String, settings: Fields, created: Timestamp) {
        id = Self.id(group: group, name: name)
        self.name = name
        self.group = group
        self.arn = arn
        self.settings = settings
        self.created = created
        modified = created
    }

    package static func id(group: String, name: String) -> String { "\(group)/\(name)" }
    package var isEnabled: Bool { settings["State"]?.text != "DISABLED" }
}
