import Foundation
import GradeModel
import JUnitXML
import ReportFixtures
import TestPrograms
import Testing

@Test(.enabled(if: Script.python != nil, "\(Script.advice)"))
func `readers of others find in our files what we wrote`() async throws {
    let folder = try Script.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let results = Sample.allCases.map(\.result) + Hostile.texts.map(Hostile.result)
    var paths: [String] = []
    for (number, result) in results.enumerated() {
        for profile in JUnitProfile.allCases {
            let file = folder.appendingPathComponent("\(number).\(profile.rawValue).xml")
            try Data(JUnitReport(result, profile: profile, audience: .instructor).xml()).write(to: file)
            paths.append(file.path)
        }
    }
    let outcome = try await Script.run("check_junit.py", [Golden.root + "/fixtures/junit/xsd"] + paths)
    if outcome.status == 77 { try Test.cancel("\(outcome.output)") }
    #expect(outcome.status == 0, "\(outcome.output)")
}
