import CloudState
import ServiceModel

/// What AWS requires of a task definition, and the definition with AWS's defaults.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>
struct TaskDefinitionRules {
    let family: String
    let networkMode: String
    let compatibilities: [String]
    let cpu: Int?
    let memory: Int?
    private let isFargate: Bool

    init(_ input: Input) throws(ServiceError) {
        family = input.string("family") ?? ""
        guard Names.isValid(family) else {
            throw ECSError.client(
                family.isEmpty
                    ? "Family should not be null or empty."
                    : "Invalid family name: up to 255 letters, numbers, hyphens and underscores are allowed.")
        }
        let required = input.strings("requiresCompatibilities")
        isFargate = required.contains("FARGATE")
        networkMode = input.string("networkMode") ?? "bridge"
        cpu = try Self.cpuUnits(input.string("cpu"))
        memory = try Self.mebibytes(input.string("memory"))
        let containers = input.structures("containerDefinitions")
        guard !containers.isEmpty else { throw ECSError.client("Container list cannot be empty.") }
        guard containers.count <= 10 else {
            throw ECSError.client("The maximum number of container definitions in a task definition is 10.")
        }
        if isFargate {
            guard networkMode == "awsvpc" else { throw ECSError.client("Fargate only supports network mode ‘awsvpc’.") }
            guard cpu != nil else { throw FargateRules.noCPU }
            guard memory != nil else { throw FargateRules.noMemory }
        }
        try ContainerRules.check(
            containers, networkMode: networkMode, taskCPU: cpu, taskMemory: memory,
            volumes: input.structures("volumes").map { $0.string("name") ?? "" })
        if isFargate {
            try FargateRules.check(input, containers, cpu: cpu, memory: memory)
        }
        let fitsFargate =
            networkMode == "awsvpc" && (try? FargateRules.check(input, containers, cpu: cpu, memory: memory)) != nil
        compatibilities =
            networkMode == "awsvpc" && !fitsFargate ? ["EC2"] : fitsFargate ? ["EC2", "FARGATE"] : ["EXTERNAL", "EC2"]
        try Self.checkDocument(input)
    }

    /// A definition is at most 64 KB.
    private static func checkDocument(_ input: Input) throws(ServiceError) {
        guard size(.structure(input.fields)) <= 64 * 1024 else {
            throw ECSError.client("Actual length: the task definition is longer than 65536 bytes.")
        }
    }

    private static func size(_ value: Value) -> Int {
        switch value {
        case .string(let text): text.utf8.count + 2
        case .list(let values): values.reduce(2) { $0 + size($1) + 1 }
        case .structure(let fields), .map(let fields):
            fields.fields.reduce(2) { $0 + $1.name.utf8.count + 4 + size($1.value) }
        default: 4
        }
    }

    /// `256`, `.25 vCPU` or `1 vcpu`, in CPU units.
    static func cpuUnits(_ text: String?) throws(ServiceError) -> Int? {
        guard let text else { return nil }
        let plain = text.lowercased().filter { $0 != " " }
        if let units = Int(plain), units > 0 { return units }
        if plain.hasSuffix("vcpu"), let cores = Double(plain.dropLast(4)), cores > 0, cores <= 192 {
            return Int(cores * 1024)
        }
        throw ECSError.client("Invalid 'cpu' setting for task.")
    }

    /// `512`, `1GB` or `2 gb`, in MiB.
    static func mebibytes(_ text: String?) throws(ServiceError) -> Int? {
        guard let text else { return nil }
        let plain = text.lowercased().filter { $0 != " " }
        if let amount = Int(plain), amount > 0 { return amount }
        if plain.hasSuffix("gb"), let amount = Double(plain.dropLast(2)), amount > 0, amount <= 4096 {
            return Int(amount * 1024)
        }
        throw ECSError.client("Invalid 'memory' setting for task.")
    }

