import Checks
import CloudState
import EmulatorCore
import JSONValue
import LabFormat
import Sandbox
import ServiceModel
import Submissions

/// Documents that a submission holds, or that its program has sent.
struct SubmittedDocuments {
    let submission: Submission
    let entry: Entry
    let trail: Trail

    /// - Throws: where there is no such operation, which is the lab's fault.
    func read(_ source: DocumentCheck.Source, _ schema: DocumentCheck.Schema?) throws -> ReadDocument {
        let shape = try schema.map { schema in
            guard let operation = Services.signed(schema.service)?.model().operation(schema.operation) else {
                throw GradingError("'aws:\(schema.service):\(schema.operation)' is no operation known here")
            }
            return operation.input
        }
        switch source {
        case .file(let path): return file(path, shape)
        case .entry:
            if entry.interface.kind == .taskdef { return file(entry.file.path, shape) }
            guard let schema else { throw GradingError("the entry is a program, no document") }
            return call(schema, shape)
        }
    }

    private func file(_ path: String, _ shape: Shape?) -> ReadDocument {
        guard let file = submission.files.first(where: { $0.path == path }) else {
            return ReadDocument(
                name: path, value: nil, violations: [.init(pointer: "", message: "there is no such file")])
        }
        do throws(DocumentError) {
            let document = try LocatedDocument(file.contents, path: path)
            let violations = shape.map { DocumentSchema.violations(of: document.value, $0) } ?? []
            return ReadDocument(
                name: path, value: document.value,
                violations: violations.map {
                    .init(pointer: $0.pointer, line: document.location(of: $0.pointer).line, message: $0.message)
                })
        } catch {
            return ReadDocument(
                name: path, value: nil,
                violations: [.init(pointer: "", line: error.location.line, message: error.message)])
        }
    }

    /// What the program sent last, whatever came of it.
    private func call(_ schema: DocumentCheck.Schema, _ shape: Shape?) -> ReadDocument {
        let name = "\(schema.service):\(schema.operation)"
        let calls = trail.records.filter { $0.service == schema.service && $0.eventName == schema.operation }
        guard let last = calls.last else {
            return ReadDocument(
                name: name, value: nil, violations: [.init(pointer: "", message: "no such call was made")])
        }
        guard let input = last.input else {
            return ReadDocument(
                name: name, value: nil,
                violations: [.init(pointer: "", message: last.error?.message ?? "the call could not be read")])
        }
        let value = JSON(parameters: input)
        let violations = shape.map { DocumentSchema.violations(of: value, $0) } ?? []
        return ReadDocument(
            name: name, value: value, violations: violations.map { .init(pointer: $0.pointer, message: $0.message) })
    }
}
