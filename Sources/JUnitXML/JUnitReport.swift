package import GradeModel

/// Which schema family a JUnit file follows; no document satisfies both (see `docs/junit.md`).
package enum JUnitProfile: String, Sendable, CaseIterable {
    /// Root `testsuite`; valid under Jenkins' junit-10 and Surefire's schema.
    case strict
    /// Root `testsuites`; valid under junit-10 and the Ant schema of Windy Road.
    case ant
}

/// Why no JUnit file came about.
package enum JUnitError: Error, Equatable, CustomStringConvertible {
    /// libxml2 gave up, which it does for want of memory.
    case notWritten

    package var description: String { "libxml2 could not write the JUnit document: out of memory?" }
}

/// A grading as JUnit XML.
package struct JUnitReport: Sendable {
    package var suite: JUnitSuite
    package var profile: JUnitProfile

    /// For a student, hidden checks are left out altogether.
    package init(_ result: GradeResult, profile: JUnitProfile = .strict, audience: Audience) {
        suite = JUnitSuite(result, audience: audience)
        self.profile = profile
    }

    /// The document in UTF-8; equal results are equal bytes.
    package func xml() throws(JUnitError) -> [UInt8] {
        guard var xml = XMLText() else { throw .notWritten }
        switch profile {
        case .strict: suite.writeStrict(to: &xml)
        case .ant: xml.element("testsuites") { xml in suite.writeAnt(to: &xml, id: 0) }
        }
        guard let bytes = xml.finish() else { throw .notWritten }
        return bytes
    }

    /// Several gradings in one document, in the Ant profile: the strict one has room for a single suite.
    package static func xml(ofClass suites: [JUnitSuite]) throws(JUnitError) -> [UInt8] {
        guard var xml = XMLText() else { throw .notWritten }
        xml.element("testsuites") { xml in
            for (id, suite) in suites.enumerated() { suite.writeAnt(to: &xml, id: id) }
        }
        guard let bytes = xml.finish() else { throw .notWritten }
        return bytes
    }
}
