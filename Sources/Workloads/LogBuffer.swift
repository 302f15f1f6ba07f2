import Glibc
import Synchronization

/// Gathers what a runtime writes, as lines, up to a bound: what comes before the first event, and what comes after it.
final class LogBuffer: Sendable {
    private struct State {
        var initialization: [UInt8] = []
        var bytes: [UInt8] = []
        var dropped = 0
        var hasBegun = false
    }

    /// Bytes that are kept of one invocation.
    private static let most = 1 << 20

    private let state = Mutex(State())

    func append(_ more: UnsafeRawBufferPointer) {
        state.withLock { state in
            let room = max(0, Self.most - state.bytes.count)
            state.bytes.append(contentsOf: more.prefix(room))
            state.dropped += max(0, more.count - room)
        }
    }

    /// An invocation begins: what came before belongs to the start.
    func begin() {
        state.withLock { state in
            state.initialization += state.bytes
            state.bytes = []
        }
    }

    /// The lines since the last time.
    func take() -> (initialization: [String], lines: [String]) {
        let (before, bytes, dropped) = state.withLock { state in
            defer { state = State() }
            return (state.initialization, state.bytes, state.dropped)
        }
        var lines = Self.lines(bytes)
        if dropped > 0 { lines.append("[\(dropped) bytes of output are left out]") }
        return (Self.lines(before), lines)
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n")).map { line in
            // A runtime marks a line break within one message by a carriage return.
            String(decoding: line, as: UTF8.self).split(separator: "\r").joined(separator: "\n")
        }
    }
}

/// Milliseconds since 1970, by the machine's clock: what a runtime holds its deadline against.
func wallClockMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
