import CloudState
import Glibc
import Synchronization

/// The platform's lines around a function's own.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html>
struct FunctionReport {
    let version: FunctionVersion
    let requestID: String
    let region: String
    let duration: Double
    let initDuration: Double?
    let isFirst: Bool
    let maximumMemory: Int?

    func log(initialization: [String], lines: [String]) -> [String] {
        var log: [String] = []
        if isFirst {
            let runtime = version.runtime ?? "provided"
            log.append(
                "INIT_START Runtime Version: \(runtime)\tRuntime Version ARN: arn:aws:lambda:\(region)::runtime:\(runtime)"
            )
            log += initialization
        }
        log.append("START RequestId: \(requestID) Version: \(version.version)")
        log += lines
        log.append("END RequestId: \(requestID)")
        var report = "REPORT RequestId: \(requestID)\tDuration: \(Self.text(duration)) ms\t"
        report += "Billed Duration: \(Int((duration + (initDuration ?? 0)).rounded(.up))) ms\t"
        report += "Memory Size: \(version.memorySize) MB\t"
        if let maximumMemory { report += "Max Memory Used: \(maximumMemory) MB\t" }
        if let initDuration { report += "Init Duration: \(Self.text(initDuration)) ms\t" }
        return log + [report]
    }

    /// Two decimals.
    private static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

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
