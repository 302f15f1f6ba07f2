import Glibc

/// The library with which programs of a box read clocks that go with virtual time: `libskylab-clock.so`, beside `spawnd`.
///
/// To be shown in the box, and named in the program's `LD_PRELOAD`. Without it sleeps are virtual and clocks are not, as
/// they are for programs that are linked statically.
package enum ClockLibrary {
    /// Its path; nil where it was not built, or lies where `LD_PRELOAD` cannot name it.
    package static func find() -> String? {
        guard let launcher = try? LauncherLocation.find(), let folder = FilePaths.parent(of: launcher),
            access("\(folder)/libskylab-clock.so", R_OK) == 0
        else { return nil }
        let path = FilePaths.resolve("\(folder)/libskylab-clock.so").real
        return path.contains(where: { $0 == " " || $0 == ":" }) ? nil : path
    }
}
