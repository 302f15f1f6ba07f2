import Foundation
import Testing

/// A target imports what its line in `Package.swift` names, and what comes with the toolchain. SwiftPM alone does not
/// insist: a module that is built for another target can be imported by accident.
struct ImportTests {
    /// Modules of the toolchain and the system.
    private static let toolchain: Set = [
        "Swift", "Glibc", "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Testing",
    ]

    @Test func `every target imports only what its line in the package names`() throws {
        let table = try Repository.table()
        #expect(table.targets.count > 15, "Package.swift could not be read any more; mend PackageTable")
        for target in table.targets where !target.isSystemLibrary {
            let allowed = Self.toolchain.union(target.dependencies).union([target.name])
            for file in try Repository.swiftFiles(below: target.folder) {
                let strangers = SwiftText(try Repository.text(file)).imports.filter { !allowed.contains($0) }
                #expect(strangers.isEmpty, "\(file): the target \(target.name) does not depend on \(strangers)")
            }
        }
    }

    @Test func `every folder with sources is a target`() throws {
        let table = try Repository.table()
        let known = Set(table.targets.map(\.folder))
        // What runs inside of boxes is built by scripts/build-helpers: what Swift's driver links wants Swift's run-time.
        let apart: Set = ["Services", "boxclock", "warmstart"]
        let sources = try Repository.folders(in: "Sources").filter { !apart.contains($0) }.map { "Sources/\($0)" }
        let services = try Repository.folders(in: "Sources/Services").map { "Sources/Services/\($0)" }
        let tests = try Repository.folders(in: "Tests").map { "Tests/\($0)" }
        for folder in sources + services + tests where try Repository.holdsSources(folder) {
            let isTarget = known.contains(folder)
            #expect(isTarget, "\(folder) is no target of Package.swift")
        }
    }

    @Test func `services build on the world and the model, never on one another`() throws {
        let services = try Repository.table().targets.filter { $0.folder.hasPrefix("Sources/Services/") }
        #expect(!services.isEmpty)
        let names = Set(services.map(\.name))
        for service in services {
            #expect(names.isDisjoint(with: service.dependencies), "\(service.name): \(service.dependencies)")
            #expect(Set(service.dependencies).isSuperset(of: ["CloudState", "ServiceModel"]))
        }
    }

    @Test func `only the servers of the emulator and of its runtimes touch the HTTP stack`() throws {
        let servers: Set = ["EmulatorServer", "Workloads"]
        for target in try Repository.table().targets where !target.isTest && !servers.contains(target.name) {
            let network = target.dependencies.filter { $0.hasPrefix("NIO") }
            #expect(network.isEmpty, "\(target.name) depends on \(network)")
        }
    }

    /// An import that points upwards would be a cycle, which SwiftPM refuses; what it does not know is which targets are
    /// leaves.
    @Test(arguments: ["JSONValue", "ServiceModel"])
    func `a leaf depends on nothing`(name: String) throws {
        let target = try #require(try Repository.table().targets.first { $0.name == name })
        #expect(target.dependencies.isEmpty)
    }
}
