import CSpawnProtocol
import Glibc
import GradeModel

/// A network that containers share, with nothing but loopback, and the folders that they share. It lasts as long as this.
package final class SandboxSpace: Sendable {
    private let id: UInt64
    private let core: SpawnerCore
    private let users: Int32
    private let network: Int32

    /// Listening sockets, in the order in which they were asked for. They belong to the caller, who closes them.
    package let listenerDescriptors: [Int32]

    init(id: UInt64, core: SpawnerCore, listeners: [Int32]) async throws(SandboxError) {
        self.id = id
        self.core = core
        listenerDescriptors = listeners
        do throws(SandboxError) {
            users = try await Self.take(GIFT_USERS, core, id)
            network = try await Self.take(GIFT_NETWORK, core, id)
        } catch {
            core.kill(id, limit: .wallTime)
            throw error
        }
    }

    deinit {
        close(users)
        close(network)
        core.kill(id, limit: .wallTime)
    }

    /// A TCP socket of the network that is not connected; whoever connects it gets to what listens there. It belongs to
    /// the caller.
    package func socket() async throws(SandboxError) -> Int32 { try await Self.take(GIFT_SOCKET, core, id) }

    /// What a container of the space is launched with: descriptors that are the caller's.
    func lodging(folders: [Int]) async throws(SandboxError) -> [Int32] {
        var lodging = [fcntl(users, F_DUPFD_CLOEXEC, 0), fcntl(network, F_DUPFD_CLOEXEC, 0)]
        do throws(SandboxError) {
            for index in folders { lodging.append(try await Self.take(GIFT_FOLDER, core, id, index: index)) }
        } catch {
            for descriptor in lodging { close(descriptor) }
            throw error
        }
        return lodging
    }

    private static func take(
        _ gift: gift, _ core: SpawnerCore, _ id: UInt64, index: Int = 0
    ) async throws(SandboxError) -> Int32 {
        guard let answer = await core.ask(MESSAGE_GIVE, of: id, code: gift.rawValue, index: index) else {
            throw .boxLost
        }
        guard let descriptor = answer.descriptors.first else {
            throw .unavailable(step: "a space's gift", errno: Int32(clamping: answer.code))
        }
        return descriptor
    }
}

/// What makes a box a container.
package struct SandboxContainer: Sendable {
    /// A folder of the space that the container sees.
    package struct Folder: Sendable {
        /// Which one; whoever names the same number sees the same folder.
        package var index: Int
        package var path: String
        package var isReadOnly: Bool

        package init(index: Int, path: String, isReadOnly: Bool) {
            self.index = index
            self.path = path
            self.isReadOnly = isReadOnly
        }
    }

    /// How many folders a container may see.
    package static let mostFolders = Int(MESSAGE_DESCRIPTORS) - Int(LAUNCH_DESCRIPTORS_SHARED)

    /// The folder on this machine that is its root. It is only read: what the container writes is its own, within the limit on
    /// disk space.
    package var image: String
    /// Whom the container sees itself as. On the machine all are one user, who has no rights there.
    package var user: UInt32
    package var group: UInt32
    package var hasReadOnlyRoot = false
    package var hostName = "skylab"
    package var folders: [Folder] = []
    /// Whose network it has.
    package var space: SandboxSpace

    package init(image: String, user: UInt32, group: UInt32, space: SandboxSpace) {
        self.image = image
        self.user = user
        self.group = group
        self.space = space
    }

    func lodging() async throws(SandboxError) -> [Int32] { try await space.lodging(folders: folders.map(\.index)) }
}
