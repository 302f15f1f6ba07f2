import ReportFixtures
import Testing

private func asset(_ name: String) throws -> String {
    String(decoding: try #require(Golden.read("site/assets/\(name)")), as: UTF8.self)
}

@Test func `the script never makes HTML of text, loads anything from elsewhere or sends anything`() throws {
    let script = try asset("site.js")
    for word in [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(",
        "XMLHttpRequest",
        "import ", "http:", "https:", "cookie",
    ] {
        #expect(!script.contains(word), "\(word)")
    }
}

@Test func `the style sheet loads nothing and both assets keep to their budgets`() throws {
    let style = try asset("site.css")
    for word in ["url(", "@import", "@font-face", "http:", "https:"] { #expect(!style.contains(word), "\(word)") }
    #expect(style.utf8.count <= 20 << 10)
    #expect(try asset("site.js").utf8.count <= 30 << 10)
}

@Test(arguments: ["passed", "failed", "partial", "skipped", "error"])
func `every verdict has its colour in light and in dark`(verdict: String) throws {
    let style = try asset("site.css")
    #expect(style.split(separator: "--\(verdict): #").count == 3)
    #expect(style.contains(".\(verdict) { --status: var(--\(verdict));"))
}
