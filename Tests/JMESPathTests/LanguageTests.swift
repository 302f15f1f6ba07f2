import JMESPath
import JSONValue
import Testing

/// The language without its functions, one table an area. Documents and results are JSON texts.
struct LanguageTests {
    static let document = """
        {"a": {"b": {"c": 1}}, "list": [0, 1, 2, 3, 4], "nested": [[0, 1], [2, [3]], 4, []],
         "people": [{"name": "ada", "age": 36, "tags": ["x", "y"]}, {"name": "bob", "age": 17}, {"name": "eve", "tags": []}],
         "map": {"one": {"v": 1}, "two": {"v": 2}, "three": {"w": 3}},
         "d-e": "dash", "quo\\"te": 1, "é": "accent", "empty": {}, "none": null, "t": true, "f": false, "zero": 0, "s": ""}
        """

    static let paths: [(String, String)] = [
        ("a", #"{"b": {"c": 1}}"#), ("a.b.c", "1"), ("a.missing.c", "null"), ("missing", "null"), ("list.b", "null"),
        (#""d-e""#, #""dash""#), (#""quo\"te""#, "1"), (#""\u00e9""#, #""accent""#), ("a . b\n.\tc", "1"),
        ("@.a.b.c", "1"),
        ("list[0]", "0"), ("list[-1]", "4"), ("list[5]", "null"), ("list[-6]", "null"), ("a[0]", "null"),
        ("[0]", "null"),
        ("list[99999999999999999999]", "null"), ("list[-99999999999999999999]", "null"), ("nested[1][1][0]", "3"),
        ("none.a", "null"), ("none[0]", "null"),
    ]

    static let slices: [(String, String)] = [
        ("list[1:3]", "[1, 2]"), ("list[:2]", "[0, 1]"), ("list[3:]", "[3, 4]"), ("list[:]", "[0, 1, 2, 3, 4]"),
        ("list[::2]", "[0, 2, 4]"), ("list[::-1]", "[4, 3, 2, 1, 0]"), ("list[-2:]", "[3, 4]"),
        ("list[3:0:-2]", "[3, 1]"),
        ("list[10:20]", "[]"), ("list[-10:2]", "[0, 1]"), ("list[10::-1]", "[4, 3, 2, 1, 0]"),
        ("list[:-10:-1]", "[4, 3, 2, 1, 0]"),
        ("list[2:2]", "[]"), ("list[:9223372036854775807:9223372036854775807]", "[0]"),
        ("list[::-9223372036854775808]", "[4]"), ("list[-9223372036854775808:9223372036854775807]", "[0, 1, 2, 3, 4]"),
        ("people[:2].name", #"["ada", "bob"]"#), ("people[:2].name | [0]", #""ada""#), ("a[1:]", "null"),
        ("nested[0][:1]", "[0]"),
    ]

    static let projections: [(String, String)] = [
        ("people[*].name", #"["ada", "bob", "eve"]"#), ("people[*].tags", #"[["x", "y"], []]"#),
        ("people[].tags[]", #"["x", "y"]"#), ("people[*].tags[0]", #"["x"]"#), ("people[*].tags | [0]", #"["x", "y"]"#),
        ("nested[]", "[0, 1, 2, [3], 4]"), ("nested[][]", "[0, 1, 2, 3, 4]"), ("a[]", "null"), ("a[*]", "null"),
        ("map.*.v", "[1, 2]"), ("map.*", #"[{"v": 1}, {"v": 2}, {"w": 3}]"#), ("*.b.c", "[1]"), ("list.*", "null"),
        ("empty.*", "[]"), ("missing[*].a", "null"), ("missing.*", "null"), ("map.*.v | [-1]", "2"),
        ("list[*]", "[0, 1, 2, 3, 4]"),
        ("nested[*][0]", "[0, 2]"), ("(people[*].tags)[0]", #"["x", "y"]"#),
    ]

    static let filters: [(String, String)] = [
        ("people[?age > `18`].name", #"["ada"]"#), ("people[?age < `18`] | [0].name", #""bob""#),
        ("people[?name == 'eve'].tags", "[[]]"), ("people[?tags].name", #"["ada"]"#),
        ("people[?!tags].name", #"["bob", "eve"]"#),
        ("people[?age >= `17` && age <= `36`].name", #"["ada", "bob"]"#),
        ("people[?name == 'ada' || name == 'eve'].name", #"["ada", "eve"]"#),
        ("people[?age == `null`].name", #"["eve"]"#), ("people[?contains(name, 'd')].name", #"["ada"]"#),
        ("list[?@ > `2`]", "[3, 4]"), ("list[?@ == `2.0`]", "[2]"), ("map[?v]", "null"),
        ("people[?age].tags[]", #"["x", "y"]"#),
        ("people[?(age > `18`) == `true`].name", #"["ada"]"#), ("people[?name != ada].name", #"["ada", "bob", "eve"]"#),
        ("people[?name == `bob`].age", "[17]"), ("people[?age][0]", "[]"),
    ]

    static let logic: [(String, String)] = [
        ("t && a.b.c", "1"), ("f && a", "false"), ("none && a", "null"), ("s || 'x'", #""x""#), ("empty || t", "true"),
        ("zero || 'x'", "0"), ("missing || none", "null"), ("!t", "false"), ("!none", "true"), ("!zero", "false"),
        ("!s", "true"),
        ("!empty", "true"), ("!list", "false"), ("!!t", "true"), ("t || f && f", "true"), ("(t || f) && f", "false"),
        ("f == !t", "true"), ("zero == f", "false"), ("`1` == `1.0`", "true"),
        ("`[1, {\"a\": 2}]` == `[1.0, {\"a\": 2.0}]`", "true"),
        ("'a' < 'b'", "true"), ("'Z' < 'a'", "true"), ("'a' < `1`", "null"), ("t < f", "null"),
        ("`9007199254740993` > `9007199254740992.0`", "true"),
        ("'\u{65}\u{301}' == '\u{E9}'", "false"), ("list == list", "true"), ("list != people", "true"),
        ("none == missing", "true"),
    ]

    static let selections: [(String, String)] = [
        ("[a.b.c, t]", "[1, true]"), ("{x: a.b.c, \"y z\": list[0]}", #"{"x": 1, "y z": 0}"#),
        ("a.[b, c]", #"[{"c": 1}, null]"#),
        ("people[*].[name, age]", #"[["ada", 36], ["bob", 17], ["eve", null]]"#),
        ("people[:1].{n: name}", #"[{"n": "ada"}]"#),
        ("none.[a, b]", "null"), ("none.{a: a}", "null"), ("missing.[a]", "null"), ("{a: a, a: t}", #"{"a": true}"#),
        ("a | b | c", "1"), ("list | @", "[0, 1, 2, 3, 4]"), ("[list[0]][0]", "0"),
    ]

    static let literals: [(String, String)] = [
        ("`{\"a\": [1, null]}`", #"{"a": [1, null]}"#), ("`\"a\\`b\"`", #""a`b""#), ("` 1 `", "1"),
        ("`bare`", #""bare""#), ("` bare`", #""bare""#),
        ("'raw'", #""raw""#), (#"'it\'s'"#, #""it's""#), (#"'a\nb\\'"#, #""a\\nb\\\\""#), ("''", #""""#),
        ("'\n'", #""\n""#),
        ("`\"\\u00e9\"`", #""é""#), ("'é'", #""é""#), ("`-1.5e3`", "-1500"),
    ]

    @Test(arguments: [paths, slices, projections, filters, logic, selections, literals].flatMap(\.self))
    func `an expression has its value`(expression: String, result: String) throws {
        let value = try JMESPathExpression(expression).search(try JSON.parse(Self.document))
        let expected = try JSON.parse(result)
        #expect(value.equals(expected), "\(value.serializedString())")
    }

    @Test func `a compiled expression serves many documents`() throws {
        let expression = try JMESPathExpression("a[?b > `1`].b")
        for size in 0..<5 {
            let document: JSON = ["a": .array((0..<size).map { ["b": .integer($0)] })]
            #expect(try expression.search(document).arrayValue?.count == max(0, size - 2))
        }
    }

    @Test func `a multi-select keeps the order of its keys`() throws {
        let value = try JMESPathExpression("{z: `1`, a: `2`, m: `3`}").search([:])
        #expect(value.objectValue?.keys == ["z", "a", "m"])
    }
}
