import Foundation
import GradeModel
import JSONValue
import ReportFixtures
import ResultsFolder
import SiteGenerator
import Testing

/// Makes the site of a class and hands its files over by path.
private func withSite(
    students: Int, showsNames: Bool = false, attempts: Int = 1, labs: [String] = ["ec2-ha-pair"],
    _ body: ([String: [UInt8]], [ClassFixture]) throws -> Void
) async throws {
    let folder = try Script.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let classes = try labs.map { try ClassFixture(students: students, in: folder, lab: $0, attempts: attempts) }
    let out = folder.appendingPathComponent("site")
    _ = try await classes[0].site(showsNames: showsNames).write(classes.map(\.results), to: out.path)
    try body(ClassFixture.contents(below: out), classes)
}

private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

struct ClassSiteTests {
    @Test func `every page of a class is strict HTML and every link leads to a file or an element`() async throws {
        try await withSite(students: 12, labs: ["ec2-ha-pair", "Ünusual Lab/../x"]) { files, _ in
            let pages = files.filter { $0.key.hasSuffix(".html") }
            #expect(pages.count > 2 * 2 * 12)
            for (path, bytes) in pages {
                let html = StrictHTML(bytes)
                if !path.hasSuffix("404.html") { #expect(html.problems == [], "\(path)") }
                for link in html.links where !link.hasPrefix("#") && !link.hasPrefix("data:") && !link.hasPrefix("/") {
                    let target = resolve(link, from: path)
                    #expect(files[target] != nil, "\(path) links to \(link)")
                }
            }
        }
    }

    @Test func `the students' tree has no name, address or number of anybody`() async throws {
        try await withSite(students: 12) { files, classes in
            let students = classes[0].results.students
            for (path, bytes) in files where path.hasPrefix("student/") {
                let page = text(bytes)
                for student in students {
                    for word in [student.id, student.name, student.email, student.sisID].compactMap(\.self) {
                        #expect(!page.contains(word), "\(path) names \(word)")
                        #expect(!path.contains(word))
                    }
                }
            }
        }
    }

    @Test func `the students' tree has nothing of hidden checks and leads from nobody to anybody else`() async throws {
        try await withSite(students: 12) { files, _ in
            let codes = Set(
                files.keys.filter { $0.hasPrefix("student/s/") }.compactMap {
                    $0.split(separator: "/").dropFirst(2).first
                })
            #expect(codes.count == 12)
            for (path, bytes) in files where path.hasPrefix("student/") {
                let page = text(bytes)
                #expect(!page.contains("CANARY") && !page.contains("hidden-canary"), "\(path)")
                for code in codes where !path.contains(code) {
                    #expect(!page.contains(code), "\(path) leads to \(code)")
                }
            }
            let staff = files.filter { $0.key.hasPrefix("instructor/") }
            #expect(staff.values.contains { text($0).contains("CANARY-HIDDEN message") })
        }
    }

    @Test func `figures about fewer than five results are not in the students' tree`() async throws {
        try await withSite(students: 4) { files, _ in
            #expect(text(files["student/labs/ec2-ha-pair/index.html"]).contains("Too few results"))
            #expect(!text(files["student/labs/ec2-ha-pair/index.html"]).contains("<svg"))
            #expect(text(files["instructor/labs/ec2-ha-pair/index.html"]).contains("class=\"histogram\""))
        }
    }

    @Test func `instructors see codes, and names where they ask for them`() async throws {
        try await withSite(students: 6) { files, _ in
            #expect(!files.contains { $0.key.hasPrefix("instructor/") && text($0.value).contains("Okonkwo") })
        }
        try await withSite(students: 6, showsNames: true) { files, _ in
            #expect(
                text(files["instructor/labs/ec2-ha-pair/index.html"]).contains("Ada Okonkwo-Lindqvist 0 (s2010000)"))
            #expect(!files.contains { $0.key.hasPrefix("student/") && text($0.value).contains("Okonkwo") })
        }
    }

