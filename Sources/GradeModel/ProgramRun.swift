import SafeText

/// How the student's program ended. Nothing in here is a verdict: it explains one.
package enum ProgramEnding: Sendable, Equatable {
    case exited(code: Int)
    case signalled(signal: Int, name: String)
    /// A limit was reached and the program was stopped.
    case limit(Limit)
    /// The program used a system call that the sandbox answers with death.
    case forbiddenSystemCall(name: String)
    /// It was never started, for instance because the entry cannot be executed.
    case notStarted(reason: String)

    package enum Limit: String, Codable, Sendable, CaseIterable {
        case wallTime = "wall", cpuTime = "cpu", memory, processes, output, fileSize = "file_size", disk, apiCalls =
            "api_calls", apiData = "api_data"
    }
}

/// One stream of a program's output: its beginning and its end, and how much there was.
package struct CapturedOutput: Codable, Sendable, Equatable {
    /// Decoded as UTF-8 with replacement; not yet made safe for a terminal, XML or HTML.
    package var head: String
    /// Empty when everything fitted into `head`.
    package var tail: String
    package var totalBytes: Int
    package var omittedBytes: Int

    package init(head: String = "", tail: String = "", totalBytes: Int = 0, omittedBytes: Int = 0) {
        self.head = head
        self.tail = tail
        self.totalBytes = totalBytes
        self.omittedBytes = omittedBytes
    }
}

/// What the program cost.
package struct ResourceUsage: Codable, Sendable, Equatable {
    package var wallSeconds: Double
    package var cpuSeconds: Double
    package var virtualSeconds: Double
    package var peakMemoryBytes: Int
    package var peakProcesses: Int
    package var apiCalls: Int
    /// Bytes of the bodies of requests, those of functions included. Nil where that is unknown.
    package var apiBytes: Int?
    /// Processes that were still there when the program ended, and were killed.
    package var leftRunning: Int
    /// What the folders that it could write to held at the end, its own submission included. Nil where that is unknown.
    package var diskBytes: Int?
    /// Files and folders in them.
    package var inodes: Int?

    package init(
        wallSeconds: Double = 0, cpuSeconds: Double = 0, virtualSeconds: Double = 0, peakMemoryBytes: Int = 0,
        peakProcesses: Int = 0, apiCalls: Int = 0, apiBytes: Int? = nil, leftRunning: Int = 0, diskBytes: Int? = nil,
        inodes: Int? = nil
    ) {
        self.wallSeconds = wallSeconds
        self.cpuSeconds = cpuSeconds
        self.virtualSeconds = virtualSeconds
        self.peakMemoryBytes = peakMemoryBytes
        self.peakProcesses = peakProcesses
        self.apiCalls = apiCalls
        self.apiBytes = apiBytes
        self.leftRunning = leftRunning
        self.diskBytes = diskBytes
        self.inodes = inodes
    }
}

/// One layer of the sandbox, as it was for this run.
package struct SandboxLayer: Codable, Sendable, Equatable {
    /// For instance `user namespace`, `seccomp`, `memory limit`.
    package var name: String
    package var active: Bool
    /// How it was enforced (`cgroup v1`, `polled every 20 ms`), or why it was not.
    package var detail: String

    package init(name: String, active: Bool, detail: String = "") {
        self.name = name
        self.active = active
        self.detail = detail
    }
}

/// The run of the student's program.
package struct ProgramRun: Codable, Sendable, Equatable {
    /// `cli`, `boto3`, `terraform` …
    package var interface: String
    /// The file that was run, relative to the submission.
    package var entry: String
    package var ending: ProgramEnding
    package var standardOutput: CapturedOutput
    package var standardError: CapturedOutput
    package var usage: ResourceUsage
    package var limits: [String: String]
    /// The files that the lab collects, in its order; nil where it collects none.
    package var files: [HandedInFile]?

    package init(
        interface: String, entry: String, ending: ProgramEnding, standardOutput: CapturedOutput = CapturedOutput(),
        standardError: CapturedOutput = CapturedOutput(), usage: ResourceUsage = ResourceUsage(),
        limits: [String: String] = [:], files: [HandedInFile]? = nil
    ) {
        self.interface = interface
        self.entry = entry
        self.ending = ending
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.usage = usage
        self.limits = limits
        self.files = files
    }
}

extension CapturedOutput {
    /// Beginning and end in one text, with a mark for what lies between.
    package var joined: String {
        guard omittedBytes > 0 else { return head + tail }
        let gap = head.isEmpty || head.hasSuffix("\n") ? "" : "\n"
        return "\(head)\(gap)\(truncationMark(bytes: omittedBytes))\n\(tail)"
    }
}
