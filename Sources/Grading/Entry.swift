import LabFormat
import Sandbox
import Submissions

/// The program of a submission: which interface of the lab it uses, and the file that is run.
struct Entry {
    let interface: LabInterface
    let file: SandboxFile

    /// Finds the one interface whose entry is there.
    init(_ submission: Submission, _ lab: Lab) throws(SubmissionError) {
        var found = lab.interfaces.compactMap { interface in
            submission.files.first { $0.path == interface.entry }.map { (interface, $0) }
        }
        // A task definition beside a program is what that program registers.
        if found.contains(where: { $0.0.kind != .taskdef }) { found.removeAll { $0.0.kind == .taskdef } }
        let wanted = lab.entries.joined(separator: " or ")
        guard let first = found.first else {
            let advice = Self.nearMiss(submission, lab) ?? "put your program into a file of that name"
            throw SubmissionError("there is no \(wanted) in '\(submission.name)'; \(advice)")
        }
        guard found.count == 1 else {
            let names = found.map(\.0.entry).joined(separator: " and ")
            throw SubmissionError("there are both \(names) in '\(submission.name)'; keep the one that is to be graded")
        }
        (interface, file) = first
        guard String(validating: file.contents, as: UTF8.self) != nil else {
            throw SubmissionError(
                "\(file.path) is not UTF-8 text; save it with UTF-8 encoding\(Self.place(file.contents))")
        }
        guard !file.contents.contains(0) else {
            throw SubmissionError("\(file.path) holds a NUL byte, so it is no program text")
        }
        if interface.kind == .cli { try checkShell() }
    }

    /// What to do with a file that was probably meant: `Solution.sh`, `solution.sh.txt` or `work/solution.sh`.
    private static func nearMiss(_ submission: Submission, _ lab: Lab) -> String? {
        if let archive = submission.files.first(where: { ArchiveName.base(of: $0.path) != nil }) {
            return "unpack '\(archive.path.prefix(200))', or hand it in without other files beside it"
        }
        for entry in lab.entries {
            guard let wanted = entry.split(separator: "/").last?.lowercased() else { continue }
            for file in submission.files.sorted(by: { $0.path.utf8.count < $1.path.utf8.count }) {
                guard let name = file.path.split(separator: "/").last else { continue }
                let lower = name.lowercased()
                guard lower == wanted || lower.hasPrefix("\(wanted).") else { continue }
                let shown = file.path.prefix(200)
                return name == entry
                    ? "move '\(shown)' to the top of it" : "is '\(shown)' meant? Its name has to be \(entry)"
            }
        }
        return nil
    }

    /// What editors of Windows put into a script, and bash takes for a part of its commands.
    private func checkShell() throws(SubmissionError) {
        guard !file.contents.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw SubmissionError(
                "\(file.path) begins with a byte order mark, which bash takes for a part of the first word; save it as UTF-8 without BOM"
            )
        }
        let first = file.contents.prefix { $0 != UInt8(ascii: "\n") }
        guard first.last != UInt8(ascii: "\r") else {
            throw SubmissionError(
                "\(file.path) has Windows line ends (CRLF), which bash takes for a part of each command; save it with Unix line ends (LF)"
            )
        }
    }

    /// The provider comes from the mirror that the box shows; nothing is downloaded.
    private static let terraform = """
        printf 'provider_installation { filesystem_mirror { path = "%s" } }\\n' "$TERRAFORM_MIRROR" > "$TF_CLI_CONFIG_FILE"
        terraform init -input=false -no-color
        terraform apply -input=false -no-color -auto-approve
        """

    /// Where the first byte is that cannot be UTF-8.
    private static func place(_ bytes: [UInt8]) -> String {
        var line = 1
        for chunk in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if String(validating: chunk, as: UTF8.self) == nil { return " (line \(line))" }
            line += 1
        }
        return ""
    }

    /// The program and its arguments, as the box sees them.
    var command: [String] {
        switch interface.kind {
        case .cli: ["bash", "-eu", file.path]
        case .boto3: ["python3", file.path]
        case .terraform: ["bash", "-euc", Self.terraform]
        case .zip: interface.deployment.map(HandlerDeployment.command) ?? ["false"]
        case .taskdef: TaskDefinitionRegistration(file).command
        }
    }
}
