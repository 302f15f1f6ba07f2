import Checks
import JSONValue
import LabFormat
import Testing

struct MatcherTests {
    static func pattern(_ source: String) throws -> Pattern { try Pattern(source) }

    static func block(_ text: String) throws -> CIDRBlock { try #require(CIDRBlock(text)) }

    /// A matcher by its YAML, the values that it holds for and those that it does not hold for, all as JSON.
    static let cases: [(String, String, String)] = [
        ("eq: 2", "[2, 2.0]", "[null, 3, \"2\", [2], true]"),
        ("eq: running", "[\"running\"]", "[null, \"Running\", \"\"]"),
        ("eq: {a: [1]}", "[{\"a\": [1.0]}]", "[null, {\"a\": [1], \"b\": 2}, {}]"),
        ("ne: 2", "[null, 3, \"2\"]", "[2, 2.0]"),
        ("in: [1, a]", "[1, 1.0, \"a\"]", "[null, 2, \"b\", [1]]"),
        ("in: [[1, 2], [3]]", "[[1, 2], [3]]", "[1, [2, 1], null]"),
        ("lt: 3", "[2, 2.9, -1]", "[null, 3, 4, \"2\", [1]]"),
        ("lte: 3", "[3, 2.9]", "[null, 3.1, \"3\", true]"),
        ("gt: 3", "[4, 3.1]", "[null, 3, 2, \"4\"]"),
        ("gte: 3", "[3, 4]", "[null, 2.9, \"3\", {}]"),
        ("lt: b", "[\"a\", \"\"]", "[null, \"b\", \"c\", 1]"),
        ("approx: 2, within: 0.5", "[2, 1.5, 2.5]", "[null, 1.4, 2.6, \"2\"]"),
        ("matches: \"^a+$\"", "[\"a\", \"aaa\"]", "[null, \"b\", \"\", 1, [\"a\"]]"),
        ("contains: b", "[\"abc\", [\"a\", \"b\"], \"b\"]", "[null, \"ac\", [\"abc\"], [], {\"b\": 1}, 1]"),
        ("contains: 1", "[[1, 2], [1.0]]", "[null, [2], \"1\", 1]"),
        ("not_contains: b", "[null, \"ac\", [\"abc\"], []]", "[\"abc\", [\"b\"], 1, {\"b\": 1}]"),
        ("contains_all: [a, b]", "[[\"b\", \"a\", \"c\"], \"cab\"]", "[null, [\"a\"], [], \"a\", 1]"),
        ("all_match: \"^a\"", "[[\"a\", \"ab\"], \"ab\"]", "[null, [], [\"a\", \"b\"], [\"a\", 1], \"ba\", 1]"),
        ("none_match: \"^a\"", "[null, [], [\"b\"], \"b\"]", "[[\"b\", \"a\"], \"a\", [1], 1, {}]"),
        ("absent: true", "[null, \"\", [], {}]", "[0, false, \"a\", [null], {\"a\": null}]"),
        ("exists: true", "[0, false, \"a\", [null]]", "[null, \"\", [], {}]"),
        (
            "cidr_within: 10.0.0.0/8", "[\"10.1.0.0/16\", \"10.0.0.1\", [\"10.0.0.0/8\"]]",
            "[null, [], \"0.0.0.0/0\", \"x\", 1, [\"10.0.0.1\", \"11.0.0.1\"]]"
        ),
        (
            "cidr_disjoint: 10.0.0.0/8", "[null, [], \"11.0.0.0/8\", \"::/0\", [\"1.1.1.1\"]]",
            "[\"10.1.0.0/16\", \"0.0.0.0/0\", \"x\", 1, [\"1.1.1.1\", \"10.0.0.1\"]]"
        ),
        ("cidr_disjoint: [10.0.0.0/8, \"::/0\"]", "[\"11.0.0.0/8\"]", "[\"fe80::1\", \"10.0.0.1\"]"),
        ("len: 2", "[\"ab\", [1, 2], {\"a\": 1, \"b\": 2}, \"é😀\"]", "[null, \"a\", [], 2]"),
        ("len: {min: 1}", "[\"a\", [1]]", "[null, \"\", [], {}]"),
        ("len: {max: 1}", "[\"\", [], \"a\"]", "[null, \"ab\"]"),
    ]

    private func matchers(_ yaml: String) throws -> [Matcher] {
        let lab = try LoadedLab.parse(
            Array(
                """
                lab: v1
                id: test
                title: Test
                points: 1
                interfaces: {cli: {entry: solution.sh}}
                checks:
                  - {id: one, points: 1, state: {select: "a:b", count: 1, each: {x: {\(yaml)}}}}
                """.utf8)
        ).lab
        guard case .state(let check) = lab.checks[0].kind else { return [] }
        return check.each[0].matchers
    }

    @Test(arguments: cases)
    func `a matcher holds for the values it should and for no others`(yaml: String, good: String, bad: String) throws {
        let matcher = try #require(try matchers(yaml).first)
        for value in try #require(try JSON.parse(good).arrayValue) {
            #expect(matcher.holds(for: value), "\(yaml) on \(value.serializedString())")
        }
        for value in try #require(try JSON.parse(bad).arrayValue) {
            #expect(!matcher.holds(for: value), "\(yaml) on \(value.serializedString())")
        }
    }

    @Test(arguments: cases)
    func `a missing value satisfies the negative matchers only`(yaml: String, good: String, bad: String) throws {
        let matcher = try #require(try matchers(yaml).first)
        #expect(matcher.holds(for: .null) == matcher.isNegative)
    }

    @Test func `a text too long to be searched satisfies neither a pattern nor its opposite`() throws {
        let long = JSON.string(String(repeating: "b", count: Pattern.maximumTextBytes + 1))
        for yaml in ["matches: b", "all_match: b", "none_match: a"] {
            #expect(!(try #require(try matchers(yaml).first)).holds(for: long))
        }
    }
}
