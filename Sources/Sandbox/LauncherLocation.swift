import Glibc

/// Where `spawnd` is looked for: the path in `SKYLAB_SPAWND` and nowhere else where that is set; else beside the
/// running program, or in `../libexec/skylab/` from there.
package enum LauncherLocation {
    /// The path of the first one that can be executed.
    package static func find() throws(SandboxError) -> String {
        let candidates = candidates()
        for path in candidates where access(path, X_OK) == 0 { return path }
        throw .launcherNotFound(searched: candidates)
    }

    private static func candidates() -> [String] {
        if let named = getenv("SKYLAB_SPAWND").map({ String(cString: $0) }), !named.isEmpty { return [named] }
        guard let program = FilePaths.link("/proc/self/exe"), let folder = FilePaths.parent(of: program) else {
            return []
        }
        let prefix = FilePaths.parent(of: folder) ?? folder
        return ["\(folder)/spawnd", "\(prefix)/libexec/skylab/spawnd"]
    }
}
