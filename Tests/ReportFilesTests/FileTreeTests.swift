import Foundation
import ReportFiles
import Testing

/// A folder of its own that goes when the test ends.
private final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/skylab-files-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

private func tree(_ files: [String: String]) throws -> FileTree {
    var tree = FileTree()
    for (path, text) in files { try tree.add(Array(text.utf8), at: path) }
    return tree
}

private func text(_ path: String) throws -> String { String(decoding: try readFile(path), as: UTF8.self) }

@Test func `a report is written into a folder that does not exist yet`() throws {
    let folder = try Folder()
    let target = folder.path + "/a/b"
    try tree(["index.html": "x", "assets/site.css": "y"]).write(to: target + "/")
    #expect(try text(target + "/index.html") == "x")
    #expect(try text(target + "/assets/site.css") == "y")
}

@Test func `a later report replaces the earlier one whole`() throws {
    let folder = try Folder()
    let target = folder.path + "/out"
    try tree(["index.html": "old", "old/gone.txt": "x"]).write(to: target)
    try tree(["index.html": "new"]).write(to: target)
    #expect(try text(target + "/index.html") == "new")
    #expect(access(target + "/old", F_OK) != 0)
    #expect(access("\(target).\(getpid()).tmp", F_OK) != 0 && access("\(target).\(getpid()).old", F_OK) != 0)
}

@Test func `a folder with anything else in it is left alone`() throws {
    let folder = try Folder()
    let target = folder.path + "/out"
    try tree(["index.html": "old"]).write(to: target)
    try writeFileAtomically(Array("mine".utf8), to: target + "/thesis.txt")
    #expect(throws: ReportFileError.foreignFile(folder: target, name: "thesis.txt")) {
        try tree(["index.html": "new"]).write(to: target)
    }
    #expect(try text(target + "/thesis.txt") == "mine")
    #expect(try text(target + "/index.html") == "old")
}

@Test func `a symbolic link to a folder is followed, and nothing outside is touched`() throws {
    let folder = try Folder()
    try makeFolders(folder.path + "/real")
    #expect(symlink(folder.path + "/real", folder.path + "/link") == 0)
    try tree(["index.html": "x"]).write(to: folder.path + "/link")
    #expect(try text(folder.path + "/real/index.html") == "x")
}

@Test(arguments: ["", "/abs", "../x", "a/../b", "a//b", ".", "a/.", "x\0y", "a\nb", ".skylab-report"])
func `a name that is none is refused`(name: String) {
    #expect(throws: ReportFileError.unsafeName(name)) { try tree([name: "x"]) }
}

@Test func `a folder that cannot be written is an error with its path and reason`() throws {
    let error = #expect(throws: ReportFileError.self) { try tree(["a": "x"]).write(to: "/proc/nowhere/out") }
    #expect(error.map { "\($0)".contains("/proc/nowhere") } == true)
}

@Test func `a file is whole or not there`() throws {
    let folder = try Folder()
    try writeFileAtomically([1, 2, 3], to: folder.path + "/a")
    #expect(try readFile(folder.path + "/a") == [1, 2, 3])
    #expect(throws: ReportFileError.self) { try writeFileAtomically([1], to: folder.path + "/no/a") }
    #expect(throws: ReportFileError.self) { try readFile(folder.path + "/none") }
}

@Test(arguments: [
    ("k7f2q9", "k7f2q9"), ("ec2-ha-pair", "ec2-ha-pair"),
    (String(repeating: "a", count: 40), String(repeating: "a", count: 40)),
])
func `a harmless name stays`(text: String, slug: String) {
    #expect(fileNameSlug(text) == slug)
}

@Test func `any other name becomes a safe one of its own`() {
    let texts = [
        "../x", "/abs", "a/b", "a\\b", "C:", "CON", "con", "nul.txt", "x.", "x ", "%2e%2e",
        String(repeating: "b", count: 300),
        String(repeating: "c", count: 41), "", "\0", "A", "é", "e\u{301}", "-a", "a-",
    ]
    let slugs = texts.map(fileNameSlug)
    #expect(Set(slugs).count == texts.count)
    for slug in slugs {
        #expect((1...40).contains(slug.utf8.count), "\(slug)")
        #expect(slug.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        #expect(!["con", "nul"].contains(slug) && slug.first != "-" && slug.last != "-")
    }
}