    /// The definition in the members of the API's `TaskDefinition`.
    func content(_ input: Input) -> Fields {
        var fields = input.fields
        fields["tags"] = nil
        fields["family"] = nil
        // Without a mode, `bridge` is what is meant and not what is shown.
        if let cpu { fields["cpu"] = .string(String(cpu)) }
        if let memory { fields["memory"] = .string(String(memory)) }
        for name in ["volumes", "placementConstraints"] where fields[name] == nil { fields[name] = [] }
        fields["containerDefinitions"] = .list(
            input.structures("containerDefinitions").map { completed($0) })
        return fields
    }

    private func completed(_ container: Input) -> Value {
        var fields = container.fields
        if fields["cpu"] == nil { fields["cpu"] = 0 }
        if fields["essential"] == nil { fields["essential"] = true }
        for name in ["environment", "mountPoints", "volumesFrom", "systemControls", "portMappings"]
        where fields[name] == nil {
            fields[name] = []
        }
        fields["portMappings"] = .list(
            (fields["portMappings"]?.elements ?? []).map { mapping in
                var mapping = mapping.fields ?? Fields()
                if mapping["protocol"] == nil { mapping["protocol"] = "tcp" }
                if mapping["hostPort"] == nil, mapping["containerPortRange"] == nil {
                    mapping["hostPort"] = networkMode == "bridge" ? 0 : mapping["containerPort"]
                }
                return .structure(mapping)
            })
        return .structure(fields)
    }
}

/// What holds for each container and between them.
enum ContainerRules {
    static func check(
        _ containers: [Input], networkMode: String, taskCPU: Int?, taskMemory: Int?, volumes: [String]
    ) throws(ServiceError) {
        var names: [String] = []
        for container in containers {
            let name = container.string("name") ?? ""
            guard !name.isEmpty else { throw ECSError.client("Container.name should not be null or empty.") }
            guard Names.isValid(name) else { throw ECSError.client("Invalid container name: \(name.prefix(64))") }
            guard !names.contains(name) else {
                throw ECSError.client("Container names must be unique: \(name) is used twice.")
            }
            names.append(name)
            guard !(container.string("image") ?? "").isEmpty else {
                throw ECSError.client("Container.image should not be null or empty.")
            }
            try checkSizes(container, name, taskMemory)
            try checkPorts(container, name, networkMode)
            try checkOptions(container, name, volumes)
        }
        guard containers.contains(where: { $0.boolean("essential") ?? true }) else {
            throw ECSError.client("At least one container in the task definition must be essential.")
        }
        try checkTotals(containers, taskCPU, taskMemory)
        try checkHostPorts(containers, networkMode)
        try Dependencies.check(containers)
        if networkMode == "awsvpc", containers.contains(where: { !$0.strings("links").isEmpty }) {
            throw ECSError.client("Links are not supported when networkMode=awsvpc.")
        }
    }

    private static func checkSizes(_ container: Input, _ name: String, _ taskMemory: Int?) throws(ServiceError) {
        let memory = container.integer("memory")
        let reservation = container.integer("memoryReservation")
        guard memory != nil || reservation != nil || taskMemory != nil else {
            throw ECSError.client(
                "Invalid setting for container '\(name)'. At least one of 'memory' or 'memoryReservation' must be specified."
            )
        }
        for (key, amount) in [("memory", memory), ("memoryReservation", reservation)] {
            if let amount, amount < 6 {
                throw ECSError.client(
                    "Invalid setting for container '\(name)'. '\(key)' must be at least 6 MiB.")
            }
        }
        if let memory, let reservation, memory < reservation {
            throw ECSError.client(
                "Invalid setting for container '\(name)'. 'memory' must be greater than or equal to 'memoryReservation'."
            )
        }
        if let cpu = container.integer("cpu"), cpu < 0 {
            throw ECSError.client("Invalid 'cpu' setting for container '\(name)'.")
        }
    }

