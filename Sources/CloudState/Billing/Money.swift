/// An amount of US dollars, in whole billionths: sums come out the same in any order.
package struct Money: Sendable, Hashable, Comparable, AdditiveArithmetic {
    package var nanodollars: Int

    package static let zero = Money(nanodollars: 0)

    package init(nanodollars: Int) { self.nanodollars = nanodollars }

    package init(dollars: Double) { nanodollars = Int((dollars * 1e9).rounded()) }

    package var dollars: Double { Double(nanodollars) / 1e9 }

    package static func + (left: Money, right: Money) -> Money {
        Money(nanodollars: left.nanodollars &+ right.nanodollars)
    }

    package static func - (left: Money, right: Money) -> Money {
        Money(nanodollars: left.nanodollars &- right.nanodollars)
    }

    package static func < (left: Money, right: Money) -> Bool { left.nanodollars < right.nanodollars }

    /// This much an hour, for so many seconds; rounded down to a billionth.
    package func perHour(forSeconds seconds: Int) -> Money {
        let (hours, rest) = max(0, seconds).quotientAndRemainder(dividingBy: 3600)
        return Money(nanodollars: nanodollars &* hours &+ nanodollars &* rest / 3600)
    }

    package static func * (left: Money, factor: Double) -> Money {
        Money(nanodollars: Int((Double(left.nanodollars) * factor).rounded()))
    }
}
