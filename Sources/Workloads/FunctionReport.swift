import CloudState
import JSONValue
import ServiceModel

/// The platform's lines around a function's own, as text or as JSON.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>
struct FunctionReport {
    /// How the invocation went, for the platform.
    enum Status: Equatable {
        case success
        /// The kind of error.
        case error(String)
        case timeout

        fileprivate var words: [String] {
            switch self {
            case .success: []
            case .error(let type): ["Status: error", "Error Type: \(type)"]
            case .timeout: ["Status: timeout"]
            }
        }
    }

    /// When a runtime starts: before the first invocation, or as a part of one.
    enum Phase: String {
        case initialization = "init"
        case invocation = "invoke"
    }

    /// A runtime that started, or could not.
    struct Start {
        var phase: Phase
        var lines: [String]
        /// Milliseconds.
        var duration: Double
        var status: Status
    }

    let version: FunctionVersion
    let requestID: String
    let region: String
    let time: Timestamp
    let duration: Double
    let initDuration: Double?
    let isFirst: Bool
    let maximumMemory: Int?
    let status: Status

    /// Milliseconds: those of the start count, too.
    var billed: Int { Int((duration + (initDuration ?? 0)).rounded(.up)) }

    /// The lines of an invocation.
    ///
    /// - Parameter starts: the starts of runtimes that came before it, or were a part of it.
    func log(_ starts: [Start], lines: [String], note: String?) -> [String] {
        var log = initializationLog(starts) + begin() + lines
        if let note { log.append(note) }
        return log + finish()
    }

    /// The lines of starts alone.
    func initializationLog(_ starts: [Start]) -> [String] {
        var log = isFirst ? beginning() : []
        for start in starts {
            log += start.lines
            if start.status != .success { log.append(initReport(start)) }
        }
        return log
    }

    private var says: (information: Bool, warnings: Bool) {
        let level = version.settings["LoggingConfig"]?["SystemLogLevel"]?.text ?? "INFO"
        guard version.logsJSON else { return (true, true) }
        return (level != "WARN", true)
    }

    /// Images have no runtime of Lambda's.
    private func beginning() -> [String] {
        guard version.code.image == nil else { return [] }
        let arn = version.runtimeVersionARN(region)
        guard version.logsJSON else {
            return ["INIT_START Runtime Version: \(runtimeVersion)\tRuntime Version ARN: \(arn)"]
        }
        guard says.information else { return [] }
        return [
            event(
                "platform.initStart",
                [
                    "initializationType": "on-demand", "phase": "init", "runtimeVersion": .string(runtimeVersion),
                    "runtimeVersionArn": .string(arn), "functionVersion": .string(version.version),
                ])
        ]
    }

    /// For instance `python:3.12.v1`.
    private var runtimeVersion: String {
        let name = version.runtime ?? "provided"
        let split = name.firstIndex(of: ".").flatMap { name.hasPrefix("provided") ? name.index(after: $0) : nil }
        guard let start = split ?? name.firstIndex(where: \.isNumber) else { return name }
        let number = name[start...].hasSuffix(".x") ? name[start...].dropLast(2) : name[start...]
        return "\(name[..<start].filter { $0 != "." }):\(number).v1"
    }

    private func initReport(_ start: Start) -> String {
        guard version.logsJSON else {
            let words = [
                "INIT_REPORT Init Duration: \(Self.text(start.duration)) ms", "Phase: \(start.phase.rawValue)",
            ]
            return (words + start.status.words).joined(separator: "\t")
        }
        var record: JSONObject = ["initializationType": "on-demand", "phase": .string(start.phase.rawValue)]
        add(start.status, to: &record)
        record.set("metrics", to: ["durationMs": .number(Self.rounded(start.duration))])
        return event("platform.initReport", record)
    }

    private func begin() -> [String] {
        guard version.logsJSON else { return ["START RequestId: \(requestID) Version: \(version.version)"] }
        guard says.information else { return [] }
        return [
            event("platform.start", ["requestId": .string(requestID), "version": .string(version.version)])
        ]
    }

    private func finish() -> [String] {
        guard version.logsJSON else { return ["END RequestId: \(requestID)", report()] }
        guard says.information || status != .success else { return [] }
        var metrics: JSONObject = [
            "durationMs": .number(Self.rounded(duration)), "billedDurationMs": .integer(billed),
            "memorySizeMB": .integer(version.memorySize),
        ]
        if let maximumMemory { metrics.set("maxMemoryUsedMB", to: .integer(maximumMemory)) }
        if let initDuration { metrics.set("initDurationMs", to: .number(Self.rounded(initDuration))) }
        var record: JSONObject = ["requestId": .string(requestID), "metrics": .object(metrics)]
        add(status, to: &record)
        return [event("platform.report", record)]
    }

    private func report() -> String {
        var fields = [
            "REPORT RequestId: \(requestID)", "Duration: \(Self.text(duration)) ms", "Billed Duration: \(billed) ms",
            "Memory Size: \(version.memorySize) MB",
        ]
        if let maximumMemory { fields.append("Max Memory Used: \(maximumMemory) MB") }
        if let initDuration { fields.append("Init Duration: \(Self.text(initDuration)) ms") }
        return (fields + status.words).joined(separator: "\t") + "\t"
    }

    private func add(_ status: Status, to record: inout JSONObject) {
        switch status {
        case .success: record.set("status", to: "success")
        case .error(let type):
            record.set("status", to: "error")
            record.set("errorType", to: .string(type))
        case .timeout: record.set("status", to: "timeout")
        }
    }

    private func event(_ type: String, _ record: JSONObject) -> String {
        JSON.object(["time": .string(time.iso8601), "type": .string(type), "record": .object(record)])
            .serializedString()
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    /// Two decimals.
    private static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
