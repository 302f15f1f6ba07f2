import ArgumentParser
import Glibc
import LabFormat
import ReportFiles

/// `skylab lab new`: a small lab to begin with.
struct LabNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a small lab that works, to be changed.")

    @Argument(help: "The folder to make; its name becomes the lab's id.")
    var folder: String

    func run() throws {
        let id = folder.split(separator: "/").last.map(String.init) ?? ""
        guard LabID.isValid(id) else {
            throw CommandFailure(
                "'\(id)' cannot be a lab's id, which is 1 to 64 of a-z, 0-9 and -; for instance my-lab", code: .usage)
        }
        guard access(folder, F_OK) != 0 else {
            throw CommandFailure("'\(folder)' is there already", code: .usage)
        }
        let solution = LabTemplate.program(tagged: true)
        let files = [
            ("lab.yaml", LabTemplate.lab(id)), ("README.md", LabTemplate.readme),
            ("starter/solution.sh", LabTemplate.starter),
            ("solutions/cli/solution.sh", solution), ("bad/untagged/solution.sh", LabTemplate.program(tagged: false)),
        ]
        var tree = FileTree()
        do {
            for (path, text) in files { try tree.add(Array(text.utf8), at: path) }
            try tree.write(to: folder, isReplaceable: false)
        } catch {
            throw CommandFailure("\(error)", code: .output)
        }
        let path = folder.contains("/") ? folder : "./\(folder)"
        writeOut("\(folder): lab.yaml, a starter, a solution, and a submission that must fail\n")
        writeOut("next: skylab lab test \(path)\n")
    }
}

/// The texts of a new lab.
enum LabTemplate {
    static func lab(_ id: String) -> String {
        """
        lab: v1
        id: \(id)
        title: {en: "One server, and whose it is"}
        points: 10
        interfaces:
          cli: {entry: solution.sh}
        limits: {wall: 60s}
        network: emulator
        checks:
          - id: running
            title: One instance is running
            points: 6
            state:
              select: ec2:instance
              where: "State.Name=='running'"
              count: 1
            fail: "{{count}} instance(s) are running."
            hints: ["See `aws ec2 run-instances help`."]
          - id: owned
            title: It says whose it is
            points: 4
            requires: [running]
            state:
              select: ec2:instance
              where: "State.Name=='running'"
              count: 1
              each: {Tags.Owner: {matches: "\\\\S"}}
            fail: "{{offender.InstanceId}} has no Owner tag."
        selftest:
          - {path: solutions/cli, score: 10, passes: [running, owned]}
          - {path: bad/untagged, score: 6, passes: [running], fails: [owned]}
          - {path: starter, score: 0, fails: [running], skips: [owned]}

        """
    }

    static let readme = """
        # One server, and whose it is

        Run one `t3.micro` instance of Amazon Linux 2023, with a tag `Owner` that names you. Hand in `solution.sh`.

        """

    static let starter = """
        #!/usr/bin/env bash
        set -euo pipefail
        # Find the newest image of Amazon Linux 2023, run one instance of it, and wait until it runs.

        """

    static func program(tagged: Bool) -> String {
        let tag = tagged ? "    --tag-specifications 'ResourceType=instance,Tags=[{Key=Owner,Value=ada}]' \\\n" : ""
        return """
            #!/usr/bin/env bash
            set -euo pipefail
            image=$(aws ec2 describe-images --owners amazon --filters 'Name=name,Values=al2023-ami-2023.*-x86_64' \\
                --query 'sort_by(Images, &CreationDate)[-1].ImageId' --output text)
            id=$(aws ec2 run-instances --image-id "$image" --instance-type t3.micro \\
            \(tag)    --query 'Instances[0].InstanceId' --output text)
            aws ec2 wait instance-running --instance-ids "$id"

            """
    }
}
