import Foundation
import GradeModel
import ReportFixtures
import Testing

/// The names of all members in a JSON value, those of `limits` aside.
private func memberNames(_ value: Any) -> Set<String> {
    switch value {
    case let object as [String: Any]:
        object.reduce(into: []) { names, member in
            names.insert(member.key)
            names.formUnion(memberNames(member.value))
        }
    case let list as [Any]: list.reduce(into: []) { $0.formUnion(memberNames($1)) }
    default: []
    }
}

@Test func `the document of the schema names every member that is written`() throws {
    let document = String(decoding: try #require(Golden.read("docs/result-schema.md")), as: UTF8.self)
    var names: Set<String> = []
    for sample in Sample.allCases {
        names.formUnion(memberNames(try JSONSerialization.jsonObject(with: Data(sample.result.json()))))
    }
    #expect(names.count > 50)
    let words = Set(document.split { !($0.isLetter || $0 == "_") }.map(String.init))
    #expect(names.subtracting(words) == [])
}
