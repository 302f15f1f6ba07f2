import Synchronization

/// The lines that a container writes, on their way to CloudWatch Logs.
final class ContainerLog: Sendable {
    /// What is kept of one container in all; a program that writes without end is not kept from running.
    private static let most = 16 << 20
    /// CloudWatch Logs takes events of up to 256 KiB.
    private static let mostLine = 256 << 10

    private struct State {
        var rest: [UInt8] = []
        var lines: [String] = []
        var total = 0
        var isScheduled = false
    }

    private let state = Mutex(State())

    /// Adds what was read. Returns whether somebody has to `take` it soon.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            guard state.total < Self.most else { return false }
            state.total += bytes.count
            state.rest.append(contentsOf: bytes)
            while let end = state.rest.firstIndex(of: 10) {
                state.lines.append(String(decoding: state.rest[..<end], as: UTF8.self))
                state.rest.removeSubrange(...end)
            }
            if state.rest.count > Self.mostLine {
                state.lines.append(String(decoding: state.rest, as: UTF8.self))
                state.rest = []
            }
            if state.total >= Self.most {
                state.lines.append("(Skylab keeps no more than 16 MiB of a container's log.)")
            }
            guard !state.lines.isEmpty, !state.isScheduled else { return false }
            state.isScheduled = true
            return true
        }
    }

    /// The lines since the last time; with `isEnd` also one without an end.
    func take(isEnd: Bool = false) -> [String] {
        state.withLock { state in
            state.isScheduled = false
            if isEnd, !state.rest.isEmpty {
                state.lines.append(String(decoding: state.rest, as: UTF8.self))
                state.rest = []
            }
            defer { state.lines = [] }
            return state.lines
        }
    }
}
