import Foundation
import Testing

/// The other tests here are worth what this reader of Swift is worth.
struct SwiftTextTests {
    @Test func `imports are found whatever stands before and after the module`() {
        let source = """
            import Glibc
            package import struct NIOCore.ByteBuffer
            @preconcurrency import Dispatch ; @testable internal import Checks
            // import Commented
            /* import /* import Nested */ AlsoCommented */
            let text = "import Quoted"; let raw = #"a " import Raw "#
            let name = `import`.import
            """
        #expect(SwiftText(source).imports == ["Glibc", "NIOCore", "Dispatch", "Checks"])
    }

    @Test func `code inside an interpolation is code`() {
        let source = #"log("at \(Date()) and \(map["\(UUID())"] ?? "Date()")")"#
        let code = SwiftText(source).code
        #expect(code.contains("Date()"))
        #expect(code.contains("UUID()"))
        #expect(code.components(separatedBy: "Date()").count == 2)
    }

    @Test func `comments and literals are not code`() {
        let source = """
            /// Not `Date()`.
            let a = "Date()" // ContinuousClock
            let b = \"\"\"
                UUID()
                \"\"\"
            """
        #expect(SwiftText(source).code.filter { !$0.isNewline } == "let a=\"\"let b=\"\"")
    }

    @Test func `a manifest's targets are read with their folders and dependencies`() throws {
        let manifest = """
            func service(_ name: String) -> Target {
                library(name, path: "Sources/Services/\\(name)", ["World", "Model"])
            }
            let trees = Target.Dependency.product(name: "Trees", package: "swift-trees")
            let package = Package(
                name: "p", products: [.executable(name: "x", targets: ["x"])],
                dependencies: [.package(url: "https://example.org/trees", from: "1.0.0")],
                targets: [
                    .systemLibrary(name: "CLib", pkgConfig: "lib", providers: [.apt(["lib-dev"])]),
                    library("Leaf"), // library("NotThis")
                    service("EC2"),
                    library("Support", path: "Tests/Support", ["Leaf", trees, .product(name: "HTTP", package: "net")]),
                    .executableTarget(name: "x", dependencies: ["Leaf", "CLib"], swiftSettings: settings),
                    tests("LeafTests", ["Leaf"]),
                ])
            """
        let targets = PackageTable(manifest: manifest).targets
        #expect(targets.map(\.name) == ["CLib", "Leaf", "EC2", "Support", "x", "LeafTests"])
        #expect(
            targets.map(\.folder) == [
                "Sources/CLib", "Sources/Leaf", "Sources/Services/EC2", "Tests/Support", "Sources/x", "Tests/LeafTests",
            ])
        #expect(
            targets.map(\.dependencies) == [[], [], [], ["Leaf", "Trees", "HTTP"], ["Leaf", "CLib"], ["Leaf"]])
        #expect(targets.map(\.isTest) == [false, false, false, false, false, true])
        #expect(PackageTable.serviceDependencies(manifest: manifest) == ["World", "Model"])
    }
}
