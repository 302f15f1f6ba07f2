import CSpawnProtocol
import Glibc
import GradeModel

/// What the library knows of a box that is not gone yet. Only ever touched under the spawner's lock.
struct BoxRecord {
    /// Fulfilled once the box is ready for its program.
    let ready: Promise<Result<BoxReady, SandboxError>>
    let outcome: Promise<Result<SandboxOutcome, SandboxError>>
    let outputLimit: Int
    let wantsVirtualTime: Bool
    let collectedFiles: [String]
    let sink: (@Sendable (UnsafeRawBufferPointer) -> Void)?
    /// Why this machine gives no namespaces; nil where it was not asked, or gives them.
    let namespaceProblem: String?
    /// The reading ends of standard output and standard error; nil once they are closed.
    var streams: [Int32?]
    /// Lets the program go; nil until the box is ready, and once that was done.
    var go: Int32?
    /// The socket of the box's init; nil until the box is ready, and once init is gone. The reading thread's alone.
    var channel: Int32?
    /// A space has no program.
    var isSpace = false
    var captures = [OutputCapture(), OutputCapture()]
    var layers: [SandboxLayer] = []
    var tier = SandboxTier.full
    /// Whether the box was told to die for its output.
    var silenced = false

    var outputBytes: Int { captures[0].totalBytes + captures[1].totalBytes }

    /// Reads what a stream holds, at most `limit` bytes. Returns false when it has reached its end.
    mutating func read(stream: Int, atMost limit: Int) -> Bool {
        guard let descriptor = streams[stream] else { return false }
        return withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
            var left = limit
            while left > 0 {
                let count = Glibc.read(descriptor, buffer.baseAddress, min(buffer.count, left))
                if count < 0 { return errno == EAGAIN || errno == EINTR }
                if count == 0 { return false }
                captures[stream].append(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
                sink?(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
                left -= count
            }
            return true
        }
    }

    mutating func closeStream(_ stream: Int, events: Int32) {
        guard let descriptor = streams[stream] else { return }
        // Closing alone does not end the watch while another process is between its fork and its exec.
        _ = system_events_remove(events, descriptor)
        close(descriptor)
        streams[stream] = nil
    }

    /// How many descriptors of the message that a box is ready are not listeners: what lets it go, and init's socket.
    static let ownDescriptors = 2

    /// Takes what the message says that a box, or a space, is ready.
    mutating func noteReady(_ parcel: Parcel) {
        noteLayers(parcel)
        let own = parcel.descriptors.suffix(Self.ownDescriptors)
        guard !isSpace, own.count == Self.ownDescriptors else { return }
        go = own.first
        channel = own.last
    }

    mutating func closeChannel(events: Int32) {
        guard let descriptor = channel else { return }
        _ = system_events_remove(events, descriptor)
        close(descriptor)
        channel = nil
    }

    /// Lets the program go. Without effect when that was done before.
    mutating func letGo() {
        guard let descriptor = go else { return }
        system_let_go(descriptor)
        dropGo()
    }

    /// From here on the program cannot be let go any more.
    mutating func dropGo() {
        if let descriptor = go { close(descriptor) }
        go = nil
    }

    /// Takes what the dead have left in their pipes. Nobody waits for the end of the stream: what is there is there.
    mutating func drain(events: Int32) {
        dropGo()
        closeChannel(events: events)
        for stream in 0..<2 where streams[stream] != nil {
            let room = outputLimit - outputBytes
            if room >= 0 { _ = read(stream: stream, atMost: room + 1) }
            closeStream(stream, events: events)
        }
    }

    /// The outcome that the box's report stands for.
    func outcome(of report: Parcel) -> Result<SandboxOutcome, SandboxError> {
        guard let ending = ending(of: report) else { return .failure(.boxLost) }
        let usage = ResourceUsage(
            wallSeconds: Double(report.value(ENDED_WALL_US.rawValue)) / 1e6,
            cpuSeconds: Double(report.value(ENDED_CPU_US.rawValue)) / 1e6,
            peakMemoryBytes: report.value(ENDED_PEAK_BYTES.rawValue),
            peakProcesses: report.value(ENDED_PEAK_TASKS.rawValue),
            leftRunning: report.value(ENDED_LEFT_RUNNING.rawValue),
            diskBytes: report.value(ENDED_DISK_BYTES.rawValue), inodes: report.value(ENDED_INODES.rawValue))
        var outcome = SandboxOutcome(
            ending: ending, standardOutput: captures[0].captured, standardError: captures[1].captured,
            usage: usage, layers: layers, tier: tier)
        if !collectedFiles.isEmpty {
            outcome.collected = CollectedFile.read(from: report.descriptors.first ?? -1, paths: collectedFiles)
        }
        return .success(outcome)
    }

    private func ending(of report: Parcel) -> ProgramEnding? {
        let detail = report.value(ENDED_DETAIL.rawValue)
        let flooded = outputBytes > outputLimit
        switch CSpawnProtocol.ending(rawValue: report.code) {
        case ENDING_LIMIT:
            return .limit(ProgramEnding.Limit(code: UInt32(clamping: detail)) ?? .wallTime)
        case ENDING_FORBIDDEN:
            return .forbiddenSystemCall(name: report.text)
        case ENDING_NOT_STARTED:
            return .notStarted(reason: "\(report.text): \(String(cString: strerror(Int32(clamping: detail))))")
        case ENDING_EXITED:
            return flooded ? .limit(.output) : .exited(code: detail)
        case ENDING_SIGNALLED:
            return flooded ? .limit(.output) : .signalled(signal: detail, name: signalName(detail))
        default:
            return nil
        }
    }
}

/// What there is before the program runs.
struct BoxReady: Sendable {
    /// Listening sockets, in the order of the policy.
    let listeners: [Int32]
    let layers: [SandboxLayer]
    let tier: SandboxTier
}

extension ProgramEnding.Limit {
    /// The protocol's number for the limit.
    var code: UInt32 {
        switch self {
        case .wallTime: LIMIT_WALL.rawValue
        case .cpuTime: LIMIT_CPU.rawValue
        case .memory: LIMIT_MEMORY.rawValue
        case .processes: LIMIT_PROCESSES.rawValue
        case .output: LIMIT_OUTPUT.rawValue
        case .fileSize: LIMIT_FILE_SIZE.rawValue
        case .disk: LIMIT_DISK.rawValue
        case .apiCalls: LIMIT_API_CALLS.rawValue
        case .apiData: LIMIT_API_DATA.rawValue
        }
    }

    /// The limit with this number.
    init?(code: UInt32) {
        guard let limit = ProgramEnding.Limit.allCases.first(where: { $0.code == code }) else { return nil }
        self = limit
    }
}

/// `SIGTERM` for 15; a number where the signal has no name.
private func signalName(_ signal: Int) -> String {
    let names: [Int: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE",
        9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
        24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
    ]
    return names[signal] ?? "signal \(signal)"
}
