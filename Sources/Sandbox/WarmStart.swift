import Glibc

/// What runs the AWS CLI of a box in a process that has its libraries loaded already: `skylab-warm` and `skylab-warm.py`,
/// beside `spawnd`. All but the first call of a program then cost the call, and no start of Python.
///
/// The process that waits is the box's own: it is started by the first call, confined like the rest, and gone with the
/// box. Nothing is shared between boxes.
package struct WarmStart: Sendable, Equatable {
    /// Where the commands are that ``file(for:)`` makes; to be the first folder of the box's `PATH`.
    package static let folder = "/opt/skylab/bin"

    /// What the box must show besides the program itself.
    package let readOnlyPaths: [String]
    private let launcher: String

    /// Nil where it was not built.
    package init?() {
        guard let spawnd = try? LauncherLocation.find(), let folder = FilePaths.parent(of: spawnd) else { return nil }
        let launcher = FilePaths.resolve("\(folder)/skylab-warm").real
        let server = launcher + ".py"
        guard FilePaths.isProgram(launcher), access(server, R_OK) == 0 else { return nil }
        self.launcher = launcher
        readOnlyPaths = [launcher, server]
    }

    /// The command by which the box calls a program; nil where the program is not the AWS CLI as a Python script, as the
    /// frozen one of AWS's own installer.
    ///
    /// The kernel reads 255 bytes of a script's first line, and no space in a path: see execve(2).
    package func file(for program: String) -> SandboxFile? {
        let line = "#!\(launcher) \(program)\n"
        let isPlain = !(launcher + program).contains { $0 == " " || $0 == "\"" || $0 == "\\" || $0.isNewline }
        guard line.utf8.count <= 255, isPlain, let text = FilePaths.text(of: program), text.hasPrefix("#!"),
            text.contains("awscli"),
            let name = program.split(separator: "/").last
        else { return nil }
        // Who gives the file to Python, as to one that is known by its name, has it run the program.
        let rest = "import os, sys\nos.execv(\"\(program)\", [\"\(program)\"] + sys.argv[1:])\n"
        return SandboxFile(
            path: "\(Self.folder.dropFirst())/\(name)", isExecutable: true, contents: Array((line + rest).utf8))
    }
}
