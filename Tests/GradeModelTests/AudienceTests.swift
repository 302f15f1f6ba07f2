import GradeModel
import ReportFixtures
import Testing

@Test func `hidden checks and their points do not exist for a student`() throws {
    let shown = Sample.mixed.result.shown(to: .student)
    #expect(!shown.checks.contains { $0.id == "hidden-canary" })
    #expect(shown.maximum == Points(80) && Sample.mixed.result.maximum == Points(95))
    #expect(!String(decoding: try shown.json(), as: UTF8.self).contains("CANARY"))
}

@Test(arguments: Visibility.allCases)
func `only visible and no_detail checks reach a student`(visibility: Visibility) {
    let check = Sample.check("a", "A", .failed, 0, 1, visibility: visibility, message: "m", expected: "e")
    let shown = check.shown(to: .student, hidden: [])
    #expect((shown != nil) == (visibility == .visible || visibility == .noDetail))
    #expect((shown?.expected == "e") == (visibility == .visible))
    #expect(check.shown(to: .instructor, hidden: []) == check)
}

@Test func `a check that waits for a hidden one does not say for which`() throws {
    let shown = try #require(Sample.mixed.result.shown(to: .student).checks.first { $0.id == "after-hidden" })
    #expect(shown.blockedBy.isEmpty && !shown.message.contains("hidden-canary"))
}

@Test func `credentials are blanked wherever the program could write them`() throws {
    var result = Sample.mixed.result
    result.program?.standardOutput.head = "AKIAIOSFODNN7EXAMPLE"
    result.apiCalls[0].requestParameters = #"{"SecretString":"hunter2"}"#
    result.checks[1].actual = "X-Amz-Signature=ff00"
    for audience in Audience.allCases {
        let json = String(decoding: try result.shown(to: audience).json(), as: UTF8.self)
        #expect(!json.contains("AKIAIOSF") && !json.contains("hunter2") && !json.contains("ff00\""))
    }
}
