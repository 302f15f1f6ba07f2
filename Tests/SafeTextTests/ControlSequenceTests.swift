import ReportFixtures
import SafeText
import Testing

private let plain = TextRules()

@Test(arguments: [
    ("a\u{1B}[31mb\u{1B}[0mc", "abc"), ("\u{1B}]0;title\u{7}x", "x"),
    ("\u{1B}]8;;http://evil\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
    ("\u{1B}]52;c;ZXZpbA==\u{7}x", "x"), ("\u{1B}[2J\u{1B}[Hx", "x"), ("\u{1B}Pq#0\u{1B}\\x", "x"),
    ("\u{9B}31mx\u{9B}m", "x"),
    ("\u{9D}0;t\u{9C}x", "x"), ("\u{1B}(Bx\u{1B}7\u{1B}c", "x"), ("\u{90}dcs\u{1B}\\x", "x"),
])
func `a complete control sequence is removed`(text: String, expected: String) {
    #expect(text.safe(plain) == expected)
}

@Test(arguments: [
    ("\u{1B}]swallow everything", "\\u{1B}]swallow everything"), ("\u{1B}[12;", "\\u{1B}[12;"), ("\u{1B}", "\\u{1B}"),
    ("\u{1B}]a\u{1B}[1mb", "\\u{1B}]ab"), ("\u{1B}Pa\u{18}b", "\\u{1B}Pa\\u{18}b"), ("\u{1B}é", "\\u{1B}é"),
])
func `an incomplete control sequence hides nothing`(text: String, expected: String) {
    #expect(text.safe(plain) == expected)
}

@Test func `characters that act or hide are written by their number`() {
    #expect("a\u{0}b\u{8}c\u{7F}d\u{85}e".safe(plain) == "a\\u{0}b\\u{8}c\\u{7F}d\\u{85}e")
    #expect("\u{202E}gpj.exe\u{2066}\u{200F}".safe(plain) == "\\u{202E}gpj.exe\\u{2066}\\u{200F}")
    #expect("\u{FFFE}\u{FFFF}\u{1FFFE}\u{10FFFF}".safe(plain) == "\\u{FFFE}\\u{FFFF}\\u{1FFFE}\\u{10FFFF}")
    #expect("\u{2028}\u{FEFF}\u{200B}".safe(plain) == "\\u{2028}\\u{FEFF}\\u{200B}")
}

@Test(arguments: ["Київ — ґрунт", "東京 ＡＢ", "👩‍💻 👍🏽 🇺🇦", "e\u{301} \u{FFFD}", "می‌خواهم", "tab\there"])
func `what people write stays as it is`(text: String) {
    #expect(text.safe(plain) == text)
}

@Test func `line ends become LF, and one line keeps them visible`() {
    #expect("a\r\nb\rc\nd".safe(plain) == "a\nb\nc\nd")
    #expect("a\r\nb\tc".safe(.line(limit: 100)) == "a\\nb c")
}

@Test func `bytes that are not UTF-8 are replaced, not trusted`() {
    #expect(
        decodedText([0x61, 0xFF, 0xC0, 0xAF, 0xED, 0xA0, 0x80, 0x62]).safe(plain).filter { $0 != "\u{FFFD}" } == "ab")
}

@Test func `every scalar of the first planes comes out fit for XML`() {
    for value in (UInt32(0)...0x2FFFF) {
        guard let scalar = Unicode.Scalar(value) else { continue }
        let text = String(Character(scalar)).safe(plain)
        for scalar in text.unicodeScalars where scalar.value != 0x0A {
            if isUnsafe(scalar.value) { Issue.record("\(value) leaves \(scalar.value)") }
        }
        #expect(!text.isEmpty)
    }
}

@Test(arguments: [
    "\u{1B}[", "\u{1B}]", "\u{9D}", "\u{1B}P\u{1B}", "\u{1B}[1;", "[[", "-----BEGIN PRIVATE KEY", "Authorization ", "a",
    "AKIA", "::\n",
])
func `half a hostile megabyte takes time in proportion`(piece: String) {
    let text = String(repeating: piece, count: (1 << 19) / piece.utf8.count)
    let time = processorSeconds {
        #expect(text.safe(.report(limit: 64 << 10)).utf8.count < 100 << 10)
        #expect(text.styled(.page(limit: 64 << 10)).count < 5000)
    }
    // A debug build; quadratic time would be minutes.
    #expect(time < 15)
}

@Test func `a megabyte of sequences that never end is read in linear time`() {
    func seconds(_ count: Int) -> Double {
        let text = String(repeating: "\u{1B}[", count: count)
        return processorSeconds { #expect(text.safe(.page(limit: 4 << 10)).utf8.count < 5 << 10) }
    }
    _ = seconds(1000)
    // Eight times the text takes about eight times as long; a scan that begins anew at each of them, sixty-four.
    #expect(seconds(512 << 10) < 40 * max(seconds(64 << 10), 0.01))
}
