import Synchronization

/// The bytes of an answer that come while it is being sent, and how far the one who sends them has got: whoever makes them
/// can wait for a client that reads slowly.
package final class BodyStream: Sendable {
    package enum Part: Sendable, Equatable {
        case bytes([UInt8])
        case end
        /// Nothing more comes, and what came is not the whole.
        case broken
    }

    private struct State {
        var waiting: [Part] = []
        var reader: (@Sendable (Part) -> Void)?
        var isOver = false
        /// Bytes that have not gone out yet.
        var pending = 0
        var whenDrained: [@Sendable () -> Void] = []
    }

    /// More than this on the way is enough.
    private static let most = 1 << 20

    private let state = Mutex(State())

    package init() {}

    /// Adds a part; what comes after the end is dropped.
    package func send(_ part: Part) {
        state.withLock { state in
            guard !state.isOver else { return }
            if case .bytes(let bytes) = part { state.pending += bytes.count } else { state.isOver = true }
            if let reader = state.reader { reader(part) } else { state.waiting.append(part) }
        }
    }

    /// Gives the parts to a reader, in order: those that are there at once, the others as they come. The reader is called
    /// under a lock: it must be quick, and must not call the stream.
    package func read(_ reader: @escaping @Sendable (Part) -> Void) {
        state.withLock { state in
            state.reader = reader
            for part in state.waiting { reader(part) }
            state.waiting = []
        }
    }

    /// Whether it has ended, or nobody reads any more.
    package var isOver: Bool { state.withLock { $0.isOver } }

    /// Whether more is on the way than should be.
    package var isFull: Bool { state.withLock { $0.pending > Self.most } }

    /// So many bytes have gone out, or are not going to.
    package func sent(_ count: Int) {
        let ready = state.withLock { state -> [@Sendable () -> Void] in
            state.pending -= count
            guard state.pending <= Self.most / 2 else { return [] }
            defer { state.whenDrained = [] }
            return state.whenDrained
        }
        for action in ready { action() }
    }

    /// Nobody reads any more: what is on the way is as good as sent.
    package func abandon() {
        let pending = state.withLock { state in
            state.isOver = true
            state.waiting = []
            return state.pending
        }
        sent(pending)
    }

    /// Calls back when there is room again, which may be at once.
    package func whenDrained(_ action: @escaping @Sendable () -> Void) {
        let isReady = state.withLock { state in
            guard state.pending > Self.most / 2, !state.isOver else { return true }
            state.whenDrained.append(action)
            return false
        }
        if isReady { action() }
    }
}