    @Test func `the dashboard says who needs help and what the grader has to mend`() async throws {
        try await withSite(students: 8) { files, _ in
            let html = StrictHTML(try #require(files["instructor/index.html"])).text
            #expect(html.contains("Grader errors to fix") && html.contains("The sandbox could not be set up"))
            #expect(html.contains("Who needs help") && html.contains("Nothing handed in for"))
            #expect(!StrictHTML(try #require(files["student/index.html"])).text.contains("Who needs help"))
        }
    }

    @Test func `the matrix begins with grader errors and low scores, and ends with those who handed nothing in`()
        async throws
    {
        try await withSite(students: 12) { files, _ in
            let page = text(files["instructor/labs/ec2-ha-pair/index.html"])
            let rows = page.components(separatedBy: "<tr data-failed><th scope=\"row\">").dropFirst()
            #expect(rows.first?.contains("glyph error") == true)
            #expect(page.contains("<td class=\"skipped\">–</td>") && page.contains("<td class=\"passed\">10</td>"))
            let last = try #require(page.components(separatedBy: "<th scope=\"row\">").last)
            #expect(last.contains("glyph skipped") && !last.contains("href"))
        }
    }

    @Test func `a class of more than a page of the matrix is whole without JavaScript`() async throws {
        try await withSite(students: 230) { files, _ in
            let first = text(files["instructor/labs/ec2-ha-pair/index.html"])
            let second = text(files["instructor/labs/ec2-ha-pair/m/2.html"])
            #expect(first.components(separatedBy: "<th scope=\"row\">").count - 1 == 100)
            #expect(second.components(separatedBy: "<th scope=\"row\">").count - 1 == 100)
            #expect(files["instructor/labs/ec2-ha-pair/m/3.html"] != nil)
            #expect(files["instructor/labs/ec2-ha-pair/m/4.html"] == nil)
            let index = text(files["instructor/labs/ec2-ha-pair/idx.js"])
            #expect(index.utf8.count < 230 * 41)
            let json = index.dropFirst("window.skylabIndex=".count).dropLast(2)
            let entries = try JSON.parse(String(json)).arrayValue
            #expect(entries?.count == 230)
            #expect(first.utf8.count < 100 << 10)
        }
    }

    @Test func `equal results are equal bytes, whatever the number of workers`() async throws {
        let folder = try Script.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = try ClassFixture(students: 9, in: folder)
        var trees: [[String: [UInt8]]] = []
        for (number, workers) in [1, 3].enumerated() {
            var options = ClassSite.Options()
            options.workers = workers
            let site = ClassSite(
                try SiteGenerator(site: Golden.root + "/site"), pseudonyms: Pseudonyms(key: [7]), options: options)
            let out = folder.appendingPathComponent("site\(number)")
            let outcome = try await site.write([fixture.results], to: out.path)
            trees.append(try ClassFixture.files(below: out))
            #expect(outcome.files + 1 == trees[number].count && outcome.students == 9)
        }
        #expect(trees[0] == trees[1])
    }

    @Test func `a page's calls are an HTTP archive in a zip beside it`() async throws {
        try await withSite(students: 3) { files, _ in
            let pages = files.keys.filter { $0.contains("/s/") && $0.hasSuffix("/ec2-ha-pair.html") }
            let archives = files.filter { $0.key.hasSuffix("/ec2-ha-pair.har.zip.unpacked/ec2-ha-pair.har") }
            #expect(!archives.isEmpty && archives.count <= pages.count)
            for (path, bytes) in archives {
                let entries = try JSON.parse(bytes)["log"]?["entries"]?.arrayValue ?? []
                let page = text(
                    files[path.replacingOccurrences(of: ".har.zip.unpacked/ec2-ha-pair.har", with: ".html")])
                #expect(!entries.isEmpty && page.contains("<a href=\"ec2-ha-pair.har.zip\" download>"))
            }
        }
    }

    @Test func `older attempts are rows of the page`() async throws {
        try await withSite(students: 6, attempts: 3) { files, _ in
            let page = try #require(
                files.first { $0.key.hasPrefix("student/s/") && $0.key.hasSuffix("/ec2-ha-pair.html") })
            #expect(StrictHTML(page.value).text.contains("Attempts"))
            #expect(text(page.value).contains("<td class=\"number\">3</td>"))
        }
    }

    @Test func `a folder with files of somebody else is not replaced`() async throws {
        let folder = try Script.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = try ClassFixture(students: 2, in: folder)
        let out = folder.appendingPathComponent("site")
        try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: out.appendingPathComponent("thesis.txt"))
        await #expect(throws: (any Error).self) { _ = try await fixture.site().write([fixture.results], to: out.path) }
        #expect(try ClassFixture.files(below: out).keys.sorted() == ["thesis.txt"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "results-ec2-ha-pair", "site",
            ])
    }

    @Test func `codes depend on the key and on the student, and are good file names`() {
        let one = Pseudonyms(key: [1])
        #expect(one.code(of: "ada") == one.code(of: "ada"))
        #expect(one.code(of: "ada") != one.code(of: "Ada"))
        #expect(one.code(of: "ada") != Pseudonyms(key: [2]).code(of: "ada"))
        let codes = Set((0..<500).map { one.code(of: "s\($0)") })
        #expect(codes.count == 500)
        #expect(
            codes.allSatisfy {
                $0.count == 16 && $0.allSatisfy { ("a"..."z").contains($0) || ("2"..."7").contains($0) }
            })
    }

    @Test func `a results folder keeps its key, which nobody else may read`() throws {
        let folder = try Script.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = try ClassFixture(students: 2, in: folder)
        let first = try Pseudonyms(of: fixture.results).code(of: "ada")
        #expect(try Pseudonyms(of: fixture.results).code(of: "ada") == first)
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.folder.path + "/site.key")[
            .posixPermissions]
        #expect(mode as? Int == 0o600)
    }
}

/// The path that a relative link means.
private func resolve(_ link: String, from page: String) -> String {
    var parts = page.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "#")[0].split(separator: "/") {
        if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
}
