extension Lab {
    /// The checks that no self-test expects to fail: they may not be able to.
    package var checksNeverFailed: [CheckDefinition] {
        let failed = Set(selftests.flatMap(\.fails))
        return checks.filter { !failed.contains($0.id) }
    }
}

extension LoadedLab {
    /// What the author has not shown of the checks.
    ///
    /// - Parameter name: the lab as the person named it.
    package func proofWarnings(in name: String) -> [LabDiagnostic] {
        let file = name.hasSuffix("/") ? name + Self.fileName : name
        return lab.checksNeverFailed.map { check in
            LabDiagnostic(
                severity: .warning, file: file, location: check.location,
                message: "no self-test fails '\(check.id)': a check that was never seen to fail may not be able to")
        }
    }
}
