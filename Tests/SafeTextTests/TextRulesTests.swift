import SafeText
import Testing

@Test func `a long text keeps its beginning and its end`() {
    let text = String(repeating: "a", count: 600) + String(repeating: "z", count: 600)
    #expect(
        text.truncated(to: 100) == String(repeating: "a", count: 50) + "…[truncated 1100 bytes]…"
            + String(repeating: "z", count: 50))
    #expect("abc".truncated(to: 3) == "abc")
    #expect("abc".truncated(to: 0) == "…[truncated 3 bytes]…")
    #expect("abc".truncated(to: -5) == "…[truncated 3 bytes]…")
}

@Test func `a cut never splits a scalar`() {
    let text = String(repeating: "€", count: 100)
    for limit in 0..<40 { #expect(!text.truncated(to: limit).contains("\u{FFFD}")) }
}

@Test func `a beginning says how much is left, and never splits a scalar`() {
    #expect("abcdef".beginning(of: 4) == ("abcd", 2))
    #expect("abc".beginning(of: 3) == ("abc", 0))
    #expect("a€b".beginning(of: 2) == ("a", 4))
    #expect("abc".beginning(of: -1) == ("", 3))
}

@Test(arguments: [
    ("[[ATTACHMENT|/etc/passwd]]", "[ [ATTACHMENT|/etc/passwd]]"), ("[[[PROPERTY|a=b]]", "[[ [PROPERTY|a=b]]"),
    ("if [[ -f x ]]", "if [[ -f x ]]"),
    ("::error::x", ": :error::x"), ("a\n \t::add-mask::x", "a\n \t: :add-mask::x"), ("std::vector", "std::vector"),
    ("##vso[task.x]", "# #vso[task.x]"), ("x ##teamcity[", "x # #teamcity["), ("##[group]", "# #[group]"),
    ("## heading", "## heading"),
    ("section_start:1:x", "section_start :1:x"), ("section_end:", "section_end :"),
    ("\u{1B}[0K::warning::x", ": :warning::x"), ("a\r::error::x", "a\n: :error::x"),
])
func `a build server's command is broken by a space`(text: String, expected: String) {
    #expect(text.safe(.report(limit: 1000)) == expected)
}

@Test func `a cut cannot bring a command to the start of a line`() {
    let text = "x\n" + String(repeating: "y", count: 100) + "::error::z"
    for limit in 2..<110 {
        let lines = text.safe(.report(limit: limit)).split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix("::") }, "\(limit)")
    }
}

@Test(arguments: [
    ("id AKIAIOSFODNN7EXAMPLE.", "id [redacted 20 bytes]."), ("ASIAIOSFODNN7EXAMPLE", "[redacted 20 bytes]"),
    ("AKIAlowercase7EXAMPL", "AKIAlowercase7EXAMPL"),
    ("Authorization: AWS4-HMAC-SHA256 Credential=a\nb", "Authorization: [redacted 29 bytes]\nb"),
    ("'Authorization': b'AWS4 x', 'a': 1", "'Authorization': b'[redacted 6 bytes]', 'a': 1"),
    ("X-Amz-Security-Token: abc", "X-Amz-Security-Token: [redacted 3 bytes]"),
    ("https://a/?X-Amz-Signature=ff00&b=c", "https://a/?X-Amz-Signature=[redacted 4 bytes]&b=c"),
    (#"{"SecretAccessKey": "a/b+c", "x":1}"#, #"{"SecretAccessKey": "[redacted 5 bytes]", "x":1}"#),
    (#"{\"SecretAccessKey\":\"abc\"}"#, #"{\"SecretAccessKey\":\"[redacted 3 bytes]\"}"#),
    ("<SecretAccessKey>abc</SecretAccessKey>", "<SecretAccessKey>[redacted 3 bytes]</SecretAccessKey>"),
    ("export AWS_SECRET_ACCESS_KEY=abc cd", "export AWS_SECRET_ACCESS_KEY=[redacted 3 bytes] cd"),
    (#""userData":"IyEvYmlu""#, #""userData":"[redacted 8 bytes]""#),
    ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nx", "[redacted 65 bytes]\nx"),
    ("-----BEGIN PRIVATE KEY-----\nMII", "[redacted 31 bytes]"),
    ("-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\nMII"),
    ("authorization failed", "authorization failed"), ("AuthorizationError: no", "AuthorizationError: no"),
])
func `a credential shows its length only`(text: String, expected: String) {
    #expect(text.redacted() == expected)
    #expect(expected.redacted() == expected)
    #expect(text.safe(TextRules()) == expected)
}

@Test func `a credential in colours is found all the same`() {
    #expect("AKIA\u{1B}[1mIOSFODNN7EXAMPLE".safe(TextRules()) == "[redacted 20 bytes]")
    #expect("AKIA\u{1B}[1mIOSFODNN7EXAMPLE".styled(TextRules()).map(\.text).joined() == "[redacted 20 bytes]")
}
