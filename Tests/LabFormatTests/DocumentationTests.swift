import FoundationEssentials
import LabFormat
import Testing

struct DocumentationTests {
    @Test func `the example in the reference is a lab without errors and warnings`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = String(decoding: try Data(contentsOf: root.appending(path: "docs/lab-format.md")), as: UTF8.self)
        let after = try #require(page.ranges(of: "```yaml\n").first)
        let rest = page[after.upperBound...]
        let end = try #require(rest.ranges(of: "```").first)
        let example = try LoadedLab.parse(Array(rest[..<end.lowerBound].utf8))
        #expect(example.lab.checks.map(\.id) == ["two-azs", "tagged"])
        #expect(example.warnings == [])
    }
}
