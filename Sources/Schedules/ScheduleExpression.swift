package import ServiceModel

/// When something is to happen: `rate(…)`, `cron(…)` or `at(…)`.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>,
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>
package enum ScheduleExpression: Sendable, Equatable {
    /// Again and again after so many seconds.
    case rate(seconds: Int)
    case cron(CronExpression)
    /// Once, by the clocks of the schedule's time zone.
    case at(Timestamp)

    /// - Parameter isStrict: whether one takes the singular and more the plural, and there is no `at`: as rules want it.
    package init?(_ text: String, isStrict: Bool) {
        guard let open = text.firstIndex(of: "("), text.hasSuffix(")"), text.utf8.count <= 256 else { return nil }
        let inner = text[text.index(after: open)..<text.index(before: text.endIndex)]
        switch text[..<open] {
        case "rate":
            let words = inner.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count == 2, let count = Int(words[0]), count > 0, count <= 100_000_000,
                let seconds = Self.seconds(words[1], count, isStrict: isStrict)
            else { return nil }
            self = .rate(seconds: count * seconds)
        case "cron":
            guard let cron = CronExpression(inner) else { return nil }
            self = .cron(cron)
        case "at" where !isStrict:
            guard inner.utf8.count == 19, let time = Timestamp(iso8601: inner) else { return nil }
            self = .at(time)
        default: return nil
        }
    }

    private static func seconds(_ unit: Substring, _ count: Int, isStrict: Bool) -> Int? {
        let isPlural = unit.hasSuffix("s")
        if isStrict, isPlural == (count == 1) { return nil }
        return ["minute": 60, "hour": 3600, "day": 86_400][String(isPlural ? unit.dropLast() : unit)]
    }

    /// The first time after a moment; nil where there is none, or where the time zone is not known.
    ///
    /// - Parameters:
    ///   - start: what rates are counted from.
    ///   - zone: whose clocks `cron` and `at` speak of; nil for UTC.
    package func next(after time: Timestamp, start: Timestamp, zone: String? = nil) -> Timestamp? {
        switch self {
        case .rate(let seconds):
            let period = seconds * 1000
            let elapsed = time.milliseconds - start.milliseconds
            guard elapsed >= 0 else { return start.adding(milliseconds: period) }
            return start.adding(milliseconds: (elapsed / period + 1) * period)
        case .at(let local):
            guard let moment = Self.moment(local, zone) else { return nil }
            return moment > time ? moment : nil
        case .cron(let cron):
            guard let offset = TimeZones.offset(of: zone, at: time) else { return nil }
            var local = time.adding(milliseconds: offset)
            // Where clocks are put back, an hour comes twice; the second one does not count.
            for _ in 0..<4 {
                guard let next = cron.next(after: local), let moment = Self.moment(next, zone) else { return nil }
                if moment > time { return moment }
                local = next
            }
            return nil
        }
    }

    /// The moment at which a zone's clocks show something.
    private static func moment(_ local: Timestamp, _ zone: String?) -> Timestamp? {
        guard let first = TimeZones.offset(of: zone, at: local),
            let offset = TimeZones.offset(of: zone, at: local.adding(milliseconds: -first))
        else { return nil }
        return local.adding(milliseconds: -offset)
    }
}
