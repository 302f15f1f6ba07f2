import GradeModel
import ReportFixtures
import Testing

@Test func `a result survives JSON`() throws {
    for result in [Sample.passed.result, Sample.mixed.result, Sample.noEntry.result, Sample.sandboxFailure.result] {
        #expect(try GradeResult(json: result.json()) == result)
    }
}

@Test(arguments: [
    ProgramEnding.exited(code: 3), .signalled(signal: 11, name: "SIGSEGV"), .limit(.memory),
    .forbiddenSystemCall(name: "ptrace"), .notStarted(reason: "not executable"),
])
func `every ending survives JSON`(ending: ProgramEnding) throws {
    var result = Sample.passed.result
    result.program?.ending = ending
    #expect(try GradeResult(json: result.json()).program?.ending == ending)
}

@Test func `the document is the golden one, and equal results are equal bytes`() throws {
    #expect(Golden.difference(try Sample.mixed.result.json(), from: "fixtures/reports/mixed.result.json") == nil)
    #expect(try Sample.mixed.result.json() == Sample.mixed.result.json())
}

@Test func `hostile texts survive JSON as they are`() throws {
    for text in Hostile.texts {
        let read = try GradeResult(json: Hostile.result(text).json())
        #expect(read.labTitle == text && read.checks.first?.message == text)
        #expect(read.checks.allSatisfy { $0.seconds.isFinite })
    }
}

@Test func `a result of a newer version is refused by its version`() throws {
    let json = String(decoding: try Sample.passed.result.json(), as: UTF8.self)
    let newer = json.replacing("\"schemaVersion\" : 1", with: "\"schemaVersion\" : 2")
    #expect(throws: GradeResultError.newerSchema(version: 2)) { try GradeResult(json: Array(newer.utf8)) }
}

@Test(arguments: [
    ("", "not valid JSON"), ("[]", ""), ("{}", "schemaVersion"), ("{\"schemaVersion\":1}", "is missing"),
    ("\u{FEFF}x", ""),
])
func `what is not a result is refused with the member`(json: String, word: String) {
    let error = #expect(throws: GradeResultError.self) { try GradeResult(json: Array(json.utf8)) }
    #expect(error.map { "\($0)".contains("not a grading result") } == true)
    if word.hasPrefix("is") || word == "schemaVersion" { #expect(error.map { "\($0)".contains(word) } == true) }
}

@Test(arguments: ["1e300", "-1e300", "\"5\""])
func `points that are none are refused`(points: String) throws {
    let json = String(decoding: try Sample.passed.result.json(), as: UTF8.self)
    let wrong = json.replacing("\"points\" : 20", with: "\"points\" : \(points)")
    #expect(throws: GradeResultError.self) { try GradeResult(json: Array(wrong.utf8)) }
}
