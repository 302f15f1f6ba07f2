package import ServiceModel

/// An alarm on one metric, or on an expression over several.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html>
package struct Alarm: ResourceRecord {
    package enum State: String, Sendable {
        case ok = "OK"
        case alarm = "ALARM"
        case insufficientData = "INSUFFICIENT_DATA"
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case greaterOrEqual = "GreaterThanOrEqualToThreshold"
        case greater = "GreaterThanThreshold"
        case less = "LessThanThreshold"
        case lessOrEqual = "LessThanOrEqualToThreshold"

        package func isBreached(_ value: Double, _ threshold: Double) -> Bool {
            switch self {
            case .greaterOrEqual: value >= threshold
            case .greater: value > threshold
            case .less: value < threshold
            case .lessOrEqual: value <= threshold
            }
        }

        /// As it stands in reasons, for instance `greater than the threshold`.
        package var words: String {
            switch self {
            case .greaterOrEqual: "greater than or equal to the threshold"
            case .greater: "greater than the threshold"
            case .less: "less than the threshold"
            case .lessOrEqual: "less than or equal to the threshold"
            }
        }
    }

    package var name: String
    package var arn: String
    package var description: String?
    /// Of no name where the alarm is on queries.
    package var metric: MetricKey
    /// The entries of an alarm on an expression, of which one returns the data; empty otherwise.
    package var queries: [MetricQuery] = []
    /// `Average`, `Sum`, `p99` …
    package var statistic: String
    package var unit: String?
    /// Seconds.
    package var period: Int
    package var evaluationPeriods: Int
    package var datapointsToAlarm: Int?
    package var threshold: Double
    package var comparison: Comparison
    /// `missing`, `ignore`, `breaching` or `notBreaching`; nil where it was not given, which means `missing`.
    package var missingData: String?
    package var lowSamples: String?
    package var actionsEnabled = true
    package var okActions: [String] = []
    package var alarmActions: [String] = []
    package var insufficientDataActions: [String] = []
    package var configured: Timestamp
    package var tags = Tags()

    package var state: State = .insufficientData
    package var reason = "Unchecked: Initial alarm creation"
    package var reasonData: String?
    package var stateUpdated: Timestamp
    package var stateTransitioned: Timestamp
    /// When it is evaluated next; nil while that rests.
    package var nextLook: Timestamp?
    /// How often a scaling policy was triggered in a row without any effect.
    package var idleTriggers = 0
    /// Whether its state was set by `SetAlarmState` and has not been evaluated since.
    package var isSetByHand = false

    package var id: String { name }

    /// The metrics that the alarm looks at.
    package var metrics: [MetricKey] { queries.isEmpty ? [metric] : queries.compactMap { $0.measurement?.key } }

    package init(
        name: String, arn: String, metric: MetricKey, statistic: String, period: Int, evaluationPeriods: Int,
        threshold: Double, comparison: Comparison, now: Timestamp
    ) {
        self.name = name
        self.arn = arn
        self.metric = metric
        self.statistic = statistic
        self.period = period
        self.evaluationPeriods = evaluationPeriods
        self.threshold = threshold
        self.comparison = comparison
        configured = now
        stateUpdated = now
        stateTransitioned = now
    }
}

/// A line of an alarm's history.
package struct AlarmHistoryItem: Sendable, Equatable {
    package var alarm: String
    package var isComposite: Bool
    package var time: Timestamp
    /// `ConfigurationUpdate`, `StateUpdate` or `Action`.
    package var type: String
    package var summary: String
    /// JSON text.
    package var data: String

    package init(
        alarm: String, isComposite: Bool = false, time: Timestamp, type: String, summary: String, data: String
    ) {
        self.alarm = alarm
        self.isComposite = isComposite
        self.time = time
        self.type = type
        self.summary = summary
        self.data = data
    }
}
