/// A moment, as whole milliseconds since 1970-01-01T00:00:00Z.
///
/// It knows the three spellings that AWS's protocols use, and nothing of the machine's clock.
/// <https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait>
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    package init(seconds: Int) { milliseconds = seconds * 1000 }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    package func adding(milliseconds delta: Int) -> Timestamp { Timestamp(milliseconds: milliseconds + delta) }

    package func adding(seconds: Int) -> Timestamp { adding(milliseconds: seconds * 1000) }

    /// Year, month, day, hour, minute, second and millisecond in UTC.
    package var components: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int) {
        let (days, rest) = milliseconds.flooredDivision(by: 86_400_000)
        // Howard Hinnant's civil-from-days, http://howardhinnant.github.io/date_algorithms.html
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097).quotient
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (
            year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1,
            rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000
        )
    }

    package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0)
    {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredDivision(by: 400).quotient
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        milliseconds = ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + millisecond
    }

    /// `2026-11-23T18:00:57.000Z`, the spelling of EC2's and the query protocols' answers.
    package var iso8601: String { String(decoding: iso8601Bytes(withMilliseconds: true), as: UTF8.self) }

    /// `2026-11-23T18:00:57Z`.
    package var iso8601Seconds: String { String(decoding: iso8601Bytes(withMilliseconds: false), as: UTF8.self) }

    private func iso8601Bytes(withMilliseconds: Bool) -> [UInt8] {
        let parts = components
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        func append(_ number: Int, width: Int) {
            var divisor = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(48 + number / divisor % 10))
                divisor /= 10
            }
        }
        append(min(max(parts.year, 0), 9999), width: 4)
        bytes.append(UInt8(ascii: "-"))
        append(parts.month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        append(parts.day, width: 2)
        bytes.append(UInt8(ascii: "T"))
        append(parts.hour, width: 2)
        bytes.append(UInt8(ascii: ":"))
        append(parts.minute, width: 2)
        bytes.append(UInt8(ascii: ":"))
        append(parts.second, width: 2)
        if withMilliseconds {
            bytes.append(UInt8(ascii: "."))
            append(parts.millisecond, width: 3)
        }
        bytes.append(UInt8(ascii: "Z"))
        return bytes
    }

    /// `Mon, 23 Nov 2026 18:00:57 GMT`, the spelling of HTTP headers (RFC 9110 §5.6.7).
    package var httpDate: String {
        let parts = components
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = milliseconds.flooredDivision(by: 86_400_000).quotient
        let weekday = weekdays[day.flooredDivision(by: 7).remainder]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(weekday), \(two(parts.day)) \(months[parts.month - 1]) \(parts.year) "
            + "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) GMT"
    }

    /// Reads ISO 8601 with `Z` or an offset, with or without a fraction or a time; nil for anything else.
    package init?(iso8601 text: some StringProtocol) {
        var digits = Scanner(bytes: Array(text.utf8))
        guard let year = digits.number(width: 4), digits.skip("-"), let month = digits.number(width: 2),
            digits.skip("-"), let day = digits.number(width: 2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var result = Timestamp(year: year, month: month, day: day)
        guard !digits.atEnd else {
            self = result
            return
        }
        guard digits.skip("T") || digits.skip(" "), let hour = digits.number(width: 2), digits.skip(":"),
            let minute = digits.number(width: 2), hour < 24, minute < 60
        else { return nil }
        var second = 0
        if digits.skip(":") {
            guard let value = digits.number(width: 2), value <= 60 else { return nil }
            second = value
        }
        result = result.adding(seconds: hour * 3600 + minute * 60 + second)
        if digits.skip(".") {
            guard let fraction = digits.fraction() else { return nil }
            result = result.adding(milliseconds: fraction)
        }
        if digits.atEnd || digits.skip("Z") {
            guard digits.atEnd else { return nil }
            self = result
            return
        }
        let sign = digits.skip("+") ? -1 : 1
        guard sign == -1 || digits.skip("-"), let hours = digits.number(width: 2) else { return nil }
        _ = digits.skip(":")
        guard let minutes = digits.number(width: 2), digits.atEnd else { return nil }
        self = result.adding(seconds: sign * (hours * 3600 + minutes * 60))
    }

    private struct Scanner {
        var bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var atEnd: Bool { position == bytes.count }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
            position += 1
            return true
        }

        mutating func number(width: Int) -> Int? {
            guard position + width <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[position..<position + width] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 48)
            }
            position += width
            return value
        }

        /// Milliseconds from one to nine digits.
        mutating func fraction() -> Int? {
            var value = 0
            var count = 0
            while position < bytes.count, (48...57).contains(bytes[position]) {
                if count < 3 { value = value * 10 + Int(bytes[position] - 48) }
                count += 1
                position += 1
            }
            guard (1...9).contains(count) else { return nil }
            while count < 3 {
                value *= 10
                count += 1
            }
            return value
        }
    }
}

extension Int {
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
