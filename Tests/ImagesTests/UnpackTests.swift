import Foundation
import Testing

@testable import Images

struct UnpackTests {
    @Test func `later layers lie over earlier ones, and whiteouts hide`() throws {
        let fixture = try LayoutFixture()
        try fixture.layout(
            "app",
            layers: [
                [
                    .folder("etc"), .file("etc/a", "old"), .file("etc/b", "b"), .folder("opt"), .file("opt/x", "x"),
                    .file("opt/y/z", "z"),
                ],
                [.file("etc/a", "new"), .file("etc/.wh.b", ""), .file("opt/new", "n"), .file("opt/.wh..wh..opq", "")],
            ])
        let image = try fixture.image("app")
        #expect(fixture.text("etc/a", in: image) == "new")
        #expect(fixture.text("etc/b", in: image) == nil)
        #expect(FileSystem.names(in: image.root.path + "/opt") == ["new"])
    }

    @Test func `links are followed within the root only`() throws {
        let fixture = try LayoutFixture()
        try "secret".write(toFile: fixture.folder + "/outside", atomically: true, encoding: .utf8)
        try fixture.layout(
            "links",
            layers: [
                [.symlink("abs", "/etc"), .symlink("up", "../../../../../.."), .folder("etc")],
                [
                    .file("abs/passwd", "inside"), .file("up/climbed", "here"),
                    .symlink("out", fixture.folder + "/outside"),
                ],
            ])
        let image = try fixture.image("links")
        #expect(fixture.text("etc/passwd", in: image) == "inside")
        #expect(fixture.text("climbed", in: image) == "here")
        #expect(fixture.text("out", in: image) == nil)
        #expect(FileSystem.names(in: fixture.folder) == ["cache", "images", "outside"])
    }

    @Test(arguments: [
        [TarEntry.file("../escaped", "x")], [.file("a/../../escaped", "x")],
        [.hardlink("h", "../../outside")], [.hardlink("h", "/etc/hostname")], [.file("../.wh.cache", "")],
        [.file(".wh...", "")],
    ])
    func `what leads out of an image is refused`(entries: [TarEntry]) throws {
        let fixture = try LayoutFixture()
        try fixture.layout("bad", layers: [entries])
        #expect(throws: ImageError.self) { try fixture.image("bad") }
        #expect(FileSystem.names(in: fixture.folder + "/cache/tmp") == [])
        #expect(FileSystem.names(in: fixture.folder + "/cache/roots") == [])
    }

    @Test func `a link as the last name is replaced and not written through`() throws {
        let fixture = try LayoutFixture()
        let victim = fixture.folder + "/victim"
        try "safe".write(toFile: victim, atomically: true, encoding: .utf8)
        try fixture.layout("last", layers: [[.symlink("f", victim)], [.file("f", "mine")]])
        #expect(fixture.text("f", in: try fixture.image("last")) == "mine")
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "safe")
    }

    @Test func `devices are left out, and nothing is set-user-ID`() throws {
        let fixture = try LayoutFixture()
        try fixture.layout(
            "modes",
            layers: [
                [
                    TarEntry(name: "null", type: "3", mode: 0o666), TarEntry(name: "pipe", type: "6"),
                    .file("su", "x", mode: 0o4755),
                ]
            ])
        let image = try fixture.image("modes")
        #expect(FileSystem.names(in: image.root.path) == ["su"])
        #expect(FileSystem.status(image.root.path + "/su").map { $0.st_mode & 0o7777 } == 0o755)
    }

    @Test func `hard links within the root are the same file`() throws {
        let fixture = try LayoutFixture()
        try fixture.layout("hard", layers: [[.file("a", "one")], [.hardlink("b/c", "a")]])
        let image = try fixture.image("hard")
        #expect(fixture.text("b/c", in: image) == "one")
        #expect(FileSystem.status(image.root.path + "/a")?.st_nlink == 2)
    }

    @Test func `size, number and depth are bounded`() throws {
        for (entries, change) in [
            (
                [TarEntry.file("a", String(repeating: "x", count: 2000))],
                { (limits: inout ImageLimits) in limits.bytes = 1000 }
            ),
            ((0..<20).map { .file("f\($0)", "") }, { $0.entries = 10 }), ([.file("a/b/c/d/e", "")], { $0.depth = 4 }),
        ] {
            let fixture = try LayoutFixture()
            change(&fixture.limits)
            try fixture.layout("big", layers: [entries])
            #expect(throws: ImageError.self) { try fixture.image("big") }
        }
    }
}
