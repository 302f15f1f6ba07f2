import Testing

@testable import EC2

struct WildcardPatternTests {
    @Test(arguments: [
        ("web", "web", true), ("web", "webs", false), ("w*", "web", true), ("*", "", true), ("", "", true),
        ("w?b", "web", true), ("w?b", "wb", false), ("*a*b*c*", "xxaxxbxxc", true), ("*a*b*c*", "cba", false),
        ("\\*", "*", true), ("\\*", "x", false), ("a\\?b", "a?b", true), ("*.micro", "t3.micro", true),
    ])
    func `a pattern matches what AWS's filters match`(pattern: String, text: String, expected: Bool) {
        #expect(WildcardPattern(pattern).matches(text) == expected)
    }

    @Test func `a pattern made to be slow is not`() {
        let pattern = WildcardPattern(String(repeating: "*a", count: 200) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 20_000)))
    }
}
