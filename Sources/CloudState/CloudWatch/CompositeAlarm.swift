package import ServiceModel

/// An alarm that follows from other alarms' states.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html>
package struct CompositeAlarm: ResourceRecord {
    /// An alarm that keeps the actions from being taken while it rings. It is kept and shown: the actions that a composite
    /// alarm can have lead out of what is emulated.
    package struct Suppressor: Sendable, Equatable {
        package var alarm: String
        /// Seconds.
        package var wait: Int
        /// Seconds.
        package var `extension`: Int

        package init(alarm: String, wait: Int, extension: Int) {
            self.alarm = alarm
            self.wait = wait
            self.extension = `extension`
        }
    }

    package var name: String
    package var arn: String
    package var description: String?
    /// `ALARM("one") AND NOT OK(two)`.
    package var rule: String
    package var actionsEnabled = true
    package var okActions: [String] = []
    package var alarmActions: [String] = []
    package var insufficientDataActions: [String] = []
    package var suppressor: Suppressor?
    package var configured: Timestamp
    package var tags = Tags()

    package var state: Alarm.State = .insufficientData
    package var reason = ""
    package var reasonData: String?
    package var stateUpdated: Timestamp
    package var stateTransitioned: Timestamp

    package var id: String { name }

    package init(name: String, arn: String, rule: String, now: Timestamp) {
        self.name = name
        self.arn = arn
        self.rule = rule
        configured = now
        stateUpdated = now
        stateTransitioned = now
    }
}

/// A page of graphs: what it shows is a document of CloudWatch's own, which is kept as it came.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>
package struct Dashboard: ResourceRecord {
    package var name: String
    package var arn: String
    package var body: String
    package var modified: Timestamp

    package var id: String { name }

    package init(name: String, arn: String, body: String, modified: Timestamp) {
        self.name = name
        self.arn = arn
        self.body = body
        self.modified = modified
    }
}