    private static func checkPorts(
        _ container: Input, _ name: String, _ networkMode: String
    ) throws(ServiceError) {
        let mappings = container.structures("portMappings")
        guard mappings.count <= 100 else {
            throw ECSError.client("A container can have at most 100 port mappings: '\(name)'.")
        }
        for mapping in mappings {
            if let kind = mapping.string("protocol"), kind != "tcp", kind != "udp" {
                throw ECSError.client("Invalid 'protocol' setting for container '\(name)'.")
            }
            guard mapping.string("containerPortRange") == nil else { continue }
            guard let port = mapping.integer("containerPort"), (1...65535).contains(port) else {
                throw ECSError.client("Invalid 'containerPort' setting for container '\(name)'.")
            }
            guard let host = mapping.integer("hostPort"), host != 0 || networkMode == "bridge" else { continue }
            guard (0...65535).contains(host) else {
                throw ECSError.client("Invalid 'hostPort' setting for container '\(name)'.")
            }
            guard networkMode == "bridge" || host == port else {
                throw ECSError.client(
                    "When networkMode=\(networkMode), the host ports and container ports in port mappings must match.")
            }
        }
    }

    private static func checkOptions(_ container: Input, _ name: String, _ volumes: [String]) throws(ServiceError) {
        for mount in container.structures("mountPoints") {
            let volume = mount.string("sourceVolume") ?? ""
            guard volumes.contains(volume) else {
                throw ECSError.client("Unknown volume '\(volume.prefix(255))'.")
            }
        }
        if let log = container.structure("logConfiguration"), log.string("logDriver") == "awslogs" {
            let options = Set(log.map("options").map(\.key))
            let missing = ["awslogs-region", "awslogs-group"].filter { !options.contains($0) }
            guard missing.isEmpty else {
                throw ECSError.client("Log driver awslogs requires options: \(missing.joined(separator: ", "))")
            }
        }
        if let check = container.structure("healthCheck") {
            guard !check.strings("command").isEmpty else {
                throw ECSError.client("Health check command should not be null or empty.")
            }
            let bounds = [("interval", 5...300), ("timeout", 2...60), ("retries", 1...10), ("startPeriod", 0...300)]
            for (key, bound) in bounds {
                if let value = check.integer(key), !bound.contains(value) {
                    throw ECSError.client(
                        "Health check \(key) must be between \(bound.lowerBound) and \(bound.upperBound).")
                }
            }
        }
        if let timeout = container.integer("startTimeout"), timeout < 2 {
            throw ECSError.client("Invalid 'startTimeout' setting for container '\(name)'.")
        }
    }

    private static func checkTotals(_ containers: [Input], _ taskCPU: Int?, _ taskMemory: Int?) throws(ServiceError) {
        let cpu = containers.reduce(0) { $0 + ($1.integer("cpu") ?? 0) }
        if let taskCPU, cpu > taskCPU {
            throw ECSError.client(
                "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.")
        }
        guard let taskMemory else { return }
        for container in containers {
            if let memory = container.integer("memory"), memory > taskMemory {
                throw ECSError.client(
                    "Invalid setting for container '\(container.string("name") ?? "")'. 'memory' cannot be greater than the value of the task 'memory'."
                )
            }
        }
        let reserved = containers.reduce(0) {
            $0 + ($1.integer("memoryReservation") ?? $1.integer("memory") ?? 0)
        }
        guard reserved <= taskMemory else {
            throw ECSError.client(
                "The sum of all container memory reservations cannot be greater than the value of the task 'memory'.")
        }
    }

    private static func checkHostPorts(_ containers: [Input], _ networkMode: String) throws(ServiceError) {
        var taken: Set<String> = []
        for container in containers {
            for mapping in container.structures("portMappings") {
                let port =
                    networkMode == "bridge"
                    ? mapping.integer("hostPort") ?? 0 : mapping.integer("containerPort") ?? 0
                guard port != 0 else { continue }
                guard taken.insert("\(port)/\(mapping.string("protocol") ?? "tcp")").inserted else {
                    throw ECSError.client(
                        "Invalid 'portMappings' setting for container '\(container.string("name") ?? "")': port \(port) is mapped twice."
                    )
                }
            }
        }
    }
}

