import JSONValue
import LabFormat

/// How values and expectations read in front of a student.
enum Wording {
    private static let maximumLength = 200

    /// A value: text in quotes, everything else as JSON, and `nothing` for what is not there. Long values are cut.
    static func describe(_ value: JSON) -> String {
        switch value {
        case .null: "nothing"
        case .string(let text): "'\(cut(text))'"
        default: cut(value.serializedString())
        }
    }

    /// A value inside an author's sentence: text as it is.
    static func plain(_ value: JSON) -> String {
        if case .string(let text) = value { cut(text) } else { describe(value) }
    }

    /// Several values, the first five of them.
    static func list(_ values: [JSON]) -> String {
        let shown = values.prefix(5).map(describe).joined(separator: ", ")
        return values.count > 5 ? "\(shown) and \(values.count - 5) more" : shown
    }

    private static func cut(_ text: String) -> String {
        // Counted in scalars: one character may consist of any number of them.
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: maximumLength, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }
}

extension Matcher {
    /// The expectation, to follow "expected".
    var expectation: String {
        switch self {
        case .equals(let value): Wording.describe(value)
        case .notEquals(let value): "anything but \(Wording.describe(value))"
        case .oneOf(let values): "one of \(Wording.list(values))"
        case .less(let value): "less than \(Wording.describe(value))"
        case .lessOrEqual(let value): "at most \(Wording.describe(value))"
        case .greater(let value): "more than \(Wording.describe(value))"
        case .greaterOrEqual(let value): "at least \(Wording.describe(value))"
        case .approximately(let value, let tolerance): "\(value) give or take \(tolerance)"
        case .matches(let pattern): "text matching \(pattern.source)"
        case .contains(let value): "something containing \(Wording.describe(value))"
        case .notContains(let value): "nothing containing \(Wording.describe(value))"
        case .containsAll(let values): "something containing all of \(Wording.list(values))"
        case .allMatch(let pattern): "only texts matching \(pattern.source)"
        case .noneMatch(let pattern): "no text matching \(pattern.source)"
        case .absent: "nothing"
        case .exists: "some value"
        case .cidrWithin(let block): "addresses within \(block)"
        case .cidrDisjoint(let blocks): "no address of \(blocks.map(\.description).joined(separator: ", "))"
        case .length(let bounds): "a length of \(bounds.phrase)"
        }
    }
}
