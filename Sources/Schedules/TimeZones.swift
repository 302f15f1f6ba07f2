package import ServiceModel

/// What clocks show in the time zones of schedules: UTC, fixed offsets, and the zones of Europe and North
/// America with the daylight saving time that is in force there.
///
/// <https://www.iana.org/time-zones>
package enum TimeZones {
    private enum Summer { case none, europe, america }

    /// Minutes ahead of UTC in winter, and when summer time is.
    private static let zones: [String: (minutes: Int, summer: Summer)] = {
        var table: [String: (minutes: Int, summer: Summer)] = [:]
        for name in ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Africa/Abidjan", "Atlantic/Reykjavik"] {
            table[name] = (0, .none)
        }
        for name in ["Europe/London", "Europe/Dublin", "Europe/Lisbon"] { table[name] = (0, .europe) }
        for city in [
            "Amsterdam", "Belgrade", "Berlin", "Bratislava", "Brussels", "Budapest", "Copenhagen", "Ljubljana",
            "Luxembourg", "Madrid", "Oslo", "Paris", "Prague", "Rome", "Stockholm", "Vaduz", "Vienna", "Warsaw",
            "Zagreb",
            "Zurich",
        ] { table["Europe/\(city)"] = (60, .europe) }
        for city in ["Athens", "Bucharest", "Helsinki", "Kyiv", "Riga", "Sofia", "Tallinn", "Vilnius"] {
            table["Europe/\(city)"] = (120, .europe)
        }
        for (name, hours) in [
            ("New_York", -5), ("Toronto", -5), ("Detroit", -5), ("Chicago", -6), ("Winnipeg", -6), ("Denver", -7),
            ("Edmonton", -7), ("Los_Angeles", -8), ("Vancouver", -8), ("Anchorage", -9), ("Halifax", -4),
        ] { table["America/\(name)"] = (hours * 60, .america) }
        for (name, hours) in [("Eastern", -5), ("Central", -6), ("Mountain", -7), ("Pacific", -8)] {
            table["US/\(name)"] = (hours * 60, .america)
        }
        for (name, minutes) in [
            ("America/Phoenix", -420), ("America/Sao_Paulo", -180), ("America/Bogota", -300), ("America/Lima", -300),
            ("Africa/Johannesburg", 120), ("Africa/Lagos", 60), ("Africa/Nairobi", 180), ("Asia/Bangkok", 420),
            ("Asia/Dubai", 240), ("Asia/Hong_Kong", 480), ("Asia/Jakarta", 420), ("Asia/Karachi", 300),
            ("Asia/Kolkata", 330), ("Asia/Calcutta", 330), ("Asia/Manila", 480), ("Asia/Seoul", 540),
            ("Asia/Shanghai", 480), ("Asia/Singapore", 480), ("Asia/Taipei", 480), ("Asia/Tokyo", 540),
            ("Australia/Brisbane", 600), ("Australia/Perth", 480), ("Europe/Istanbul", 180), ("Europe/Moscow", 180),
            ("Pacific/Honolulu", -600),
        ] { table[name] = (minutes, .none) }
        return table
    }()

    /// What a zone's clocks are ahead of UTC at a moment, in milliseconds; nil for a zone that is not known here.
    package static func offset(of zone: String?, at time: Timestamp) -> Int? {
        guard let zone else { return 0 }
        // Etc/GMT+5 is five hours behind.
        if zone.hasPrefix("Etc/GMT"), let hours = Int(zone.dropFirst(7)), (-14...12).contains(hours) {
            return -hours * 3_600_000
        }
        guard let known = zones[zone] else { return nil }
        let winter = known.minutes * 60_000
        return isSummer(time, winter, known.summer) ? winter + 3_600_000 : winter
    }

    private static func isSummer(_ time: Timestamp, _ winter: Int, _ summer: Summer) -> Bool {
        let year = time.components.year
        switch summer {
        case .none: return false
        case .europe:
            // From the last Sunday of March to that of October, at 1 o'clock UTC.
            let start = sunday(before: Timestamp(year: year, month: 4, day: 1)).adding(seconds: 3600)
            let end = sunday(before: Timestamp(year: year, month: 11, day: 1)).adding(seconds: 3600)
            return time >= start && time < end
        case .america:
            // From the second Sunday of March to the first of November, at 2 o'clock by the clocks there.
            let start = sunday(before: Timestamp(year: year, month: 3, day: 15)).adding(
                milliseconds: 7_200_000 - winter)
            let end = sunday(before: Timestamp(year: year, month: 11, day: 8)).adding(milliseconds: 3_600_000 - winter)
            return time >= start && time < end
        }
    }

    /// The last Sunday before a day.
    private static func sunday(before day: Timestamp) -> Timestamp {
        // 1970-01-01 was a Thursday.
        let weekday = ((day.milliseconds / 86_400_000) % 7 + 11) % 7
        return day.adding(seconds: -86_400 * (weekday == 0 ? 7 : weekday))
    }
}
