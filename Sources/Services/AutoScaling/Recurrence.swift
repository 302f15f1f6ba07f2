import ServiceModel

/// A recurring time in the five fields of cron: minute, hour, day of the month, month, day of the week.
///
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html#scheduled-scaling-recurring-schedules>
struct Recurrence {
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    private let weekdays: Set<Int>
    private let anyDay: Bool
    private let anyWeekday: Bool

    init(_ text: String) throws(ServiceError) {
        let fields = text.split(separator: " ").map(String.init)
        let invalid = AutoScalingError.validation("Given recurrence string:\(text.prefix(128)) is invalid")
        guard fields.count == 5, text.utf8.count <= 255 else { throw invalid }
        let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        guard let minutes = Self.values(fields[0], 0...59), let hours = Self.values(fields[1], 0...23),
            let days = Self.values(fields[2], 1...31), let months = Self.values(fields[3], 1...12, names, first: 1),
            let weekdays = Self.values(fields[4], 0...7, dayNames, first: 0)
        else { throw invalid }
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.months = months
        // Sunday is 0 and 7.
        self.weekdays = Set(weekdays.map { $0 % 7 })
        anyDay = fields[2] == "*"
        anyWeekday = fields[4] == "*"
    }

    private static func values(
        _ field: String, _ range: ClosedRange<Int>, _ names: [String] = [], first: Int = 0
    ) -> Set<Int>? {
        func number(_ text: Substring) -> Int? {
            if let index = names.firstIndex(of: text.lowercased()) { return index + first }
            return Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
        var values: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let head = pieces.first, let step = pieces.count == 2 ? Int(pieces[1]) : 1, step > 0 else {
                return nil
            }
            let bounds = head.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            var low = range.lowerBound
            var high = range.upperBound
            if head != "*" {
                guard let start = bounds.first.flatMap(number) else { return nil }
                low = start
                if bounds.count == 2 {
                    guard let end = number(bounds[1]) else { return nil }
                    high = end
                } else if pieces.count == 1 {
                    high = start
                }
            }
            guard low <= high else { return nil }
            for value in stride(from: low, through: high, by: step) { values.insert(value) }
        }
        return values
    }

    /// The first such minute after a moment; nil where there is none within eight years, for instance on 31 February.
    func next(after time: Timestamp) -> Timestamp? {
        let start = time.components
        var day = Timestamp(year: start.year, month: start.month, day: start.day)
        for _ in 0..<(366 * 8) {
            let parts = day.components
            // 1970-01-01 was a Thursday.
            let weekday = ((day.milliseconds / 86_400_000) % 7 + 11) % 7
            // Cron's rule: where both days are restricted, either will do.
            let fits =
                anyDay || anyWeekday
                ? days.contains(parts.day) && weekdays.contains(weekday)
                : days.contains(parts.day) || weekdays.contains(weekday)
            if months.contains(parts.month), fits {
                for hour in hours.sorted() {
                    for minute in minutes.sorted() {
                        let candidate = day.adding(seconds: hour * 3600 + minute * 60)
                        if candidate > time { return candidate }
                    }
                }
            }
            day = day.adding(seconds: 86_400)
        }
        return nil
    }
}
