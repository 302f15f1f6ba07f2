/// A lab read from a folder.
package struct LoadedLab: Sendable {
    package var lab: Lab
    /// The lab's folder, as an absolute path.
    package var folder: String
    /// SHA-256, in hexadecimal, of the files that grading depends on: `lab.yaml` and everything below `fixtures`,
    /// `graders` and `gen`. Neither the starter, the solutions nor the README change it.
    package var digest: String
    /// What works, but probably not as meant.
    package var warnings: [LabDiagnostic]

    package init(lab: Lab, folder: String, digest: String, warnings: [LabDiagnostic] = []) {
        self.lab = lab
        self.folder = folder
        self.digest = digest
        self.warnings = warnings
    }

    /// The name of the file that makes a folder a lab.
    package static let fileName = "lab.yaml"

    /// Reads the lab in a folder. `displayName` is what diagnostics call the file: what the person typed.
    package static func read(
        folder: String, displayName: String, selectors: [String] = []
    ) throws(LabError) -> LoadedLab {
        let path = "\(folder)/\(fileName)"
        let diagnostics = Diagnostics(file: displayName, selectors: selectors)
        let bytes: [UInt8]
        do {
            bytes = try FileReading.bytes(of: path, limit: YAMLDocument.maximumBytes)
        } catch {
            throw LabError([LabDiagnostic(file: displayName, message: error.message)])
        }
        let lab = read(bytes, diagnostics)
        guard let lab, !diagnostics.hasErrors else { throw LabError(diagnostics.sorted) }
        for test in lab.selftests where !FileReading.isFolder("\(folder)/\(test.path)") {
            diagnostics.warning("there is no folder '\(test.path)' in the lab", at: test.location)
        }
        do {
            let digest = try LabDigest.of(folder: folder)
            return LoadedLab(lab: lab, folder: folder, digest: digest, warnings: diagnostics.sorted)
        } catch {
            throw LabError([LabDiagnostic(file: displayName, message: error.message)])
        }
    }

    /// Reads a lab's text; for tests and editors. Warnings come with the lab, errors are thrown.
    package static func parse(
        _ bytes: [UInt8], displayName: String = LoadedLab.fileName, selectors: [String] = []
    ) throws(LabError) -> (lab: Lab, warnings: [LabDiagnostic]) {
        let diagnostics = Diagnostics(file: displayName, selectors: selectors)
        guard let lab = read(bytes, diagnostics), !diagnostics.hasErrors else { throw LabError(diagnostics.sorted) }
        return (lab, diagnostics.sorted)
    }

    private static func read(_ bytes: [UInt8], _ diagnostics: Diagnostics) -> Lab? {
        guard let root = YAMLDocument(diagnostics: diagnostics).read(bytes), !diagnostics.hasErrors else { return nil }
        return LabReader(diagnostics: diagnostics).lab(root)
    }
}
