/// One test suite as JUnit knows it: the grading of one submission.
package struct JUnitSuite: Sendable, Equatable {
    /// One test case: a check.
    package struct Case: Sendable, Equatable {
        package enum Outcome: Sendable, Equatable {
            case passed
            case skipped(message: String)
            /// The student's work fell short.
            case failure(type: String, message: String, text: String)
            /// The grader or its surroundings broke.
            case error(type: String, message: String, text: String)
        }

        /// Unique in the suite on its own, as Artemis needs it.
        package var name: String
        package var className: String
        package var seconds: Double
        package var outcome: Outcome
        package var standardOutput: String?
        package var standardError: String?
    }

    package var name: String
    /// What Ant calls the package: the lab.
    package var package: String
    package var seconds: Double
    /// UTC without a zone or fraction; nil where the result has no valid time.
    package var timestamp: String?
    package var properties: [(name: String, value: String)]
    package var cases: [Case]

    package static func == (left: JUnitSuite, right: JUnitSuite) -> Bool {
        left.name == right.name && left.package == right.package && left.seconds == right.seconds
            && left.timestamp == right.timestamp && left.cases == right.cases
            && left.properties.elementsEqual(right.properties) { $0 == $1 }
    }

    package var failures: Int { cases.count { if case .failure = $0.outcome { true } else { false } } }
    package var errors: Int { cases.count { if case .error = $0.outcome { true } else { false } } }
    package var skipped: Int { cases.count { if case .skipped = $0.outcome { true } else { false } } }
}
