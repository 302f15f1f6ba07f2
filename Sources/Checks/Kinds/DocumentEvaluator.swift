import GradeModel
import JMESPath
package import JSONValue
import LabFormat

/// `document`: what is wrong with a document, with its place.
struct DocumentEvaluator: CheckEvaluator {
    let check: DocumentCheck

    private static let maximumEvidence = 50

    func evaluate(in context: any CheckContext) throws(CheckFault) -> CheckOutcome {
        let document: ReadDocument
        do {
            document = try context.document(check.source, check.schema)
        } catch {
            throw CheckFault("the document cannot be looked at: \(error)")
        }
        let violations = document.violations
        var facts = violations.map { violation in
            Evidence(
                subject: document.name, property: violation.pointer.isEmpty ? "the document" : violation.pointer,
                expected: expected, actual: violation.words, holds: false)
        }
        if violations.isEmpty, check.schema != nil {
            facts.append(
                Evidence(
                    subject: document.name, property: "the document", expected: expected, actual: expected,
                    holds: true))
        }
        if let value = document.value { facts += try expectations(value, document.name) }
        let wrong = facts.first { !$0.holds }
        let first = violations.first
        // Violations leave nothing to give a part of the points for.
        let good = violations.isEmpty ? facts.count(where: \.holds) : 0
        return CheckOutcome(
            passed: wrong == nil, share: CheckOutcome.Share(reached: good, possible: max(facts.count, 1)),
            message: first.map { "\(document.name): \($0.sentence)" } ?? wrong.map(sentence) ?? "",
            expected: wrong?.expected ?? expected, actual: wrong?.actual ?? expected,
            evidence: Array((facts.filter { !$0.holds } + facts.filter(\.holds)).prefix(Self.maximumEvidence)),
            placeholders: [
                "expected": .string(wrong?.expected ?? expected), "actual": .string(wrong?.actual ?? ""),
                "file": .string(document.name),
                "pointer": .string(first?.pointer ?? wrong?.property ?? ""),
                "line": first?.line.map(JSON.integer) ?? .null,
                "message": .string(first?.message ?? wrong.map(sentence) ?? ""),
            ])
    }

    private var expected: String {
        check.schema.map { "what \($0.service):\($0.operation) takes" } ?? "a document that can be read"
    }

    private func sentence(_ fact: Evidence) -> String {
        "\(fact.subject): expected \(fact.property) to be \(fact.expected), found \(fact.actual)."
    }

    private func expectations(_ value: JSON, _ name: String) throws(CheckFault) -> [Evidence] {
        var facts: [Evidence] = []
        for (path, matchers) in check.expectations {
            facts.append(try StateEvaluator.fact(name, value, path, matchers))
        }
        return facts
    }
}

/// A document of a submission, and what is wrong with it.
package struct ReadDocument: Sendable {
    package struct Violation: Sendable {
        /// JSON pointer (RFC 6901); empty for the whole.
        package var pointer: String
        /// Nil where the document has no lines, because it was sent.
        package var line: Int?
        package var message: String

        package init(pointer: String, line: Int? = nil, message: String) {
            self.pointer = pointer
            self.line = line
            self.message = message
        }

        var words: String { message + (line.map { " (line \($0))" } ?? "") }
        var sentence: String { (pointer.isEmpty ? "" : "\(pointer) ") + words }
    }

    /// The file's path, or the call.
    package var name: String
    /// Nil where it cannot be read.
    package var value: JSON?
    package var violations: [Violation]

    package init(name: String, value: JSON?, violations: [Violation] = []) {
        self.name = name
        self.value = value
        self.violations = violations
    }
}
