import Foundation
import GradeModel
import JSONValue
import ReportFiles
import ReportFixtures
import SiteGenerator
import Testing

/// What roster, submission and program could bring into a site.
struct HostileClassTests {
    /// Ids that are no file names, or clash where a file system folds them.
    private static let ids = [
        "../x", "/abs", "a/b", "..\\x", "C:", "CON", "nul.txt", "dot.", "space ", "caf\u{E9}", "cafe\u{301}", "%2e%2e",
        "Ab",
        "ab", "AB", ".", "..", "\u{0}", "~", "-rf", String(repeating: "x", count: 300), "__proto__", "constructor",
        "\u{D7FF}",
    ]

    private func site(_ ids: [String], _ body: ([String: [UInt8]], Set<String>) throws -> Void) async throws {
        let folder = try Script.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = try ClassFixture(students: ids.count, in: folder, ids: ids)
        let out = folder.appendingPathComponent("out/site")
        _ = try await fixture.site(showsNames: true).write([fixture.results], to: out.path)
        let beside = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("out").path)
        try body(ClassFixture.contents(below: out), Set(beside))
    }

    @Test func `every id becomes a folder of its own with a plain name, and nothing is written elsewhere`() async throws
    {
        try await site(Self.ids) { files, beside in
            #expect(beside == ["site"])
            let folders = Set(files.keys.filter { $0.hasPrefix("instructor/s/") }.map { $0.split(separator: "/")[2] })
            #expect(folders.count == Self.ids.count)
            for path in files.keys where path != ".skylab-report" && !path.hasSuffix(".nojekyll") {
                for part in path.split(separator: "/") {
                    let isPlain = part.utf8.allSatisfy {
                        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
                    }
                    #expect(isPlain && part.utf8.count <= 45 && !part.hasSuffix("."), "\(path)")
                }
            }
        }
    }

    @Test func `a name is text on every page and data in the index, whatever is in it`() async throws {
        // Several texts a name, so that the class stays small.
        let names = (0..<8).map { student in
            Hostile.texts.indices.filter { $0 % 8 == student }.map { Hostile.texts[$0] }.joined(separator: " ")
                + " \(student)"
        }
        try await site(names) { files, _ in
            for (path, bytes) in files where path.hasSuffix("/index.html") || path.contains("/checks/") {
                #expect(StrictHTML(bytes).problems == [], "\(path)")
            }
            let index = String(decoding: try #require(files["instructor/labs/ec2-ha-pair/idx.js"]), as: UTF8.self)
            #expect(!index.contains("<") && !index.unicodeScalars.contains { $0.value == 0x2028 || $0.value == 0x2029 })
            let rows = try JSON.parse(String(index.dropFirst("window.skylabIndex=".count).dropLast(2))).arrayValue
            #expect(rows?.count == names.count)
            #expect(
                index.hasPrefix("window.skylabIndex=[") && index.hasSuffix("];\n")
                    && index.split(separator: "\n").count == 1)
        }
    }

    @Test func `every page has the policy first, and none has a script or a style of its own`() async throws {
        try await site(["a", "b", "c", "d", "e", "f"]) { files, _ in
            let allowed: Set = ["default-src", "style-src", "script-src", "img-src", "base-uri", "form-action"]
            for (path, bytes) in files where path.hasSuffix(".html") {
                let page = String(decoding: bytes, as: UTF8.self)
                let head = try #require(page.components(separatedBy: "<meta charset=\"utf-8\">\n").last)
                let policy = try #require(
                    head.components(separatedBy: "content=\"").dropFirst().first?.split(separator: "\"").first)
                #expect(head.hasPrefix("<meta http-equiv=\"Content-Security-Policy\""), "\(path)")
                // `frame-ancestors`, `sandbox` and `report-uri` would be ignored in an element.
                let directives = policy.split(separator: ";").compactMap {
                    $0.split(separator: " ").first.map(String.init)
                }
                #expect(Set(directives) == allowed, "\(path)")
                #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("http"))
                #expect(!page.contains(" style=") && !page.contains("<style") && !page.contains("<script>"), "\(path)")
            }
        }
    }

    @Test
    func
        `a deep request, a line of a megabyte and ten thousand tags make a page of bounded size that says what is missing`()
        throws
    {
        var result = Sample.passed.result
        let deep = String(repeating: "{\"a\":[", count: 20_000)
        result.apiCalls[3].requestParameters = deep
        result.apiCalls[3].responseElements = String(repeating: "x", count: 1 << 20)
        result.program?.standardOutput = CapturedOutput(
            head: String(repeating: "y", count: 1 << 20), totalBytes: 1 << 20)
        result.topology?.vpcs[0].zones[0].subnets[0].resources[0].facts = (0..<10_000).map {
            TopologyFact("tag \($0)", "v")
        }
        let files = try SiteGenerator(site: Golden.root + "/site").submissionReport(result, audience: .instructor).files
        let page = try #require(files["index.html"])
        #expect(page.count < 512 << 10)
        #expect(StrictHTML(page).problems == [])
        let text = StrictHTML(page).text
        #expect(text.contains("…[truncated") && text.contains("and 9980 more"))
    }
}
