import CloudState
import ServiceModel

/// What AWS Fargate adds.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>
enum FargateRules {
    static let noCPU = ECSError.client("Fargate requires that 'cpu' be defined at the task level.")
    static let noMemory = ECSError.client("Fargate requires that 'memory' be defined at the task level.")

    /// The platform version that a task runs on where that one is asked for.
    static func version(_ asked: String) -> String { asked == "LATEST" ? "1.4.0" : asked }

    static func check(_ input: Input, _ containers: [Input], cpu: Int?, memory: Int?) throws(ServiceError) {
        guard let cpu else { throw noCPU }
        guard let memory else { throw noMemory }
        guard isSize(cpu: cpu, memory: memory) else {
            throw noSize(cpu, memory)
        }
        if let family = input.structure("runtimePlatform")?.string("operatingSystemFamily"),
            family.hasPrefix("WINDOWS"), cpu < 1024
        {
            throw noSize(cpu, memory)
        }
        try checkUnsupported(input, containers)
        let hasRole = input.has("executionRoleArn")
        for container in containers {
            if !hasRole, (container.string("image") ?? "").isPrivateRegistry {
                throw ECSError.client(
                    "Fargate requires task definition to have execution role ARN to support ECR images.")
            }
            if let log = container.structure("logConfiguration") {
                let driver = log.string("logDriver") ?? ""
                guard ["awslogs", "splunk", "awsfirelens"].contains(driver) else {
                    throw ECSError.client(
                        "\(driver.prefix(32)) is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]")
                }
                guard hasRole || driver != "awslogs" else {
                    throw ECSError.client(
                        "Fargate requires task definition to have execution role ARN to support log driver awslogs.")
                }
                guard driver != "awslogs" || log.map("options").contains(where: { $0.key == "awslogs-stream-prefix" })
                else {
                    throw ECSError.client(
                        "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs."
                    )
                }
            }
            guard hasRole || container.structures("secrets").isEmpty else {
                throw ECSError.client(
                    "Fargate requires task definition to have execution role ARN to support secrets.")
            }
        }
        if let size = input.structure("ephemeralStorage")?.integer("sizeInGiB"), !(21...200).contains(size) {
            throw ECSError.client("Invalid setting for ephemeral storage. Size must be between 21 GiB and 200 GiB.")
        }
    }

    /// The size of a task whose definition is overridden.
    static func check(_ overrides: Value, cpu: String?, memory: String?) throws(ServiceError) {
        guard overrides["cpu"] != nil || overrides["memory"] != nil else { return }
        guard let cpu = Int(overrides["cpu"]?.text ?? cpu ?? ""),
            let memory = Int(overrides["memory"]?.text ?? memory ?? ""),
            isSize(cpu: cpu, memory: memory)
        else {
            throw ECSError.parameter(
                "No Fargate configuration exists for given values: \(overrides["cpu"]?.text ?? cpu ?? "") CPU, \(overrides["memory"]?.text ?? memory ?? "") memory."
            )
        }
    }

    private static func noSize(_ cpu: Int, _ memory: Int) -> ServiceError {
        ECSError.client(
            "No Fargate configuration exists for given values: \(cpu) CPU, \(memory) memory. See the Amazon ECS documentation for the valid values."
        )
    }

    /// What needs a host of one's own.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-services-ec2-differences>
    private static func checkUnsupported(_ input: Input, _ containers: [Input]) throws(ServiceError) {
        func refuse(_ what: String, _ isThere: Bool) throws(ServiceError) {
            guard !isThere else {
                throw ECSError.client("Fargate compatible task definitions do not support \(what)")
            }
        }
        try refuse("constraints", !input.structures("placementConstraints").isEmpty)
        try refuse("ipcMode", input.has("ipcMode"))
        if let mode = input.string("pidMode"), mode != "task" {
            throw ECSError.client("Tasks using the Fargate launch type do not support pidMode '\(mode)'.")
        }
        for volume in input.structures("volumes") {
            try refuse("sourcePath", volume.structure("host")?.has("sourcePath") ?? false)
            try refuse("dockerVolumeConfiguration", volume.has("dockerVolumeConfiguration"))
        }
        for container in containers {
            if container.boolean("privileged") ?? false {
                throw ECSError.client("Fargate requires that the 'privileged' setting be 'false'.")
            }
            try refuse("disableNetworking", container.boolean("disableNetworking") ?? false)
            for name in ["dockerSecurityOptions", "dnsServers", "dnsSearchDomains"] {
                try refuse(name, !container.strings(name).isEmpty)
            }
            if let linux = container.structure("linuxParameters") {
                for name in ["maxSwap", "swappiness", "sharedMemorySize"] { try refuse(name, linux.has(name)) }
                try refuse("devices", !linux.structures("devices").isEmpty)
                try refuse("tmpfs", !linux.structures("tmpfs").isEmpty)
                let added = linux.structure("capabilities")?.strings("add") ?? []
                try refuse("adding capabilities other than SYS_PTRACE", added.contains { $0 != "SYS_PTRACE" })
            }
            if container.structures("resourceRequirements").contains(where: { $0.string("type") == "GPU" }) {
                throw ECSError.client("Tasks using the Fargate launch type do not support GPU resource requirements.")
            }
        }
    }

    static func isSize(cpu: Int, memory: Int) -> Bool {
        func steps(_ range: ClosedRange<Int>, by step: Int = 1) -> Bool {
            range.contains(memory / 1024) && memory % 1024 == 0 && (memory / 1024 - range.lowerBound) % step == 0
        }
        switch cpu {
        case 256: return [512, 1024, 2048].contains(memory)
        case 512: return steps(1...4)
        case 1024: return steps(2...8)
        case 2048: return steps(4...16)
        case 4096: return steps(8...30)
        case 8192: return steps(16...60, by: 4)
        case 16384: return steps(32...120, by: 8)
        case 32768: return [60, 120, 244].contains { $0 * 1024 == memory }
        default: return false
        }
    }
}
