import JMESPath
import JSONValue
import Testing

/// The functions of the specification, in its order, and `from_json`.
struct FunctionTests {
    static let numbers: [(String, String)] = [
        ("abs(`-3`)", "3"), ("abs(`-1.5`)", "1.5"), ("abs(`-9223372036854775808`)", "9223372036854775808"),
        ("avg(`[1, 2]`)", "1.5"), ("avg(`[]`)", "null"), ("avg(`[9223372036854775807, 1]`)", "4611686018427387904"),
        ("ceil(`1.2`)", "2"), ("ceil(`-1.2`)", "-1"), ("ceil(`1e300`)", "1e300"), ("floor(`1.8`)", "1"),
        ("floor(`-1.2`)", "-2"),
        ("floor(`3`)", "3"), ("max(`[1, 3.5, 2]`)", "3.5"), ("min(`[1, 3.5, -2]`)", "-2"), ("max(`[]`)", "null"),
        ("min(`[]`)", "null"),
        ("sum(`[1, 2.5]`)", "3.5"), ("sum(`[]`)", "0"), ("sum(`[9223372036854775807, 1]`)", "9223372036854775808"),
        ("to_number('12')", "12"), ("to_number('-1.5')", "-1.5"), ("to_number('x')", "null"),
        ("to_number(' 1')", "null"),
        ("to_number('1_0')", "null"), ("to_number('nan')", "null"), ("to_number('1e999')", "null"),
        ("to_number(`true`)", "null"),
        ("to_number(`[1]`)", "null"), ("to_number(`7`)", "7"),
    ]

