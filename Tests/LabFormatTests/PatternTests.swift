import Foundation
import LabFormat
import ReportFixtures
import Testing

struct PatternTests {
    static let occurring: [(String, String, Bool)] = [
        ("", "", true), ("a", "cat", true), ("a", "dog", false), ("^a", "ab", true), ("^b", "ab", false),
        ("b$", "ab", true), ("a$", "ab", false),
        ("^$", "", true), ("^python3\\.", "python3.12", true), ("^python3\\.", "python31", false), ("a|b", "xbx", true),
        ("^(a|b)+$", "abba", true),
        ("^(a|b)+$", "abca", false), ("^a{2,3}$", "aa", true), ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true),
        ("^a{2,}$", "aaaaa", true),
        ("^a{2,}$", "a", false), ("a{,2}", "a{,2}", true), ("^a*?b$", "aaab", true), ("^a?$", "aa", false),
        ("[abc]", "xbx", true), ("[^abc]", "abc", false),
        ("[^abc]", "abcd", true), ("[a-f0-9]{4}", "x09afx", true), ("[]a]", "]", true), ("[a-]", "-", true),
        ("[\\w-]+", "-", true), ("\\d+", "a1", true),
        ("^\\D+$", "a1", false), ("\\s", "a b", true), ("^\\S+$", "ab", true), ("^\\w+$", "a_1", true),
        ("\\W", "a_1", false), ("\\bcat\\b", "a cat!", true),
        ("\\bcat\\b", "concat", false), ("\\Bcat", "concat", true), ("(?i)password", "PassWord", true),
        ("(?i)é", "É", true), ("(?i:a)b", "Ab", true),
        ("(?i:a)b", "AB", false), ("(?i)[a-c]+x", "ABCX", true), ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true),
        ("^b", "a\nb", false), ("(?m)^b$", "a\nb\nc", true),
        ("\\.", "a", false), ("\\x41", "A", true), ("\\x{1F600}", "😀", true), ("\\t", "\t", true),
        ("(?<name>a)(?P<n>b)(?:c)", "abc", true), ("é+", "éé", true),
        ("^.$", "😀", true), ("(a*)*b", "aaab", true), ("(a*)+$", "b", true), ("()+", "", true),
        ("^(?:|a)+$", "aaa", true), ("\\Aa\\z", "a", true), ("x*", "", true),
        ("^arn:aws:(secretsmanager|ssm):", "arn:aws:ssm:us-east-1:1:parameter/x", true),
        ("(?i)(password|secret|token|key)$", "DB_PASSWORD", true),
        ("^(?i)a(?-i)b$", "Ab", true), ("^(?i)a(?-i)b$", "AB", false), ("a\\|b", "a|b", true),
    ]

    @Test(arguments: occurring)
    func `a pattern occurs where its syntax says`(source: String, text: String, expected: Bool) throws {
        #expect(try Pattern(source).occurs(in: text) == expected)
    }

    @Test(arguments: occurring.dropFirst())
    func `a second engine agrees`(source: String, text: String, expected: Bool) throws {
        // ICU spells named groups in one way only, and takes `a{,2}` for an error.
        let spelling = source.replacingOccurrences(of: "(?P<", with: "(?<").replacingOccurrences(
            of: "a{,2}", with: "a\\{,2\\}"
        )
        .replacingOccurrences(of: "[]a]", with: "[\\]a]")
        let expression = try NSRegularExpression(pattern: spelling)
        let range = NSRange(text.startIndex..., in: text)
        #expect((expression.firstMatch(in: text, range: range) != nil) == expected)
    }

    static let refused: [(String, Int)] = [
        ("(", 0), (")", 0), ("a)", 1), ("[a", 0), ("[", 0), ("*a", 0), ("a**", 2), ("a{2}{3}", 4), ("a{3,2}", 0),
        ("a{1001}", 0), ("\\", 0), ("(?=a)", 0), ("(?!a)", 0),
        ("(?<=a)b", 0), ("(a)\\1", 3), ("\\q", 0), ("\\p{L}", 0), ("[[:alpha:]]", 1), ("[b-a]", 2), ("[a-\\d]", 2),
        ("(?x)a", 0), ("\\x4", 0), ("(?<n", 0),
        ("((((a{1000}){1000}){1000}){1000})", 0),
    ]

    @Test(arguments: refused)
    func `what is no pattern, or none that runs in linear time, is refused`(source: String, offset: Int) throws {
        let error = try #require(throws: PatternError.self) { try Pattern(source) }
        #expect(error.offset == offset, "\(error)")
    }

    @Test(
        arguments: ["^(a+)+$", "(a|a)*b", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)(.*)(.*)(.*)x"])
    func `no text makes a pattern take long`(source: String) throws {
        let text = String(repeating: "a", count: 20_000) + "!"
        let time = try processorSeconds { () throws in
            #expect(try Pattern(source).occurs(in: text) == false)
        }
        #expect(time < 60)
    }

    @Test func `a text beyond the bound is not searched`() throws {
        #expect(try Pattern("a").occurs(in: String(repeating: "a", count: Pattern.maximumTextBytes)) == true)
        #expect(try Pattern("a").occurs(in: String(repeating: "a", count: Pattern.maximumTextBytes + 1)) == nil)
    }

    @Test func `nesting and length are bounded`() {
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 3_000)) }
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "a", count: 5_000)) }
        #expect(throws: PatternError.self) {
            try Pattern(String(repeating: "(?:", count: 60) + String(repeating: "){1000}", count: 60))
        }
    }
}