/// `dependsOn` between containers.
enum Dependencies {
    static func check(_ containers: [Input]) throws(ServiceError) {
        var needs: [String: [String]] = [:]
        let byName = Dictionary(containers.map { ($0.string("name") ?? "", $0) }) { first, _ in first }
        for container in containers {
            let name = container.string("name") ?? ""
            for dependency in container.structures("dependsOn") {
                let other = dependency.string("containerName") ?? ""
                guard let target = byName[other] else {
                    throw ECSError.client("Container '\(name)' depends on unknown container '\(other.prefix(255))'.")
                }
                let condition = dependency.string("condition") ?? ""
                if ["SUCCESS", "COMPLETE"].contains(condition), target.boolean("essential") ?? true {
                    throw ECSError.client(
                        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container")
                }
                if condition == "HEALTHY", !target.has("healthCheck") {
                    throw ECSError.client(
                        "A dependency container with HEALTHY condition must have a health check: '\(other)'.")
                }
                needs[name, default: []].append(other)
            }
        }
        var done: Set<String> = []
        for name in needs.keys.sorted() {
            guard !isCyclic(name, needs, path: [], &done) else {
                throw ECSError.client("Container dependencies cannot have a cycle.")
            }
        }
    }

    private static func isCyclic(
        _ name: String, _ needs: [String: [String]], path: Set<String>, _ done: inout Set<String>
    ) -> Bool {
        guard !path.contains(name) else { return true }
        guard !done.contains(name) else { return false }
        for next in needs[name] ?? [] where isCyclic(next, needs, path: path.union([name]), &done) { return true }
        done.insert(name)
        return false
    }
}

/// What AWS Fargate adds.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>
enum FargateRules {
    static let noCPU = ECSError.client("Fargate requires that 'cpu' be defined at the task level.")
    static let noMemory = ECSError.client("Fargate requires that 'memory' be defined at the task level.")

    static func check(_ input: Input, _ containers: [Input], cpu: Int?, memory: Int?) throws(ServiceError) {
        guard let cpu else { throw noCPU }
        guard let memory else { throw noMemory }
        guard isSize(cpu: cpu, memory: memory) else {
            throw ECSError.client(
                "No Fargate configuration exists for given values: \(cpu) CPU, \(memory) memory. See the Amazon ECS documentation for the valid values."
            )
        }
        let hasRole = input.has("executionRoleArn")
        for container in containers {
            let name = container.string("name") ?? ""
            if container.boolean("privileged") ?? false {
                throw ECSError.client(
                    "Fargate compatible task definitions do not support 'privileged' containers: '\(name)'.")
            }
            if !hasRole, (container.string("image") ?? "").isPrivateRegistry {
                throw ECSError.client(
                    "Fargate requires task definition to have execution role ARN to support ECR images.")
            }
            if let log = container.structure("logConfiguration") {
                let driver = log.string("logDriver") ?? ""
                guard ["awslogs", "splunk", "awsfirelens"].contains(driver) else {
                    throw ECSError.client(
                        "Fargate compatible task definitions do not support log driver \(driver.prefix(32))")
                }
                guard hasRole || driver != "awslogs" else {
                    throw ECSError.client(
                        "Fargate requires task definition to have execution role ARN to support log driver awslogs.")
                }
            }
            guard hasRole || container.structures("secrets").isEmpty else {
                throw ECSError.client(
                    "Fargate requires task definition to have execution role ARN to support secrets.")
            }
        }
        for volume in input.structures("volumes") where volume.structure("host")?.has("sourcePath") ?? false {
            throw ECSError.client("host.sourcePath should not be set for volumes in Fargate.")
        }
        if let size = input.structure("ephemeralStorage")?.integer("sizeInGiB"), !(21...200).contains(size) {
            throw ECSError.client("Ephemeral storage must be between 21 and 200 GiB.")
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
        default: return false
        }
    }
}
