extension ProgramEnding {
    /// Whether the program ended by itself with status 0.
    package var isClean: Bool { self == .exited(code: 0) }

    /// The ending as a clause without a subject, for instance `was stopped at its limit of CPU time (10 s)`.
    ///
    /// `limits` are those of the run; a name's text is added where it is known.
    package func words(limits: [String: String] = [:]) -> String {
        switch self {
        case .exited(let code): return "exited with status \(code)"
        case .signalled(let signal, let name):
            return name.isEmpty ? "was killed by signal \(signal)" : "was killed by \(name) (signal \(signal))"
        case .limit(let limit):
            let amount = limits[limit.rawValue].map { " (\($0))" } ?? ""
            return "was stopped at its limit of \(limit.words)\(amount)"
        case .forbiddenSystemCall(let name): return "was killed for the system call \(name), which the sandbox forbids"
        case .notStarted(let reason): return reason.isEmpty ? "was not started" : "was not started: \(reason)"
        }
    }
}

extension ProgramEnding.Limit {
    /// The limit as a noun.
    package var words: String {
        switch self {
        case .wallTime: "real time"
        case .cpuTime: "CPU time"
        case .memory: "memory"
        case .processes: "processes"
        case .output: "output"
        case .fileSize: "file size"
        case .disk: "disk space"
        case .apiCalls: "API calls"
        case .apiData: "data sent to the API"
        }
    }
}
