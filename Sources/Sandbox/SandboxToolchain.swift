import Glibc

/// The client programs of the host (`aws`, `python3`, `terraform`) as a box can run them: where they really are, and
/// what of the host must be visible for them to work.
///
/// Found out from files alone; nothing is executed. Of a prefix such as `/root/.pyenv/versions/3.11.7` or a virtual
/// environment only the folders that hold programs and libraries are shown, never a home folder.
package struct SandboxToolchain: Sendable, Equatable {
    /// The real program behind each name that was found: not a shim, as pyenv's are.
    package private(set) var programs: [String: String] = [:]
    /// What was looked for in vain.
    package private(set) var missing: [String] = []
    /// For ``SandboxPolicy/readOnlyPaths``, the system's paths included; parents before what is below them.
    package private(set) var readOnlyPaths: [String] = SandboxPolicy.systemPaths
    /// The `PATH` with which the box finds the same programs.
    package private(set) var searchPath = "/usr/local/bin:/usr/bin:/bin"

    /// Looks for programs.
    ///
    /// - Parameters:
    ///   - names: what to look for; an absolute path stands for itself.
    ///   - searchPath: folders separated by colons, as in `PATH`.
    package init(of names: [String], searchPath: String) {
        var survey = ToolchainSurvey(searchPath: searchPath)
        var folders: [String] = []
        for name in names {
            guard let found = survey.find(name) else {
                missing.append(name)
                continue
            }
            let program = survey.behindShim(found)
            programs[name] = program
            survey.show(program)
            if let folder = FilePaths.parent(of: program), !folders.contains(folder) { folders.append(folder) }
        }
        readOnlyPaths += survey.paths.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
        let standard = self.searchPath.split(separator: ":").map(String.init)
        self.searchPath = (folders.filter { !standard.contains($0) } + standard).joined(separator: ":")
    }
}
