import CloudState
import Schedules
import ServiceModel

/// Scheduled actions when their time has come.
enum ScheduleRun {
    /// When an action happens next; nil where it is over.
    static func next(_ action: ScheduledAction, after now: Timestamp) throws(ServiceError) -> Timestamp? {
        guard let text = action.recurrence else {
            return action.start.flatMap { $0 > now ? $0 : nil }
        }
        let recurrence = try Recurrence(text)
        let offset = try offset(of: action.timeZone, at: now)
        if let start = action.start, start > now { return start }
        guard let next = recurrence.next(after: now.adding(milliseconds: offset)) else { return nil }
        // Summer time may begin or end in between.
        let then = try self.offset(of: action.timeZone, at: next.adding(milliseconds: -offset))
        let time = next.adding(milliseconds: -then)
        if let end = action.end, time > end { return nil }
        return time
    }

    private static func offset(of zone: String?, at time: Timestamp) throws(ServiceError) -> Int {
        guard let offset = TimeZones.offset(of: zone, at: time) else {
            throw ServiceError(
                "ValidationError", "The time zone '\(zone?.prefix(64) ?? "")' is not emulated here.",
                isNotEmulated: true)
        }
        return offset
    }

    static func schedule(_ action: ScheduledAction, _ context: inout CallContext) {
        guard let next = action.next else { return }
        context.world.schedule(
            .event(
                .autoScaling(.scheduledAction(group: action.group, name: action.name, version: action.version)),
                region: context.region),
            after: .milliseconds(next.milliseconds - context.now.milliseconds))
    }

    static func run(_ id: String, _ version: Int, _ context: inout CallContext) {
        guard var action = context.autoScaling.scheduledActions[id], action.version == version,
            var group = context.autoScaling.groups[action.group]
        else { return }
        if !group.isSuspended("ScheduledActions"), !group.isDeleting {
            var sentences = ["the scheduled action \(action.name) executed."]
            let minimum = action.minimum ?? group.minimum
            let maximum = max(action.maximum ?? group.maximum, minimum)
            let desired = min(max(action.desired ?? group.desired, minimum), maximum)
            for (what, old, new) in [
                ("min size", group.minimum, minimum), ("max size", group.maximum, maximum),
                ("desired capacity", group.desired, desired),
            ] where old != new {
                sentences.append("Setting \(what) from \(old) to \(new).")
            }
            group.minimum = minimum
            group.maximum = maximum
            if desired != group.desired {
                group.desired = desired
                group.cause = Activities.sentence(sentences.joined(separator: " "), context)
            }
            Engine.requestStep(&group, &context)
            context.autoScaling.groups.insert(group)
        }
        action.next = action.recurrence == nil ? nil : (try? next(action, after: context.now)) ?? nil
        if action.next == nil {
            context.autoScaling.scheduledActions.remove(id)
        } else {
            context.autoScaling.scheduledActions.insert(action)
            schedule(action, &context)
        }
        context.world.wake()
    }
}
