import JSONValue
import LabFormat
import Sandbox

/// Registers a submission that is nothing but a task definition.
///
/// It is read as checks read it, so that YAML means the same in both places, and sent by boto3, whose own validation is
/// what a student meets at home.
struct TaskDefinitionRegistration {
    private let document: Result<LocatedDocument, DocumentError>
    private let path: String

    /// Where the program finds the document as JSON.
    private static let file = ".skylab-taskdef.json"

    init(_ entry: SandboxFile) {
        path = entry.path
        document = Result { () throws(DocumentError) in try LocatedDocument(entry.contents, path: entry.path) }
    }

    /// The program and its arguments, as the box sees them.
    var command: [String] {
        switch document {
        case .success: ["python3", "-c", Self.program, "/submission/\(Self.file)", path]
        case .failure(let error):
            [
                "python3", "-c", "import sys; sys.exit(sys.argv[1])",
                "\(path):\(error.location.line):\(error.location.column): \(error.message)",
            ]
        }
    }

    /// The submission's files and the document.
    func files(_ files: [SandboxFile]) -> [SandboxFile] {
        guard case .success(let document) = document else { return files }
        return files.filter { $0.path != Self.file }
            + [SandboxFile(path: Self.file, contents: document.value.serialized())]
    }

    private static let program = """
        import json, sys
        import boto3
        from botocore.exceptions import ClientError, ParamValidationError

        with open(sys.argv[1]) as file:
            document = json.load(file)
        if not isinstance(document, dict):
            sys.exit(sys.argv[2] + ": a task definition is an object with members such as family")
        try:
            made = boto3.client("ecs").register_task_definition(**document)["taskDefinition"]
        except (ClientError, ParamValidationError, TypeError) as error:
            sys.exit(sys.argv[2] + ": " + str(error))
        print("registered", made["taskDefinitionArn"])
        """
}
