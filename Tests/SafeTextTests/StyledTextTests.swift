import SafeText
import Testing

private func runs(_ text: String) -> [StyledRun] { text.styled(TextRules()) }

@Test func `colours become runs`() throws {
    let runs = runs("a\u{1B}[1;31mb\u{1B}[0mc")
    #expect(runs.map(\.text) == ["a", "b", "c"])
    #expect(runs[1].style.foreground == 1 && runs[1].style.bold)
    #expect(runs[0].style == TextStyle() && runs[2].style == TextStyle())
}

@Test(arguments: [
    ("38;5;9", UInt8(9)), ("38;5;196", 9), ("38;2;0;200;0", 2), ("38:5:4", 4), ("38;5;244", 8), ("95", 13),
    ("38;5", nil), ("38;2;1", nil), ("38;5;999", nil), ("", nil), ("99999999999999999999", nil),
])
func `a colour is the nearest of sixteen`(parameters: String, expected: UInt8?) {
    #expect(runs("\u{1B}[\(parameters)mx").first?.style.foreground == expected)
}

@Test func `attributes are switched on and off one by one`() {
    let runs = runs("\u{1B}[1;2;3;4;7;9mx\u{1B}[22;23;24;27;29;39;49my")
    #expect(runs.map(\.text) == ["x", "y"])
    #expect(runs[0].style.italic && runs[0].style.underlined && runs[0].style.struckOut && runs[0].style.inverse)
    #expect(runs[1].style == TextStyle())
}

@Test func `equal neighbours are one run, and a rainbow has an end`() {
    #expect(runs("\u{1B}[31ma\u{1B}[31mb").map(\.text) == ["ab"])
    let rainbow = (0..<20_000).map { "\u{1B}[\(31 + $0 % 2)mx" }.joined()
    #expect(runs(rainbow).count <= 4097)
    #expect(runs(rainbow).map(\.text).joined().count == 20_000)
}

@Test func `the text of the runs is the plain text`() {
    for text in [
        "a\u{1B}[31mAKIAIOSFODNN7EXAMPLE\u{1B}[0m b", "\u{1B}[4m" + String(repeating: "é", count: 500) + "\u{1B}[0m!",
    ] {
        let rules = TextRules(limit: 200)
        #expect(text.styled(rules).map(\.text).joined() == text.safe(rules))
    }
}
