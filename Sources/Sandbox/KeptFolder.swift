import CSpawnProtocol
import Glibc

/// The `/tmp` of a box, which outlives it: one box that is launched with it finds there what the other has left.
package final class KeptFolder: Sendable {
    private let mount: Int32

    init(_ mount: Int32) { self.mount = mount }

    deinit { close(mount) }

    /// A descriptor to send along, which is the caller's.
    func copy() throws(SandboxError) -> Int32 {
        let copy = fcntl(mount, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .resources(step: "a folder that is kept", errno: errno) }
        return copy
    }
}

extension SandboxBox {
    /// The box's `/tmp`; nil where the box has ended, or has no namespaces. It counts as the disk space of the box that had it
    /// first.
    package func temporaryFolder() async -> KeptFolder? { await give(GIFT_TEMPORARY).map(KeptFolder.init) }
}
