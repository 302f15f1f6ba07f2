import GradeModel
import JUnitXML
import ReportFixtures
import Testing

private let ownSchema = "docs/junit-strict.xsd"
private let foreign = "fixtures/junit/xsd/"

private let strictSchemas = [ownSchema, foreign + "junit-10.xsd", foreign + "surefire-test-report.xsd"]
private let antSchemas = [foreign + "junit-10.xsd", foreign + "windyroad-ant.xsd"]

private func validate(_ xml: [UInt8], under schemas: [String]) throws {
    for schema in schemas {
        let text = try #require(Golden.read(schema))
        #expect(throws: Never.self, "\(schema): \(String(decoding: xml.prefix(3000), as: UTF8.self))") {
            try XMLSchemaValidator(schema: text).validate(xml)
        }
    }
}

@Test(arguments: Sample.allCases)
func `the strict document of a sample is the golden one and valid`(sample: Sample) throws {
    for audience in Audience.allCases {
        let xml = try JUnitReport(sample.result, audience: audience).xml()
        #expect(
            Golden.difference(xml, from: "fixtures/reports/\(sample.rawValue).\(audience.rawValue).junit.xml") == nil)
        try validate(xml, under: strictSchemas)
    }
}

@Test func `the Ant document of a sample is the golden one and valid`() throws {
    let xml = try JUnitReport(Sample.mixed.result, profile: .ant, audience: .instructor).xml()
    #expect(Golden.difference(xml, from: "fixtures/reports/mixed.ant.junit.xml") == nil)
    try validate(xml, under: antSchemas)
}

@Test(arguments: Hostile.texts)
func `no text can break a document`(text: String) throws {
    let result = Hostile.result(text)
    try validate(try JUnitReport(result, audience: .instructor).xml(), under: strictSchemas)
    try validate(try JUnitReport(result, audience: .student).xml(), under: strictSchemas)
    try validate(try JUnitReport(result, profile: .ant, audience: .instructor).xml(), under: antSchemas)
}

@Test func `no command for a build server survives`() throws {
    for text in Hostile.texts {
        let xml = String(decoding: try JUnitReport(Hostile.result(text), audience: .instructor).xml(), as: UTF8.self)
        for word in ["[[ATTACHMENT|", "[[PROPERTY|", "##vso[", "##teamcity[", "section_start:", "section_end:"] {
            #expect(!xml.contains(word), "\(text)")
        }
        #expect(!xml.contains("\u{1B}") && !xml.contains("<![CDATA["))
    }
}

@Test func `counts are those of the cases and a partial check is a failure`() {
    let suite = JUnitReport(Sample.mixed.result, audience: .instructor).suite
    #expect(suite.cases.count == 9)
    #expect(suite.failures == 4)
    #expect(suite.errors == 1)
    #expect(suite.skipped == 2)
}

@Test func `extra credit that is not earned breaks no build`() throws {
    var result = Sample.mixed.result
    let missed: [Verdict] = [.failed, .partial, .error]
    result.checks = missed.enumerated().map { number, verdict in
        Sample.check("extra-\(number)", "Encrypted volumes", verdict, 0, 5, extraCredit: true, message: "two are not")
    }
    let outcomes = JUnitReport(result, audience: .instructor).suite.cases.map(\.outcome)
    try #require(outcomes.count == 3)
    #expect(
        outcomes.prefix(2) == [
            .skipped(message: "extra credit, not earned: two are not"),
            .skipped(message: "extra credit, not earned: 0 of 5 points: two are not"),
        ])
    guard case .error = outcomes[2] else { return #expect(Bool(false), "\(outcomes)") }
}

@Test func `a student's document knows nothing of hidden checks`() throws {
    let xml = String(decoding: try JUnitReport(Sample.mixed.result, audience: .student).xml(), as: UTF8.self)
    #expect(!xml.contains("CANARY") && !xml.contains("hidden-canary"))
    #expect(xml.contains(#"name="no-detail""#))
    // 10 + 20 + 10 + 20 + 10 + 5 + 5: the hidden check's 15 points are not among them.
    #expect(xml.contains(#"<property name="grade.max" value="80"/>"#))
}

@Test func `a broken grader is an error and a missing entry a failure`() {
    let broken = JUnitReport(Sample.sandboxFailure.result, audience: .student).suite
    #expect((broken.cases.count, broken.errors, broken.failures) == (1, 1, 0))
    let missing = JUnitReport(Sample.noEntry.result, audience: .student).suite
    #expect((missing.cases.count, missing.errors, missing.failures, missing.skipped) == (2, 0, 1, 1))
}

@Test func `case names stay unique when ids collide`() {
    var result = Sample.passed.result
    for index in result.checks.indices { result.checks[index].id = "same" }
    #expect(JUnitReport(result, audience: .student).suite.cases.map(\.name) == ["same", "same#2", "same#3"])
}

@Test(arguments: [
    "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-23T18:00:57", "yesterday", "", "２026-11-23T18:0Z",
])
func `a time that is none is left out`(time: String) throws {
    var result = Sample.passed.result
    result.startedAt = time
    let report = JUnitReport(result, audience: .student)
    #expect(report.suite.timestamp == nil)
    try validate(try report.xml(), under: strictSchemas)
}

@Test func `the validator names the line and the problem`() throws {
    let schema = try #require(Golden.read(ownSchema))
    let validator = XMLSchemaValidator(schema: schema)
    let wrong = Array("<testsuite name=\"a\" hostname=\"b\"/>\n".utf8)
    let problem = #expect(throws: XMLProblem.self) { try validator.validate(wrong) }
    #expect(problem?.description.contains("line 1") == true)
    #expect(problem?.description.contains("hostname") == true)
    #expect(throws: XMLProblem.self) { try validator.validate(Array("<a".utf8)) }
    #expect(throws: XMLProblem.self) { try validator.validate([]) }
    #expect(throws: XMLProblem.self) { try XMLSchemaValidator(schema: Array("<a/>".utf8)).validate(wrong) }
}

@Test func `an hour of output is cut to size, in linear time`() throws {
    var result = Sample.passed.result
    result.program?.standardOutput = CapturedOutput(
        head: String(repeating: "\u{1B}[", count: 1 << 18), tail: String(repeating: "]]>&<\u{1}", count: 1 << 16),
        totalBytes: 1 << 32, omittedBytes: 1 << 31)
    var xml: [UInt8] = []
    let time = try processorSeconds { xml = try JUnitReport(result, audience: .student).xml() }
    #expect(xml.count < 600 << 10)
    #expect(time < 10)
    try validate(xml, under: strictSchemas)
}

@Test func `the document about JUnit names every property and every type`() throws {
    let document = String(decoding: try #require(Golden.read("docs/junit.md")), as: UTF8.self)
    for property in JUnitReport(Sample.mixed.result, audience: .student).suite.properties {
        #expect(document.contains("`\(property.name)`"), "\(property.name)")
    }
    for type in ["CheckFailed", "CheckPartial", "GraderError", "SubmissionProblem", "InfrastructureProblem"] {
        #expect(document.contains("`\(type)`"))
    }
}
