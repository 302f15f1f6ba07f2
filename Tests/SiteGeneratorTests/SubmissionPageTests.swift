import Foundation
import GradeModel
import ReportFiles
import ReportFixtures
import SafeText
import SiteGenerator
import Testing

private let site = Result { try SiteGenerator(site: Golden.root + "/site") }

private func page(_ result: GradeResult, _ audience: Audience = .student) throws -> [UInt8] {
    try site.get().submissionPage(result, audience: audience)
}

@Test(arguments: Sample.allCases)
func `the page of a sample is the golden one and strict HTML`(sample: Sample) throws {
    for audience in Audience.allCases {
        let page = try page(sample.result, audience)
        #expect(Golden.difference(page, from: "fixtures/reports/\(sample.rawValue).\(audience.rawValue).html") == nil)
        #expect(StrictHTML(page).problems == [])
    }
}

@Test(arguments: Hostile.texts)
func `no text can leave its place on a page`(text: String) throws {
    let html = StrictHTML(try page(Hostile.result(text), .instructor))
    #expect(html.problems == [])
    #expect(html.elements["script"] == 1)
    if !text.contains("\u{1B}"), !text.contains("\u{9B}") {
        let shown = text.safe(.page(limit: 4000)).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        #expect(shown.isEmpty || html.text.range(of: shown, options: .literal) != nil)
    }
}

@Test func `a quote that a combining mark follows is escaped like any other`() throws {
    let text = "\"\u{301}<\u{301}&\u{301}'\u{301}"
    let page = String(decoding: try page(Hostile.result(text)), as: UTF8.self)
    #expect(page.contains("&quot;\u{301}&lt;\u{301}&amp;\u{301}&#39;\u{301}"))
}

@Test func `a student's page has nothing of hidden checks`() throws {
    let student = String(decoding: try page(Sample.mixed.result), as: UTF8.self)
    #expect(!student.contains("CANARY") && !student.contains("hidden-canary"))
    #expect(student.contains("of 80 points"))
    let staff = String(decoding: try page(Sample.mixed.result, .instructor), as: UTF8.self)
    #expect(staff.contains("CANARY-HIDDEN message") && staff.contains("of 95 points"))
}

@Test func `a page shows the files that a lab collects, or why there is none`() throws {
    var result = Sample.mixed.result
    result.program?.files = [
        HandedInFile(path: "report.txt", bytes: 12, digest: "abc", text: "<b>bold</b>\n"),
        HandedInFile(path: "big.txt", bytes: 1 << 20, digest: "def", text: "begins"),
        HandedInFile(path: "data.bin", bytes: 3, digest: "fed"),
        HandedInFile(path: "link", problem: "it is a symbolic link"),
    ]
    let html = StrictHTML(try page(result))
    #expect(html.problems == [])
    for text in [
        "<b>bold</b>", "begins", "Only the beginning", "It is no text", "it is a symbolic link", "not collected",
    ] {
        #expect(html.text.contains(text))
    }
}

@Test func `equal results are equal bytes`() throws {
    #expect(try page(Sample.mixed.result) == page(Sample.mixed.result))
}

@Test func `the first thing to fix is one that gives its reasons`() throws {
    var result = Sample.mixed.result
    result.checks.swapAt(1, 5)
    let html = StrictHTML(try page(result))
    // In second place there is now one that is `no_detail`; the next that says why is the partial one.
    #expect(html.links.first { $0.hasPrefix("#check-") } == "#check-tagged")
}

@Test func `colours of the output are classes`() throws {
    let html = String(decoding: try page(Sample.mixed.result), as: UTF8.self)
    #expect(html.contains("<span class=\"f1 sb\">error:</span>"))
    #expect(!html.contains("style="))
}

@Test func `equal neighbours among calls are one row`() throws {
    let html = String(decoding: try page(Sample.passed.result), as: UTF8.self)
    #expect(html.contains("<span class=\"repeats\">×18</span>"))
    #expect(html.contains("id=\"call-5\"") && !html.contains("id=\"call-6\""))
}

@Test func `ten thousand calls and a gigabyte of output make a page of bounded size`() throws {
    var result = Sample.passed.result
    let call = result.apiCalls[3]
    result.apiCalls = (1...10_000).map { number in
        var call = call
        call.sequence = number
        call.requestParameters = "{\"Number\":\(number),\"Text\":\"\(String(repeating: "<", count: 100))\"}"
        return call
    }
    result.program?.standardOutput = CapturedOutput(
        head: String(repeating: "\u{1B}[31m<\u{1B}[32m&", count: 10_000), tail: "end", totalBytes: 1 << 30,
        omittedBytes: 1 << 29)
    let bytes = try page(result)
    #expect(bytes.count < 1_100_000)
    let html = StrictHTML(bytes)
    #expect(html.problems == [])
    #expect(html.text.contains("calls are left out here") && html.text.contains("truncated"))
}

@Test func `a report is a page and its assets`() throws {
    let tree = try site.get().submissionReport(Sample.passed.result, audience: .student)
    #expect(Set(tree.files.keys) == ["index.html", "calls.har", "assets/site.css", "assets/site.js"])
}

@Test func `a site folder that is incomplete is an error that names the file`() {
    let error = #expect(throws: SiteError.self) { try SiteGenerator(site: "/nonexistent") }
    #expect(error.map { "\($0)".contains("/nonexistent/templates/page.mustache") } == true)
}
