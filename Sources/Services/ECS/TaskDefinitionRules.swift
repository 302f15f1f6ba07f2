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
                    : "Family contains invalid characters.")
        }
        let required = input.strings("requiresCompatibilities")
        isFargate = required.contains("FARGATE")
        networkMode = input.string("networkMode") ?? "bridge"
        cpu = try Self.cpuUnits(input.string("cpu"))
        memory = try Self.mebibytes(input.string("memory"))
        let containers = input.structures("containerDefinitions")
        guard !containers.isEmpty else { throw ECSError.client("Container list cannot be empty.") }
        guard containers.count <= 10 else {
            throw ECSError.client("Too many containers.")
        }
        if isFargate {
            guard networkMode == "awsvpc" else { throw ECSError.client("Fargate only supports network mode ‘awsvpc’.") }
            guard cpu != nil else { throw FargateRules.noCPU }
            guard memory != nil else { throw FargateRules.noMemory }
        }
        try ContainerRules.check(
            containers, networkMode: networkMode, taskCPU: cpu, taskMemory: memory,
            volumes: input.structures("volumes").map { $0.string("name") ?? "" })
        try VolumeRules.check(input.structures("volumes"))
        try Self.checkTask(input, containers)
        if isFargate {
            try FargateRules.check(input, containers, cpu: cpu, memory: memory)
        } else if input.has("ephemeralStorage"), required.contains("EC2") {
            throw ECSError.client("Tasks using the EC2 launch type do not support EphemeralStorage.")
        }
        let fitsFargate =
            networkMode == "awsvpc" && (try? FargateRules.check(input, containers, cpu: cpu, memory: memory)) != nil
        compatibilities =
            networkMode == "awsvpc" && !fitsFargate ? ["EC2"] : fitsFargate ? ["EC2", "FARGATE"] : ["EXTERNAL", "EC2"]
        try Self.checkDocument(input)
    }

    /// What concerns neither a container nor a volume.
    private static func checkTask(_ input: Input, _ containers: [Input]) throws(ServiceError) {
        for name in ["executionRoleArn", "taskRoleArn"] {
            if let role = input.string(name), !isRole(role) { throw ECSError.client("Role is not valid") }
        }
        if let proxy = input.structure("proxyConfiguration")?.string("containerName"),
            !containers.contains(where: { $0.string("name") == proxy })
        {
            throw ECSError.client("Proxy container [\(proxy.prefix(255))] does not exist")
        }
        let constraints = input.structures("placementConstraints")
        guard constraints.count <= 10 else {
            throw ECSError.client("Too many placement constraints. The limit is 10.")
        }
        for constraint in constraints {
            guard let text = constraint.string("expression"), ClusterQuery(text) != nil else {
                throw ECSError.client("Invalid expression for placement constraint.")
            }
        }
        if input.has("tags"), input.structures("tags").isEmpty { throw ECSError.parameter("Tags can not be empty.") }
    }

    /// The ARN of a role, or its name.
    private static func isRole(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard text.hasPrefix("arn:") else {
            return (1...64).contains(text.utf8.count)
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+=,.@-_".contains($0)) }
        }
        return parts.count == 6 && parts[2] == "iam" && parts[4].count == 12 && parts[4].allSatisfy(\.isNumber)
            && parts[5].hasPrefix("role/") && parts[5].count > 5
    }

    /// A definition is at most 64 KB.
    private static func checkDocument(_ input: Input) throws(ServiceError) {
        let length = size(.structure(input.fields))
        guard length <= 64 * 1024 else {
            throw ECSError.client("Actual length: '\(length)'. Max allowed length is '65536' bytes.")
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
        var units = Int(plain)
        if plain.hasSuffix("vcpu"), let cores = Double(plain.dropLast(4)), cores > 0, cores <= 192 {
            units = Int(cores * 1024)
        }
        // From an eighth of a vCPU to 192 of them.
        if let units, (128...196_608).contains(units) { return units }
        throw ECSError.client(
            "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
        )
    }

    /// `512`, `1GB` or `2 gb`, in MiB.
    static func mebibytes(_ text: String?) throws(ServiceError) -> Int? {
        guard let text else { return nil }
        let plain = text.lowercased().filter { $0 != " " }
        if let amount = Int(plain), amount > 0 { return amount }
        if plain.hasSuffix("gb"), let amount = Double(plain.dropLast(2)), amount > 0, amount <= 4096 {
            return Int(amount * 1024)
        }
        throw ECSError.client(
            "Invalid 'memory' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
        )
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
        if var check = fields["healthCheck"]?.fields {
            for (name, usual) in [("interval", 30), ("timeout", 5), ("retries", 3)] where check[name] == nil {
                check[name] = .integer(usual)
            }
            fields["healthCheck"] = .structure(check)
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
