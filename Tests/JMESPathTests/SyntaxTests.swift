import JMESPath
import JSONValue
import Testing

struct SyntaxTests {
    static let malformed: [(String, Int)] = [
        ("", 0), (" ", 1), ("a.", 2), (".a", 0), ("a..b", 2), ("a b", 2), ("a[", 2), ("a]", 1), ("a[b]", 2), ("a[0", 3),
        ("a[1:2:3:4]", 2),
        ("a[1 2]", 4), ("a.[", 3), ("[]a", 2), ("[", 1), ("{}", 1), ("{a}", 2), ("{a: b", 5), ("{a: b,}", 6),
        ("{`1`: a}", 1), ("a.{", 3),
        ("f(", 2), ("length(a,)", 9), ("length(a b)", 9), ("\"length\"(a)", 0), ("(a)(b)", 3), ("a =", 2), ("a = b", 2),
        ("a ==", 4), ("== a", 0),
        ("a &&", 4), ("&a", 0), ("!", 1), ("a |", 3), ("|| a", 0), ("#", 0), ("a.#", 2), ("a-b", 1), ("'a", 0),
        ("`1", 0), ("\"a", 0),
        ("\"a\\", 0), ("`{\"a\":}`", 0), ("\"\\x\"", 0), ("a[*", 3), ("a[*b]", 3), ("a[?", 3), ("a[?b", 4), ("(a", 2),
        ("a)", 1), ("*a", 1),
        ("a.1", 2), ("1", 0), ("a.'b'", 2), ("é", 0), ("a[?]", 3), ("\u{0}", 0), ("a,b", 1), ("@@", 1), ("a[-]", 2),
    ]

    @Test(arguments: malformed)
    func `what does not parse is refused where it goes wrong`(expression: String, offset: Int) throws {
        let error = try #require(throws: JMESPathError.self) { try JMESPathExpression(expression) }
        #expect(error.kind == .syntax)
        #expect(error.offset == offset, "\(error)")
    }

    @Test func `an error reads well`() throws {
        let error = try #require(throws: JMESPathError.self) { try JMESPathExpression("State.Name = 'running'") }
        #expect(error.description == "'=' alone is no operator: use '==' (at character 12)")
        let unclosed = try #require(throws: JMESPathError.self) { try JMESPathExpression("a[?b == 'x'") }
        #expect(unclosed.description == "the end of the expression where ']' should be (at character 12)")
    }

    @Test(arguments: [
        String(repeating: "(", count: 5_000) + "a" + String(repeating: ")", count: 5_000),
        String(repeating: "[", count: 5_000), String(repeating: "!", count: 5_000) + "a",
        String(repeating: "a.", count: 5_000) + "a",
        String(repeating: "a|", count: 5_000) + "a", String(repeating: "[?", count: 5_000),
        "a" + String(repeating: "[0]", count: 5_000),
        String(repeating: "a", count: 20_000), String(repeating: "to_array(", count: 1_000),
        "a" + String(repeating: "[]", count: 5_000),
    ])
    func `size and nesting are bounded`(expression: String) throws {
        let error = try #require(throws: JMESPathError.self) { try JMESPathExpression(expression) }
        #expect(error.kind == .limit)
    }

    @Test func `an evaluation that takes too many steps ends with an error`() throws {
        let wide = JSON.array(Array(repeating: .integer(1), count: 1_000))
        let expression = try JMESPathExpression(
            "[@, @, @, @, @][].[@, @, @, @, @, @, @, @, @, @][].map(&map(&[@, @, @], `\(wide.serializedString())`), `\(wide.serializedString())`)"
        )
        let error = try #require(throws: JMESPathError.self) { try expression.search(wide) }
        #expect(error.kind == .limit)
    }

    @Test func `no cut and no change of an expression traps`() throws {
        let document = try JSON.parse(LanguageTests.document)
        let expression =
            "sort_by(people[?age > `1` && !(name == 'x')].{n: name, \"t\": tags[-1:0:-1]}, &n) | [*].n[] || map.*.v"
        let alphabet = "a.*[]?(){}:,|&!=<>@`'\"\\-1 \u{0}é".map(String.init)
        var outcomes = 0
        for position in expression.indices {
            for change in alphabet {
                var text = expression
                text.replaceSubrange(position...position, with: change)
                if let compiled = try? JMESPathExpression(text), (try? compiled.search(document)) == nil { continue }
                outcomes += 1
            }
            _ = try? JMESPathExpression(String(expression[..<position]))
        }
        #expect(outcomes > 0)
    }
}
