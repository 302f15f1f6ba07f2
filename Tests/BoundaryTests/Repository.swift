import Foundation

/// The repository that these tests were compiled in.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
    }

    /// Paths of the Swift files below a folder, relative to the repository, in order.
    static func swiftFiles(below folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { $0.hasSuffix(".swift") }.sorted().map { "\(folder)/\($0)" }
    }

    /// Whether there is anything to compile in a folder.
    static func holdsSources(_ folder: String) throws -> Bool {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            .contains { $0.hasSuffix(".swift") || $0.hasSuffix(".c") }
    }

    static func folders(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            at: root.appending(path: folder), includingPropertiesForKeys: [.isDirectoryKey]
        )
        .filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
        .map(\.lastPathComponent).sorted()
    }

    /// The targets, each service with what the helper gives to all of them.
    static func table() throws -> PackageTable {
        let manifest = try text("Package.swift")
        var table = PackageTable(manifest: manifest)
        let common = PackageTable.serviceDependencies(manifest: manifest)
        for index in table.targets.indices where table.targets[index].folder.hasPrefix("Sources/Services/") {
            table.targets[index].dependencies += common
        }
        return table
    }
}
