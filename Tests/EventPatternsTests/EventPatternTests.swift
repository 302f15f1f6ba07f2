import EventPatterns
import JSONValue
import Testing

/// The pattern language below its clients: what it refuses, and what a hostile pattern costs.
struct EventPatternTests {
    private func matches(_ pattern: String, _ event: String) throws -> Bool {
        try EventPattern(pattern).matches(try JSON.parse(event))
    }

    @Test(arguments: [
        ("[]", "Filter is not an object"), ("{}", "Empty objects are not allowed"),
        (#"{"a": "b"}"#, #""a" must be an object or an array"#), (#"{"a": []}"#, "Empty arrays are not allowed"),
        (#"{"a": [{}]}"#, "Empty objects are not allowed"),
        (#"{"a": [{"prefix": "x", "suffix": "y"}]}"#, "Only one key allowed in match expression"),
        (#"{"a": [{"like": "x"}]}"#, "Unrecognized match type like"),
        (#"{"a": [{"prefix": 1}]}"#, "prefix match pattern must be a string"),
        (#"{"a": [{"numeric": ">"}]}"#, "Value of numeric must be an array."),
        (#"{"a": [{"numeric": ["~", 1]}]}"#, "Unrecognized numeric range operator: \"~\""),
        (#"{"a": [{"numeric": [">", "1"]}]}"#, "Value of > must be numeric"),
        (#"{"a": [{"numeric": [">", 5, "<", 1]}]}"#, "Bottom must be less than top"),
        (#"{"a": [{"exists": "yes"}]}"#, "exists match pattern must be either true or false."),
        (#"{"a": [{"cidr": "10.0.0.0"}]}"#, "Malformed CIDR, one '/' required"),
        (#"{"a": [{"wildcard": "a**b"}]}"#, "Consecutive wildcard characters at pos 1"),
    ])
    func `a pattern that makes no sense is refused with the matcher's own reason`(pattern: String, reason: String) {
        let failure = #expect(throws: EventPattern.Malformed.self) { try EventPattern(pattern) }
        #expect(failure?.reason == reason)
    }

    @Test(arguments: [
        (#"{"a": [{"cidr": "2001:db8::/32"}]}"#, #"{"a": "2001:db8:1::7"}"#, true),
        (#"{"a": [{"cidr": "2001:db8::/32"}]}"#, #"{"a": "10.0.0.1"}"#, false),
        (#"{"a": [{"cidr": "0.0.0.0/0"}]}"#, #"{"a": "not an address"}"#, false),
        (#"{"a": [{"wildcard": "a\\*b*"}]}"#, #"{"a": "a*bc"}"#, true),
        (#"{"a": [{"wildcard": "a\\*b*"}]}"#, #"{"a": "axbc"}"#, false),
        (#"{"a": {"b": [{"exists": false}]}}"#, #"{"a": 1}"#, true),
        (#"{"a": [{"exists": true}]}"#, #"{"a": {"b": 1}}"#, false),
        (#"{"a": [{"exists": true}]}"#, #"{"a": null}"#, true),
        (#"{"a": [{"anything-but": "x"}]}"#, "{}", false),
        (#"{"a": [{"anything-but": ["x"]}]}"#, #"{"a": ["x", "y"]}"#, true),
        (#"{"a": [1]}"#, #"{"a": 1.0}"#, false), (#"{"a": [1.0]}"#, #"{"a": 1.00}"#, true),
        (#"{"a": [null]}"#, "{}", false), (#"{"a": [""]}"#, #"{"a": ""}"#, true),
        (#"{"a": ["ä"]}"#, #"{"a": "ä"}"#, true),
    ])
    func `corners of the language`(pattern: String, event: String, expected: Bool) throws {
        #expect(try matches(pattern, event) == expected)
    }

    @Test func `deep patterns and events end with an answer`() throws {
        let deep = String(repeating: #"{"a":"#, count: 5000) + "[1]" + String(repeating: "}", count: 5000)
        #expect(throws: EventPattern.Malformed.self) { try EventPattern(deep) }
        let nested = String(repeating: "[", count: 100) + "1" + String(repeating: "]", count: 100)
        #expect(try !matches(#"{"a": [1]}"#, "{\"a\": \(nested)}"))
    }

    @Test func `a pattern full of stars is held against a long text in a bounded time`() throws {
        let pattern = "{\"a\": [{\"wildcard\": \"" + String(repeating: "*a", count: 500) + "b\"}]}"
        #expect(try !matches(pattern, "{\"a\": \"" + String(repeating: "a", count: 20_000) + "\"}"))
    }
}
