package import ServiceModel

/// A recurring time in AWS's six fields: minutes, hours, day of the month, month, day of the week, year.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-cron-expressions>
package struct CronExpression: Sendable, Equatable {
    private enum Day: Sendable, Equatable {
        /// `?`
        case open
        case values(Set<Int>)
        /// `L` of a month, with so many days before it.
        case last(Int)
        /// `3W`: the weekday that is nearest; nil for `LW`.
        case nearestWeekday(Int?)
        /// `6L`: the last such day of the week.
        case lastOf(Int)
        /// `6#3`: the third one.
        case nth(Int, Int)
    }

    private let minutes: [Int]
    private let hours: [Int]
    private let day: Day
    private let months: Set<Int>
    private let weekday: Day
    private let years: Set<Int>?

    package init?(_ text: Substring) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        let monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        let dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        guard fields.count == 6, let minutes = Self.values(fields[0], 0...59),
            let hours = Self.values(fields[1], 0...23), let months = Self.values(fields[3], 1...12, monthNames),
            let day = Self.day(fields[2]), let weekday = Self.weekday(fields[4], dayNames)
        else { return nil }
        // One of the two says nothing.
        guard (day == .open) != (weekday == .open) else { return nil }
        if fields[5] == "*" {
            years = nil
        } else {
            guard let years = Self.values(fields[5], 1970...2199) else { return nil }
            self.years = years
        }
        self.minutes = minutes.sorted()
        self.hours = hours.sorted()
        self.months = months
        self.day = day
        self.weekday = weekday
    }

    private static func day(_ field: String) -> Day? {
        switch field {
        case "?": return .open
        case "L": return .last(0)
        case "LW", "WL": return .nearestWeekday(nil)
        default: break
        }
        if field.hasPrefix("L-") { return Int(field.dropFirst(2)).flatMap { (0...30).contains($0) ? .last($0) : nil } }
        if field.hasSuffix("W") {
            return Int(field.dropLast()).flatMap { (1...31).contains($0) ? .nearestWeekday($0) : nil }
        }
        return values(field, 1...31).map(Day.values)
    }

    private static func weekday(_ field: String, _ names: [String]) -> Day? {
        if field == "?" { return .open }
        func number(_ text: some StringProtocol) -> Int? {
            if let place = names.firstIndex(of: text.uppercased()) { return place + 1 }
            return Int(text).flatMap { (1...7).contains($0) ? $0 : nil }
        }
        if field == "L" { return .values([7]) }
        if field.hasSuffix("L") { return number(field.dropLast()).map(Day.lastOf) }
        let parts = field.split(separator: "#", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let day = number(parts[0]), let nth = Int(parts[1]), (1...5).contains(nth) else { return nil }
            return .nth(day, nth)
        }
        return values(field, 1...7, names).map(Day.values)
    }

    private static func values(_ field: String, _ range: ClosedRange<Int>, _ names: [String] = []) -> Set<Int>? {
        func number(_ text: Substring) -> Int? {
            if let place = names.firstIndex(of: text.uppercased()) { return place + range.lowerBound }
            return Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
        var values: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let head = pieces.first, let step = pieces.count == 2 ? Int(pieces[1]) : 1, step > 0 else {
                return nil
            }
            var (low, high) = (range.lowerBound, range.upperBound)
            if head != "*" {
                let bounds = head.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
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

    /// The first such minute after a moment; nil where there is none.
    package func next(after time: Timestamp) -> Timestamp? {
        let start = time.components
        var (year, month) = (start.year, start.month)
        // The rarest of days, 29 February on a certain day of the week, comes again within 40 years.
        for _ in 0..<(12 * 41) {
            if months.contains(month), years?.contains(year) ?? true {
                let first = Timestamp(year: year, month: month, day: 1)
                let count = Self.days(year, month)
                for day in days(first, count).sorted() {
                    let midnight = first.adding(seconds: (day - 1) * 86_400)
                    guard midnight.adding(seconds: 86_400) > time else { continue }
                    for hour in hours {
                        for minute in minutes {
                            let candidate = midnight.adding(seconds: hour * 3600 + minute * 60)
                            if candidate > time { return candidate }
                        }
                    }
                }
            }
            if let last = years?.max(), year > last { return nil }
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        }
        return nil
    }

    private static func days(_ year: Int, _ month: Int) -> Int {
        let next =
            month == 12 ? Timestamp(year: year + 1, month: 1, day: 1) : Timestamp(year: year, month: month + 1, day: 1)
        return (next.milliseconds - Timestamp(year: year, month: month, day: 1).milliseconds) / 86_400_000
    }

    /// The days of a month on which it is.
    private func days(_ first: Timestamp, _ count: Int) -> [Int] {
        // 1970-01-01 was a Thursday; Sunday is 1.
        func weekday(_ day: Int) -> Int { ((first.milliseconds / 86_400_000 + day - 1) % 7 + 11) % 7 + 1 }
        let all = 1...count
        switch day {
        case .open: break
        case .values(let values): return all.filter(values.contains)
        case .last(let before): return count - before >= 1 ? [count - before] : []
        case .nearestWeekday(let wanted):
            let wanted = wanted ?? count
            guard wanted <= count else { return [] }
            switch weekday(wanted) {
            case 7: return [wanted > 1 ? wanted - 1 : wanted + 2]
            case 1: return [wanted < count ? wanted + 1 : wanted - 2]
            default: return [wanted]
            }
        case .lastOf, .nth: return []
        }
        switch self.weekday {
        case .values(let values): return all.filter { values.contains(weekday($0)) }
        case .lastOf(let wanted): return all.filter { weekday($0) == wanted && $0 + 7 > count }
        case .nth(let wanted, let nth): return all.filter { weekday($0) == wanted && ($0 - 1) / 7 + 1 == nth }
        case .open, .last, .nearestWeekday: return []
        }
    }
}
