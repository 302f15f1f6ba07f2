import Schedules
import ServiceModel
import Testing

/// Times that come again.
struct ScheduleTests {
    /// The next times after 2026-09-01T08:00:00Z, a Tuesday.
    private func times(_ text: String, _ count: Int = 1, zone: String? = nil) -> [String] {
        let start = Timestamp(year: 2026, month: 9, day: 1, hour: 8)
        guard let expression = ScheduleExpression(text, isStrict: false) else { return ["invalid"] }
        var found: [String] = []
        var time = start
        while found.count < count, let next = expression.next(after: time, start: start, zone: zone) {
            found.append(next.iso8601Seconds)
            time = next
        }
        return found
    }

    @Test(arguments: [
        ("rate(5 minutes)", "2026-09-01T08:05:00Z"), ("rate(1 hour)", "2026-09-01T09:00:00Z"),
        ("rate(2 days)", "2026-09-03T08:00:00Z"), ("cron(0 10 * * ? *)", "2026-09-01T10:00:00Z"),
        ("cron(15 12 * * ? *)", "2026-09-01T12:15:00Z"), ("cron(0 18 ? * MON-FRI *)", "2026-09-01T18:00:00Z"),
        ("cron(0 8 1 * ? *)", "2026-10-01T08:00:00Z"), ("cron(0/15 * * * ? *)", "2026-09-01T08:15:00Z"),
        ("cron(0/5 8-17 ? * MON-FRI *)", "2026-09-01T08:05:00Z"), ("cron(0 9 L * ? *)", "2026-09-30T09:00:00Z"),
        ("cron(0 9 L-2 * ? *)", "2026-09-28T09:00:00Z"), ("cron(0 9 ? * 6L *)", "2026-09-25T09:00:00Z"),
        ("cron(0 9 ? * 2#1 *)", "2026-09-07T09:00:00Z"), ("cron(0 9 ? * SUN#5 *)", "2026-11-29T09:00:00Z"),
        ("cron(0 9 5W * ? *)", "2026-09-04T09:00:00Z"), ("cron(0 9 LW * ? *)", "2026-09-30T09:00:00Z"),
        ("cron(0 9 1W 11 ? *)", "2026-11-02T09:00:00Z"), ("cron(0 0 29 2 ? *)", "2028-02-29T00:00:00Z"),
        ("cron(0 0 1 1 ? 2030)", "2030-01-01T00:00:00Z"), ("cron(30 6 1,15 JAN,SEP ? *)", "2026-09-15T06:30:00Z"),
        ("at(2026-12-24T18:00:00)", "2026-12-24T18:00:00Z"),
    ])
    func `an expression's next time is the one that AWS's rules give`(text: String, expected: String) {
        #expect(times(text) == [expected])
    }

    @Test(arguments: [
        "rate(0 minutes)", "rate(5)", "rate(5 weeks)", "rate(-1 hours)", "rate(5 minutes", "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)", "cron(0 10 * * ?)", "cron(60 10 * * ? *)", "cron(0 24 * * ? *)", "cron(0 10 32 * ? *)",
        "cron(0 10 ? * 8 *)", "cron(0 10 ? * 2#6 *)", "cron(0 10 * * ? 1969)", "cron(0/0 10 * * ? *)", "at(2026-12-24)",
        "at(2026-13-01T00:00:00)", "daily", "", "cron()", "rate()", "at()", "cron(a b c d e f)",
    ])
    func `what is no schedule is refused`(text: String) {
        #expect(ScheduleExpression(text, isStrict: false) == nil)
    }

    @Test(arguments: [
        ("rate(1 minute)", true), ("rate(2 minutes)", true), ("rate(1 minutes)", false), ("rate(2 minute)", false),
        ("at(2026-12-24T18:00:00)", false),
    ])
    func `rules want singular and plural right and know no single time`(text: String, isGood: Bool) {
        #expect((ScheduleExpression(text, isStrict: true) != nil) == isGood)
    }

    @Test func `a schedule in a time zone follows its summer time`() {
        #expect(
            times("cron(0 3 ? * SUN *)", 9, zone: "Europe/Berlin").suffix(3) == [
                "2026-10-18T01:00:00Z", "2026-10-25T02:00:00Z", "2026-11-01T02:00:00Z",
            ])
        #expect(times("at(2026-12-24T18:00:00)", zone: "America/New_York") == ["2026-12-24T23:00:00Z"])
        #expect(times("cron(0 9 * * ? *)", zone: "Asia/Tokyo") == ["2026-09-02T00:00:00Z"])
    }

    @Test func `what is over does not come again`() {
        #expect(times("at(2026-08-31T18:00:00)") == [])
        #expect(times("cron(0 0 1 1 ? 2020)") == [])
        #expect(times("cron(0 0 31 2 ? *)") == [])
    }
}
