import EmulatorCore
import Glibc
import LabFormat

/// Where the labs and the site's files are, wherever the program is run from.
struct Installation {
    /// The folder that holds `labs` and `site`.
    let root: String

    var labs: String { "\(root)/labs" }

    /// The labs, read with the resources that the emulator has.
    var catalog: LabCatalog { LabCatalog(roots: [labs], selectors: ResourceSelector.all.map(\.name)) }

    var site: String { "\(root)/site" }

    /// Looks at `SKYLAB_HOME`, then `../share/skylab` from the program, then the folders above it: a source tree.
    static func find() throws(CommandFailure) -> Installation {
        if let named = environment("SKYLAB_HOME") {
            guard isComplete(named) else {
                throw CommandFailure("SKYLAB_HOME is \(named), which holds no 'labs' and 'site'", code: .usage)
            }
            return Installation(root: named)
        }
        guard let program = programPath() else {
            throw CommandFailure("cannot tell where this program is; set SKYLAB_HOME", code: .internal)
        }
        var folder = parent(program)
        let shared = parent(folder) + "/share/skylab"
        if isComplete(shared) { return Installation(root: shared) }
        while folder.count > 1 {
            if isComplete(folder) { return Installation(root: folder) }
            folder = parent(folder)
        }
        throw CommandFailure(
            "the labs and site files are not beside \(program); install with `make install`, or name their folder in SKYLAB_HOME",
            code: .usage)
    }

    /// Where client programs are looked for: `SKYLAB_CLIENTS`, the project's own environment, then `PATH`.
    var searchPath: String {
        [environment("SKYLAB_CLIENTS"), "\(root)/.venv/bin", "\(root)/venv/bin", environment("PATH")]
            .compactMap { $0 }.joined(separator: ":")
    }

    /// The images of containers that come with the installation; nil where `make images` has not built them.
    var images: String? {
        ["\(root)/images", "\(root)/.build/images"].first { access("\($0)/index.json", R_OK) == 0 }
    }

    /// A filesystem mirror of Terraform's providers: `SKYLAB_TERRAFORM_MIRROR`, or one that comes with the installation.
    var terraformMirror: String? {
        if let named = environment("SKYLAB_TERRAFORM_MIRROR") { return named }
        let own = "\(root)/terraform-mirror"
        return access(own, R_OK | X_OK) == 0 ? own : nil
    }

    private static func isComplete(_ folder: String) -> Bool {
        access("\(folder)/labs", R_OK | X_OK) == 0 && access("\(folder)/site/templates", R_OK | X_OK) == 0
    }

    private static func programPath() -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink("/proc/self/exe", $0.assumingMemoryBound(to: CChar.self), bytes.count) }
                ?? -1
        }
        return length > 0 ? String(decoding: buffer[..<length], as: UTF8.self) : nil
    }

    private static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}

/// An environment variable; nil where it is unset or empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
}

/// The whole environment.
func wholeEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let pointer = entry.pointee {
        let text = String(cString: pointer)
        if let equals = text.firstIndex(of: "=") {
            result[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        entry += 1
    }
    return result
}
