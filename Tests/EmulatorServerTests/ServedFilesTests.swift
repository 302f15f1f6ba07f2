import EmulatorServer
import Foundation
import Testing

/// What `skylab serve` shows and what it doesn't.
struct ServedFilesTests {
    /// A site of two pages in a folder, with a secret beside it and links that lead there.
    private func withSite(_ body: (ServedFiles) throws -> Void) throws {
        let manager = FileManager.default
        let parent = manager.temporaryDirectory.appendingPathComponent("served-\(UUID().uuidString)")
        defer { try? manager.removeItem(at: parent) }
        let root = parent.appendingPathComponent("site")
        try manager.createDirectory(at: root.appendingPathComponent("labs/a"), withIntermediateDirectories: true)
        for (path, text) in [
            ("site/index.html", "front"), ("site/labs/a/index.html", "lab"), ("site/404.html", "nothing"),
            ("site/a.har", "{}"), ("site/a.svg", "<svg/>"), ("site/a.exe", "x"), ("site/.hidden", "hidden"),
            ("secret.txt", "secret"),
        ] { try Data(text.utf8).write(to: parent.appendingPathComponent(path)) }
        try manager.createSymbolicLink(
            at: root.appendingPathComponent("out.txt"), withDestinationURL: parent.appendingPathComponent("secret.txt"))
        try manager.createSymbolicLink(at: root.appendingPathComponent("up"), withDestinationURL: parent)
        try #require(mkfifo(root.appendingPathComponent("pipe.txt").path, 0o600) == 0)
        try body(ServedFiles(root: root.path, onlyLocalNames: true))
    }

    private func answer(
        _ files: ServedFiles, _ target: String, method: String = "GET", host: String? = "localhost:8080"
    ) -> FileAnswer {
        files.answer(method: method, target: target, host: host)
    }

    private func header(_ answer: FileAnswer, _ name: String) -> String? {
        answer.headers.first { $0.name == name }?.value
    }

    @Test func `a folder is shown by its index, and a path without its slash leads there`() throws {
        try withSite { files in
            #expect(answer(files, "/").body == Array("front".utf8))
            #expect(answer(files, "/?x=1").status == 200)
            #expect(answer(files, "/labs/a/index.html").body == Array("lab".utf8))
            let moved = answer(files, "/labs/a")
            #expect(moved.status == 301 && header(moved, "Location") == "/labs/a/")
            #expect(header(answer(files, "//labs//a"), "Location") == "/labs/a/")
        }
    }

    @Test(arguments: [
        "/../secret.txt", "/labs/../../secret.txt", "/%2e%2e/secret.txt", "/out.txt", "/up/secret.txt", "/pipe.txt",
        "/.hidden",
        "/labs/./a/index.html", "/..\\secret.txt", "/a\u{0}b", "secret.txt", "http://evil/", "/index.html/x", "/none",
        "",
        "/" + String(repeating: "a", count: 4000),
    ])
    func `nothing but plain files of the folder is shown`(target: String) throws {
        try withSite { files in
            let answer = answer(files, target)
            #expect(answer.status == 404)
            #expect(answer.body == Array("nothing".utf8))
        }
    }

    @Test func `what is no page is downloaded, and no type is guessed`() throws {
        try withSite { files in
            for path in ["/a.har", "/a.exe"] {
                #expect(header(answer(files, path), "Content-Disposition") == "attachment", "\(path)")
            }
            #expect(header(answer(files, "/a.svg"), "Content-Type") == "text/plain; charset=utf-8")
            for path in ["/", "/a.exe", "/none"] {
                let answer = answer(files, path)
                #expect(header(answer, "X-Content-Type-Options") == "nosniff")
                #expect(header(answer, "Content-Security-Policy")?.contains("frame-ancestors 'none'") == true)
            }
        }
    }

    @Test(arguments: [
        ("localhost", 200), ("LOCALHOST:80", 200), ("127.0.0.1:8080", 200), ("[::1]:8080", 200), ("evil.example", 421),
        ("localhost.evil.example", 421), ("127.0.0.1.evil.example:80", 421), ("", 421),
    ])
    func `another name for this machine is refused`(host: String, status: Int) throws {
        try withSite { files in
            #expect(answer(files, "/", host: host).status == status)
            #expect(answer(files, "/", host: nil).status == 421)
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "TRACE", "get"])
    func `only GET and HEAD are answered`(method: String) throws {
        try withSite { files in
            let answer = answer(files, "/", method: method)
            #expect(answer.status == 405 && header(answer, "Allow") == "GET, HEAD")
        }
    }
}
