package import JSONValue

/// How an image is run, unless whoever runs it says otherwise.
///
/// <https://github.com/opencontainers/image-spec/blob/main/config.md>
package struct ImageConfiguration: Sendable, Equatable {
    /// A command that tells whether a container is well.
    package struct HealthCheck: Sendable, Equatable {
        /// `CMD` or `CMD-SHELL`, and what follows.
        package var test: [String]
        /// Seconds; nil for the default.
        package var interval: Double?
        package var timeout: Double?
        package var startPeriod: Double?
        package var retries: Int?
    }

    package var entrypoint: [String] = []
    package var command: [String] = []
    /// In order.
    package var environment: [(name: String, value: String)] = []
    /// Absolute.
    package var workingDirectory = "/"
    /// `USER[:GROUP]`, by name or number; empty for root.
    package var user = ""
    /// For instance `80/tcp`.
    package var exposedPorts: [String] = []
    package var stopSignal: String?
    package var healthCheck: HealthCheck?
    package var labels: [String: String] = [:]
    package var architecture: String?
    /// Digests of the layers as they are unpacked.
    package var layerDigests: [String] = []

    package init() {}

    package init(_ document: JSON) {
        let config = document["config"]
        entrypoint = Self.texts(config?["Entrypoint"])
        command = Self.texts(config?["Cmd"])
        environment = Self.texts(config?["Env"]).compactMap { line in
            guard let equals = line.firstIndex(of: "="), equals != line.startIndex else { return nil }
            return (String(line[..<equals]), String(line[line.index(after: equals)...]))
        }
        if let folder = config?["WorkingDir"]?.stringValue, folder.hasPrefix("/") { workingDirectory = folder }
        user = config?["User"]?.stringValue ?? ""
        exposedPorts = config?["ExposedPorts"]?.objectValue?.keys ?? []
        stopSignal = config?["StopSignal"]?.stringValue
        architecture = document["architecture"]?.stringValue
        layerDigests = Self.texts(document["rootfs"]?["diff_ids"])
        for (key, value) in config?["Labels"]?.objectValue.map({ zip($0.keys, $0.values) }) ?? zip([], []) {
            labels[key] = value.stringValue
        }
        if let check = config?["Healthcheck"], !Self.texts(check["Test"]).isEmpty {
            let seconds = { (name: String) in check[name]?.doubleValue.map { $0 / 1e9 } }
            healthCheck = HealthCheck(
                test: Self.texts(check["Test"]), interval: seconds("Interval"), timeout: seconds("Timeout"),
                startPeriod: seconds("StartPeriod"), retries: check["Retries"]?.intValue)
        }
    }

    private static func texts(_ value: JSON?) -> [String] { value?.arrayValue?.compactMap(\.stringValue) ?? [] }

    package static func == (left: Self, right: Self) -> Bool {
        left.entrypoint == right.entrypoint && left.command == right.command
            && left.environment.map { "\($0)=\($1)" } == right.environment.map { "\($0)=\($1)" }
            && left.workingDirectory == right.workingDirectory && left.user == right.user
            && left.exposedPorts == right.exposedPorts && left.stopSignal == right.stopSignal
            && left.healthCheck == right.healthCheck && left.labels == right.labels
            && left.architecture == right.architecture && left.layerDigests == right.layerDigests
    }
}
