package import ServiceModel

/// When a delivery that failed is tried again.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html>,
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html>
package struct RetryPolicy: Sendable {
    /// What comes after a failure.
    package enum Step: Sendable, Equatable {
        /// Another attempt, in so many seconds.
        case again(after: Int)
        /// None; which of the policy's limits is the reason, as dead letters say it.
        case exhausted(String)
    }

    private static let longestDelay = 480

    private let attempts: Int
    private let age: Int

    /// - Parameter settings: `RetryPolicy` in the words of PutTargets or CreateSchedule; nil for AWS's defaults.
    package init(_ settings: Value?) {
        attempts = settings?["MaximumRetryAttempts"]?.number ?? 185
        age = settings?["MaximumEventAgeInSeconds"]?.number ?? 86_400
    }

    /// - Parameters:
    ///   - retries: attempts after the first one that have failed.
    ///   - age: seconds since the first one.
    package func next(retries: Int, age: Int) -> Step {
        guard retries < attempts else { return .exhausted("MaximumRetryAttempts") }
        // The backoff is exponential, how steep AWS does not say: 185 attempts fit into a day.
        let delay = retries < 9 ? 1 << retries : Self.longestDelay
        return age + delay > self.age ? .exhausted("MaximumEventAgeInSeconds") : .again(after: delay)
    }
}
