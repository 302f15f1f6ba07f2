import Digests
import Foundation
import Testing

@testable import Images

struct StoreTests {
    @Test func `an image's configuration says how it is run`() throws {
        let fixture = try LayoutFixture()
        try fixture.layout(
            "team/web", ref: "v1",
            layers: [[.file("etc/passwd", "root:x:0:0::/root:/bin/sh\nweb:x:7:8::/srv:/bin/sh\n")]],
            config: #"""
                {"Entrypoint":["/run"],"Cmd":["a"],"Env":["A=b=c","=x","PATH=/bin"],"WorkingDir":"/srv","User":"web",
                 "ExposedPorts":{"80/tcp":{}},"StopSignal":"SIGQUIT",
                 "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":5000000000,"Retries":2}}
                """#)
        let image = try fixture.image("team/web:v1")
        let configuration = image.configuration
        #expect(configuration.entrypoint == ["/run"])
        #expect(configuration.command == ["a"])
        #expect(configuration.environment.map { "\($0.name) \($0.value)" } == ["A b=c", "PATH /bin"])
        #expect(configuration.healthCheck?.interval == 5)
        #expect(configuration.exposedPorts == ["80/tcp"])
        let web = try #require(image.root.identity(configuration.user))
        #expect(web == (7, 8))
        #expect(image.root.identity("nobody-here") == nil)
        #expect(image.root.home(of: 7) == "/srv")
    }

    @Test func `what is not there says whether the repository is`() throws {
        let fixture = try LayoutFixture()
        try fixture.layout("web", ref: "v1", layers: [[.file("a", "")]])
        #expect(throws: ImageError.noTag(try ImageReference("web:v2"))) { try fixture.image("web:v2") }
        #expect(throws: ImageError.noRepository(try ImageReference("wbe:v1"))) { try fixture.image("wbe:v1") }
    }

    @Test func `a folder that stands for a private registry is known by its images' digests`() throws {
        let fixture = try LayoutFixture()
        try fixture.layout("web", ref: "v1", layers: [[.file("a", "")]])
        try fixture.layout("1.dkr.ecr.us-east-1.amazonaws.com/team/web", ref: "v2", layers: [[.file("a", "")]])
        let name = "1.dkr.ecr.us-east-1.amazonaws.com/team/web:v2"
        #expect(fixture.store.registryImages == [name: try fixture.image(name).digest])
    }

    @Test func `the second time nothing is unpacked`() throws {
        let fixture = try LayoutFixture()
        try fixture.layout("web", layers: [[.file("a", "first")]])
        let image = try fixture.image("web")
        // What is in the cache is taken as it is, whether the layer can still be read or not.
        try FileManager.default.removeItem(
            atPath: fixture.folder + "/images/web/blobs/sha256/\(Digest.sha256.of(tar([.file("a", "first")])).hex)")
        #expect(try fixture.image("web").root.path == image.root.path)
        #expect(fixture.text("a", in: image) == "first")
    }

    @Test func `a layer whose digest is another is refused`() throws {
        let fixture = try LayoutFixture()
        try fixture.layout("web", layers: [[.file("a", "first")]])
        let digest = Digest.sha256.of(tar([.file("a", "first")])).hex
        try fixture.write(tar([.file("a", "other")]), to: "web/blobs/sha256/\(digest)")
        let problem = #expect(throws: ImageError.self) { try fixture.image("web") }
        #expect(problem?.description.contains("its digest is") ?? false)
    }

    @Test func `what docker save writes is read, and its layers are verified`() throws {
        let layer = tar([.file("hello", "world")])
        let config = Array(
            #"{"config":{"Cmd":["/hello"]},"rootfs":{"diff_ids":["sha256:\#(Digest.sha256.of(layer).hex)"]}}"#.utf8)
        let name = Digest.sha256.of(config).hex
        let manifest = #"[{"Config":"\#(name).json","RepoTags":["web:v3","other/web:v4"],"Layers":["l/layer.tar"]}]"#
        func archive(_ layer: [UInt8]) -> [UInt8] {
            tar([
                .file("l/layer.tar", String(decoding: layer, as: UTF8.self)),
                .file("\(name).json", String(decoding: config, as: UTF8.self)), .file("manifest.json", manifest),
            ])
        }
        let fixture = try LayoutFixture()
        try fixture.write(archive(layer), to: "saved.tar")
        let image = try fixture.image("other/web:v4")
        #expect(fixture.text("hello", in: image) == "world")
        #expect(image.configuration.command == ["/hello"])
        let forged = try LayoutFixture()
        try forged.write(archive(tar([.file("hello", "earth")])), to: "saved.tar")
        #expect(throws: ImageError.self) { try forged.image("web:v3") }
    }

    @Test func `a broken source hides no other`() throws {
        let fixture = try LayoutFixture()
        try fixture.write(Array("{".utf8), to: "broken/index.json")
        try fixture.write(Array("not a tar".utf8), to: "junk.tar")
        try fixture.layout("web", layers: [[.file("a", "x")]])
        #expect(fixture.store.names == ["web:latest"])
    }

    @Test func `the stand-ins answer to the names of tutorials`() throws {
        let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(3).joined(separator: "/").dropFirst()
        let fixture = try LayoutFixture()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "\(root)/scripts/build-images", "\(fixture.folder)/images/stand-ins"]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            // `make test` installs it.
            #expect(text.contains("no static busybox"))
            return
        }
        for name in [
            "nginx", "nginx:1.27-alpine", "public.ecr.aws/nginx/nginx:stable", "httpd:2.4", "busybox",
            "python:3.12-slim",
        ] {
            let image = try fixture.image(name)
            #expect(image.root.identity("nobody")?.user == 65534)
        }
        let nginx = try fixture.image("nginx")
        #expect(fixture.text("usr/share/nginx/html/index.html", in: nginx)?.contains("Welcome to nginx!") ?? false)
        #expect(nginx.configuration.stopSignal == "SIGQUIT")
        #expect(throws: ImageError.noTag(try ImageReference("nginx:lates"))) { try fixture.image("nginx:lates") }
    }
}
