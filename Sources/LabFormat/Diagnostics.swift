/// Collects what is wrong while a lab is read, so that its author sees it all at once.
final class Diagnostics {
    let file: String
    /// The resources that a `select` can name; empty where they are not known.
    let selectors: [String]
    private(set) var entries: [LabDiagnostic] = []
    private static let maximum = 100

    init(file: String, selectors: [String] = []) {
        self.file = file
        self.selectors = selectors
    }

    var hasErrors: Bool { entries.contains { $0.severity == .error } }

    /// Everything so far, in the order of the file.
    var sorted: [LabDiagnostic] {
        entries.sorted { left, right in
            (left.location ?? SourceLocation(line: 0, column: 0))
                < (right.location ?? SourceLocation(line: 0, column: 0))
        }
    }

    func error(_ message: String, at location: SourceLocation) { add(.error, message, location) }
    func warning(_ message: String, at location: SourceLocation) { add(.warning, message, location) }

    private func add(_ severity: LabDiagnostic.Severity, _ message: String, _ location: SourceLocation) {
        guard entries.count < Self.maximum else { return }
        entries.append(LabDiagnostic(severity: severity, file: file, location: location, message: message))
    }
}
