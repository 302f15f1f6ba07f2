import CloudState
import ServiceModel

/// What AWS requires of a container's options.
enum ContainerOptions {
    static func check(
        _ container: Input, _ name: String, names: [String], networkMode: String
    ) throws(ServiceError) {
        try checkLimits(container, name)
        try checkLog(container, name)
        for secret in container.structures("secrets") {
            guard !(secret.string("name") ?? "").isEmpty, !(secret.string("valueFrom") ?? "").isEmpty else {
                throw ECSError.client("Secret name and valueFrom should not be null or empty.")
            }
        }
        let variables = container.structures("environment").compactMap { $0.string("name") }
        if let both = container.structures("secrets").compactMap({ $0.string("name") }).first(where: variables.contains)
        {
            throw ECSError.client(
                "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '\(both.prefix(255))'."
            )
        }
        for source in container.structures("volumesFrom") {
            let other = source.string("sourceContainer") ?? ""
            guard names.contains(other), other != name else {
                throw ECSError.client("Invalid 'volumesFrom' setting for container '\(name)'.")
            }
        }
        for link in container.strings("links") {
            let other = link.split(separator: ":").first.map(String.init) ?? ""
            guard names.contains(other) else {
                throw ECSError.client("Cannot link to container '\(other.prefix(255))' because it does not exist")
            }
        }
        if networkMode == "awsvpc", !container.structures("extraHosts").isEmpty {
            throw ECSError.client("Extra hosts are not supported when networkMode=awsvpc.")
        }
        if networkMode == "awsvpc", container.has("hostname") {
            throw ECSError.client("Hostname is not supported on container when networkMode=awsvpc.")
        }
        if networkMode == "none", !container.structures("portMappings").isEmpty {
            throw ECSError.client("Port mappings are not supported when networkMode=none.")
        }
        for (key, most) in [("startTimeout", Int.max), ("stopTimeout", 120)] {
            if let value = container.integer(key), value < 2 || value > most {
                throw ECSError.client("Invalid '\(key)' setting for container '\(name)'.")
            }
        }
    }

    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html>
    private static let ulimits = [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    ]

    private static func checkLimits(_ container: Input, _ name: String) throws(ServiceError) {
        var seen: Set<String> = []
        for limit in container.structures("ulimits") {
            let kind = limit.string("name") ?? ""
            guard ulimits.contains(kind) else { throw ECSError.client("Unrecognized ulimit name \(kind.prefix(64))") }
            guard seen.insert(kind).inserted else { throw ECSError.client("Duplicate ulimit name \(kind)") }
            let (soft, hard) = (limit.integer("softLimit") ?? 0, limit.integer("hardLimit") ?? 0)
            guard hard < 0 || soft <= hard else {
                throw ECSError.client("Soft limit exceeds hard limit for ulimit \(kind)")
            }
        }
        guard let linux = container.structure("linuxParameters") else { return }
        if let swappiness = linux.integer("swappiness"), !(0...100).contains(swappiness) {
            throw ECSError.client("Invalid 'swappiness' setting for container '\(name)'. It must be between 0 and 100.")
        }
        for mount in linux.structures("tmpfs") where (mount.integer("size") ?? 0) <= 0 {
            throw ECSError.client("Invalid 'tmpfs' setting for container '\(name)'.")
        }
    }

    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>
    private static let logOptions: Set<String> = [
        "awslogs-create-group", "awslogs-region", "awslogs-group", "awslogs-stream-prefix", "awslogs-datetime-format",
        "awslogs-multiline-pattern", "mode", "max-buffer-size",
    ]

    private static func checkLog(_ container: Input, _ name: String) throws(ServiceError) {
        guard let log = container.structure("logConfiguration") else { return }
        let options = Dictionary(log.map("options").map { ($0.key, $0.value) }) { first, _ in first }
        if let mode = options["mode"], mode != "blocking", mode != "non-blocking" {
            throw ECSError.client("Invalid 'mode' option of the log driver for container '\(name)'.")
        }
        guard log.string("logDriver") == "awslogs" else { return }
        let missing = ["awslogs-region", "awslogs-group"].filter { options[$0] == nil }
        guard missing.isEmpty else {
            throw ECSError.client("Log driver awslogs requires options: \(missing.joined(separator: ", "))")
        }
        let unknown = options.keys.filter { !logOptions.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw ECSError.client(
                "Log driver awslogs disallows options: \(unknown.joined(separator: ", ").prefix(255))")
        }
        guard options["awslogs-create-group"] ?? "true" == "true" else {
            throw ECSError.client(
                "Log driver awslogs option 'awslogs-create-group' should only be set to 'true', else omit option.")
        }
    }
}

/// What AWS requires of volumes.
enum VolumeRules {
    static func check(_ volumes: [Input]) throws(ServiceError) {
        var names: Set<String> = []
        for volume in volumes {
            let name = volume.string("name") ?? ""
            guard !name.isEmpty else { throw ECSError.client("Volume.name should not be null or empty.") }
            guard Names.isValid(name) else { throw ECSError.client("Volume.name contains invalid characters.") }
            guard names.insert(name).inserted else { throw ECSError.client("Volume names must be unique: '\(name)'.") }
            let kinds = [
                "host", "dockerVolumeConfiguration", "efsVolumeConfiguration",
                "fsxWindowsFileServerVolumeConfiguration",
            ].filter(volume.has)
            guard kinds.count <= 1 else {
                throw ECSError.client("Only one volume configuration type should be specified for volume '\(name)'.")
            }
            if let system = volume.structure("efsVolumeConfiguration") { try checkFileSystem(system) }
        }
    }

    private static func checkFileSystem(_ system: Input) throws(ServiceError) {
        let id = system.string("fileSystemId") ?? ""
        guard id.hasPrefix("fs-") else { throw ECSError.client("Invalid EFS file system ID: \(id.prefix(64))") }
        guard let authorization = system.structure("authorizationConfig") else { return }
        let isEncrypted = system.string("transitEncryption") == "ENABLED"
        if authorization.string("iam") == "ENABLED", !isEncrypted {
            throw ECSError.client("EFS IAM authorization requires TransitEncryption to be enabled")
        }
        if authorization.has("accessPointId") {
            guard isEncrypted else {
                throw ECSError.client("EFS access point requires TransitEncryption to be enabled")
            }
            guard (system.string("rootDirectory") ?? "/") == "/" else {
                throw ECSError.client(
                    "When using an EFS access point, the root directory must either be set to \"/\" or be omitted")
            }
        }
    }
}
