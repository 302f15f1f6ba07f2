package import CloudState

/// What steps make of a capacity.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html>
package enum StepAdjustment {
    /// What is wrong with the steps of a policy; nil where nothing is.
    package static func problem(_ steps: [ScalingPolicy.Step]) -> String? {
        guard !steps.isEmpty else {
            return "At least one StepAdjustment must be specified for policy type StepScaling"
        }
        let sorted = steps.sorted { ($0.lower ?? -.infinity) < ($1.lower ?? -.infinity) }
        for step in sorted where (step.lower ?? -.infinity) >= (step.upper ?? .infinity) {
            return "The lower bound of a step adjustment must be less than its upper bound."
        }
        for (one, next) in zip(sorted, sorted.dropFirst()) where (one.upper ?? .infinity) > (next.lower ?? -.infinity) {
            return "Step adjustment intervals can't overlap"
        }
        for (one, next) in zip(sorted, sorted.dropFirst()) where one.upper != next.lower {
            return "Step adjustment intervals can't have gaps between them"
        }
        return nil
    }

    /// A capacity after an adjustment.
    ///
    /// - Parameter magnitude: what a percentage changes it by at least.
    package static func adjusted(_ current: Int, _ type: String, _ adjustment: Int, _ magnitude: Int?) -> Int {
        switch type {
        case "ExactCapacity": return adjustment
        case "PercentChangeInCapacity":
            let exact = min(max(Double(current) * Double(adjustment) / 100, -1e9), 1e9)
            // Between 0 and 1 it is 1, otherwise it is rounded towards zero.
            var change = exact != 0 && abs(exact) < 1 ? (exact > 0 ? 1 : -1) : Int(exact.rounded(.towardZero))
            if let magnitude, abs(change) < magnitude, change != 0 {
                change = change > 0 ? min(magnitude, 1_000_000_000) : -min(magnitude, 1_000_000_000)
            }
            return current + change
        default:
            let (sum, overflow) = current.addingReportingOverflow(adjustment)
            return overflow ? current : sum
        }
    }

    /// The step for how far the metric is beyond the threshold. Above it lower bounds are inclusive, below it upper ones.
    package static func step(for breach: Double, _ steps: [ScalingPolicy.Step]) -> ScalingPolicy.Step? {
        steps.first { step in
            let lower = step.lower ?? -.infinity
            let upper = step.upper ?? .infinity
            return breach >= 0 && (step.upper ?? 1) > 0
                ? breach >= lower && breach < upper : breach > lower && breach <= upper
        }
    }
}