    static let strings: [(String, String)] = [
        ("contains('foobar', 'oba')", "true"), ("contains('foobar', 'x')", "false"), ("contains('foo', '')", "true"),
        ("contains('aabaabaaa', 'aabaaa')", "true"), ("contains('abc', `1`)", "false"), ("contains('', 'a')", "false"),
        ("ends_with('foobar', 'bar')", "true"), ("ends_with('bar', 'foobar')", "false"),
        ("starts_with('foobar', 'foo')", "true"),
        ("starts_with('foo', '')", "true"), ("join(', ', `[\"a\", \"b\"]`)", #""a, b""#), ("join('-', `[]`)", #""""#),
        ("length('aé😀')", "3"), ("reverse('aé😀')", #""😀éa""#), ("max(`[\"a\", \"c\", \"b\"]`)", #""c""#),
        ("min(`[\"b\", \"a\"]`)", #""a""#),
        ("to_string('x')", #""x""#), ("to_string(`[1, {\"a\": null}]`)", #""[1,{\"a\":null}]""#),
        ("to_string(`1.5`)", #""1.5""#),
        ("from_json('{\"a\": [1, 2]}').a[1]", "2"), ("from_json('nonsense')", "null"), ("from_json(`1`)", "null"),
        ("from_json('')", "null"),
    ]

    static let collections: [(String, String)] = [
        ("contains(`[1, \"a\"]`, 'a')", "true"), ("contains(`[1]`, `1.0`)", "true"),
        ("contains(`[1]`, `true`)", "false"),
        ("keys(`{\"b\": 1, \"a\": 2}`)", #"["b", "a"]"#), ("values(`{\"b\": 1, \"a\": 2}`)", "[1, 2]"),
        ("keys(`{}`)", "[]"),
        ("length(`[1, 2]`)", "2"), ("length(`{\"a\": 1}`)", "1"), ("map(&a, `[{\"a\": 1}, {}]`)", "[1, null]"),
        ("map(&@, `[]`)", "[]"),
        ("merge(`{\"a\": 1, \"b\": 2}`, `{\"b\": 3}`)", #"{"a": 1, "b": 3}"#), ("merge(`{}`)", "{}"),
        ("not_null(`null`, `false`, `1`)", "false"), ("not_null(`null`)", "null"), ("reverse(`[1, 2]`)", "[2, 1]"),
        ("sort(`[3, 1, 2]`)", "[1, 2, 3]"), ("sort(`[\"b\", \"a\", \"B\"]`)", #"["B", "a", "b"]"#),
        ("sort(`[]`)", "[]"),
        ("sort_by(`[{\"k\": 2, \"v\": 1}, {\"k\": 1, \"v\": 2}, {\"k\": 2, \"v\": 3}]`, &k)[*].v", "[2, 1, 3]"),
        ("sort_by(`[]`, &k)", "[]"), ("max_by(`[{\"k\": 1}, {\"k\": 3}]`, &k).k", "3"),
        ("min_by(`[{\"k\": 1}, {\"k\": 3}]`, &k).k", "1"),
        ("max_by(`[]`, &k)", "null"), ("max_by(`[{\"k\": \"a\", \"v\": 1}, {\"k\": \"a\", \"v\": 2}]`, &k).v", "1"),
        ("to_array(`[1]`)", "[1]"), ("to_array(`1`)", "[1]"), ("to_array(`null`)", "[null]"),
        (
            "[type(`1`), type(`1.5`), type('a'), type(`true`), type(`null`), type(`[]`), type(`{}`)]",
            #"["number", "number", "string", "boolean", "null", "array", "object"]"#
        ),
        ("length(`[1, 2]`[?@ > `1`])", "1"), ("sort(`[2, 1]`)[0]", "1"), ("not_null(a, 'x').b", "null"),
    ]

    @Test(arguments: [numbers, strings, collections].flatMap(\.self))
    func `a function has its value`(expression: String, result: String) throws {
        let value = try JMESPathExpression(expression).search([:])
        let expected = try JSON.parse(result)
        #expect(value.equals(expected), "\(value.serializedString())")
    }

    static let mistyped: [String] = [
        "abs('x')", "abs(`null`)", "avg(`[1, \"a\"]`)", "avg('x')", "contains(`{}`, 'a')", "contains(`null`, 'a')",
        "ends_with('a', `1`)",
        "join(',', `[1]`)", "join(`1`, `[]`)", "keys(`[]`)", "length(`1`)", "length(missing)", "max(`[1, \"a\"]`)",
        "max(`{}`)", "merge(`1`)",
        "merge(`{}`, `1`)", "reverse(`1`)", "sort(`[1, \"a\"]`)", "sort(`[null]`)", "sort_by(`[{\"k\": null}]`, &k)",
        "sort_by(`[{\"k\": 1}, {\"k\": \"a\"}]`, &k)",
        "min_by(`[{}]`, &k)", "map(&a, `1`)", "sum(`[null]`)", "values(`1`)", "starts_with(`[]`, 'a')",
    ]

    @Test(arguments: mistyped)
    func `an argument of the wrong type is an error`(expression: String) throws {
        let compiled = try JMESPathExpression(expression)
        let error = try #require(throws: JMESPathError.self) { try compiled.search([:]) }
        #expect(error.kind == .invalidType)
    }

    @Test func `a type error says which argument of which function`() throws {
        let compiled = try JMESPathExpression("a || length(b)")
        let error = try #require(throws: JMESPathError.self) { try compiled.search([:]) }
        #expect(
            error.description
                == "argument 1 of length() must be a string, an array or an object, not null (at character 6)")
    }

    static let uncompilable: [(String, JMESPathError.Kind)] = [
        ("length()", JMESPathError.Kind.invalidArity), ("length(a, b)", .invalidArity), ("merge()", .invalidArity),
        ("not_null()", .invalidArity), ("nosuch(a)", .unknownFunction), ("sort_by(a, b)", .invalidType),
        ("length(&a)", .invalidType),
        ("map(a, &b)", .invalidType), ("a[::0]", .invalidValue),
    ]

    @Test(arguments: uncompilable)
    func `what can be known to be wrong is found when compiling`(expression: String, kind: JMESPathError.Kind) throws {
        let error = try #require(throws: JMESPathError.self) { try JMESPathExpression(expression) }
        #expect(error.kind == kind)
    }
}
