/// A place in a lab's file. Both numbers count from 1; columns count Unicode scalars.
package struct SourceLocation: Sendable, Hashable, Comparable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Something that is wrong with a lab, or that its author should look at, and where.
package struct LabDiagnostic: Sendable, Hashable {
    package enum Severity: String, Sendable {
        /// The lab cannot be used.
        case error
        /// The lab works, but probably not as meant.
        case warning
    }

    package var severity: Severity
    /// The file as the person named it, for instance `labs/ec2-ha-pair/lab.yaml`.
    package var file: String
    /// Nil where the file as a whole is meant.
    package var location: SourceLocation?
    /// What is wrong and what to do, in one line.
    package var message: String

    package init(severity: Severity = .error, file: String, location: SourceLocation? = nil, message: String) {
        self.severity = severity
        self.file = file
        self.location = location
        self.message = message
    }
}

extension LabDiagnostic: CustomStringConvertible {
    /// `lab.yaml:12:5: error: …`, the form that editors and compilers share.
    package var description: String {
        let place = location.map { ":\($0.line):\($0.column)" } ?? ""
        return "\(file)\(place): \(severity.rawValue): \(message)"
    }
}

/// A lab that cannot be used: everything that was found wrong, in the order of the file.
package struct LabError: Error, Sendable, Hashable, CustomStringConvertible {
    package var diagnostics: [LabDiagnostic]

    package init(_ diagnostics: [LabDiagnostic]) { self.diagnostics = diagnostics }

    /// One diagnostic a line.
    package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
