/// An amount of points, held as whole thousandths so that sums are exact.
package struct Points: Hashable, Comparable, Sendable {
    /// Thousandths of a point.
    package var thousandths: Int

    package init(thousandths: Int) { self.thousandths = thousandths }
    package init(_ whole: Int) { thousandths = whole * 1000 }

    package static let zero = Points(0)

    package static func < (left: Points, right: Points) -> Bool { left.thousandths < right.thousandths }
    package static func + (left: Points, right: Points) -> Points {
        Points(thousandths: left.thousandths + right.thousandths)
    }
    package static func += (left: inout Points, right: Points) { left = left + right }

    /// `numerator`/`denominator` of these points, rounded down to a thousandth; zero where the denominator is zero.
    package func share(_ numerator: Int, of denominator: Int) -> Points {
        denominator == 0 ? .zero : Points(thousandths: thousandths * numerator / denominator)
    }
}

extension Points: CustomStringConvertible {
    /// The shortest decimal form: `5`, `2.5`, `0.333`.
    package var description: String {
        let magnitude = thousandths.magnitude
        let sign = thousandths < 0 ? "-" : ""
        let fraction = magnitude % 1000
        guard fraction != 0 else { return "\(sign)\(magnitude / 1000)" }
        var digits = String(1000 + fraction).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(magnitude / 1000).\(digits)"
    }
}

extension Points: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let value = try container.decode(Double.self)
        guard value.magnitude <= 1e9 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(value) points are out of range")
        }
        thousandths = Int((value * 1000).rounded())
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if thousandths % 1000 == 0 {
            try container.encode(thousandths / 1000)
        } else {
            try container.encode(Double(thousandths) / 1000)
        }
    }
}
