import FoundationEssentials

/// Finds labs: by the path of a lab's folder or its `lab.yaml`, or by id below the folders that hold labs.
package struct LabCatalog: Sendable {
    /// Folders that hold labs, each in a folder of its own; the first one that has a lab wins.
    package let roots: [String]

    /// The resources that a `select` can name; empty where they are not known.
    private let selectors: [String]

    package init(roots: [String], selectors: [String] = []) {
        self.roots = roots
        self.selectors = selectors
    }

    /// Reads the lab that a person named: by the id of one below the roots, else by the path of a folder or a file. A name
    /// with a `/` is always a path.
    package func lab(named name: String) throws(LabError) -> LoadedLab {
        if name.isEmpty { throw LabError([LabDiagnostic(file: "lab", message: "the name of the lab is empty")]) }
        // What lies in the current folder may be a student's: it is never taken for the lab of that id.
        if folder(ofLab: name) != nil { return try lab(withID: name) }
        let absolute = Self.absolute(name)
        if FileReading.isFile(absolute) {
            let parts = absolute.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.last.map(String.init) == LoadedLab.fileName else {
                throw LabError([
                    LabDiagnostic(file: name, message: "a lab is a folder with a \(LoadedLab.fileName), or that file")
                ])
            }
            let folder = parts.dropLast().joined(separator: "/")
            return try LoadedLab.read(folder: folder.isEmpty ? "/" : folder, displayName: name, selectors: selectors)
        }
        let trimmed = name.count > 1 && name.hasSuffix("/") ? String(name.dropLast()) : name
        if FileReading.isFile("\(absolute)/\(LoadedLab.fileName)") {
            return try LoadedLab.read(
                folder: absolute, displayName: "\(trimmed)/\(LoadedLab.fileName)", selectors: selectors)
        }
        if name.contains("/") || name == "." || name == ".." {
            let problem =
                FileReading.isFolder(absolute)
                ? "there is no \(LoadedLab.fileName) in this folder\(Self.nearMiss(in: absolute))"
                : "there is no such folder"
            throw LabError([LabDiagnostic(file: name, message: problem)])
        }
        return try lab(withID: name)
    }

    /// The ids of all labs below the roots, in order.
    package var ids: [String] {
        var seen: Set<String> = []
        for root in roots {
            for name in FileReading.names(in: Self.absolute(root))
            where LabID.isValid(name) && FileReading.isFile(Self.absolute("\(root)/\(name)/\(LoadedLab.fileName)")) {
                seen.insert(name)
            }
        }
        return seen.sorted()
    }

    private func lab(withID id: String) throws(LabError) -> LoadedLab {
        guard LabID.isValid(id) else {
            throw LabError([
                LabDiagnostic(
                    file: id, message: "no path, and no id of a lab either: an id is 1 to 64 of a-z, 0-9 and '-'")
            ])
        }
        guard let folder = folder(ofLab: id) else {
            throw LabError([LabDiagnostic(file: id, message: "there is no lab of that name\(advice(for: id))")])
        }
        let file = "\(folder)/\(LoadedLab.fileName)"
        let loaded = try LoadedLab.read(folder: folder, displayName: file, selectors: selectors)
        guard loaded.lab.id == id else {
            throw LabError([
                LabDiagnostic(
                    file: file,
                    message: "the lab's id is '\(loaded.lab.id)', but its folder is called '\(id)': make them equal")
            ])
        }
        return loaded
    }

    /// Where the lab of an id is below the roots.
    private func folder(ofLab id: String) -> String? {
        guard LabID.isValid(id) else { return nil }
        return roots.lazy.map { Self.absolute("\($0)/\(id)") }
            .first { FileReading.isFile("\($0)/\(LoadedLab.fileName)") }
    }

    private func advice(for id: String) -> String {
        let ids = ids
        if ids.isEmpty {
            return roots.isEmpty ? "" : "; there are no labs in \(roots.joined(separator: ", "))"
        }
        let near = Suggestion.near(id, among: ids) + ids.filter { $0.contains(id) || id.contains($0) }
        var offered: [String] = []
        for candidate in near where !offered.contains(candidate) { offered.append(candidate) }
        if offered.isEmpty { return "; labs here: \(ids.prefix(20).joined(separator: ", "))" }
        return "; did you mean \(offered.prefix(5).map { "'\($0)'" }.joined(separator: " or "))?"
    }

    /// Says so where the file has nearly the right name.
    private static func nearMiss(in folder: String) -> String {
        let near = FileReading.names(in: folder).filter { ["lab.yaml", "lab.yml"].contains($0.lowercased()) }.sorted()
        return near.first.map { "; rename '\($0)' to '\(LoadedLab.fileName)'" } ?? ""
    }

    private static func absolute(_ path: String) -> String {
        let full = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        return URL(filePath: full).standardizedFileURL.path
    }
}
