import CloudState
import ServiceModel

/// What holds for each container and between them.
enum ContainerRules {
    static func check(
        _ containers: [Input], networkMode: String, taskCPU: Int?, taskMemory: Int?, volumes: [String]
    ) throws(ServiceError) {
        var names: [String] = []
        let all = containers.map { $0.string("name") ?? "" }
        for container in containers {
            let name = container.string("name") ?? ""
            guard !name.isEmpty else { throw ECSError.client("Container.name should not be null or empty.") }
            guard Names.isValid(name) else { throw ECSError.client("Container.name contains invalid characters.") }
            guard !names.contains(name) else {
                throw ECSError.client("Container names must be unique within a task definition.")
            }
            names.append(name)
            let image = container.string("image") ?? ""
            guard !image.isEmpty else { throw ECSError.client("Container.image should not be null or empty.") }
            guard isImage(image) else { throw ECSError.client("Container.image contains invalid characters.") }
            try checkSizes(container, name, taskMemory)
            try checkPorts(container, name, networkMode)
            try checkOptions(container, name, volumes)
            try ContainerOptions.check(container, name, names: all, networkMode: networkMode)
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

    /// Letters, digits and what separates the parts of a reference.
    private static func isImage(_ text: String) -> Bool {
        text.utf8.count <= 255
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_:./#@+".contains($0)) }
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
            if let range = mapping.string("containerPortRange") {
                try checkRange(range, mapping, name, networkMode)
                continue
            }
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

    private static func checkRange(
        _ text: String, _ mapping: Input, _ name: String, _ networkMode: String
    ) throws(ServiceError) {
        guard !mapping.has("containerPort"), !mapping.has("hostPort") else {
            throw ECSError.client("Container '\(name)' cannot specify both single port and port range.")
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 1, first < last, last <= 65535 else {
            throw ECSError.client("Invalid 'containerPortRange' setting for container '\(name)'.")
        }
        guard networkMode == "bridge" || networkMode == "awsvpc" else {
            throw ECSError.client("containerPortRange is not supported when networkMode=\(networkMode).")
        }
    }

    private static func checkOptions(_ container: Input, _ name: String, _ volumes: [String]) throws(ServiceError) {
        for mount in container.structures("mountPoints") {
            let volume = mount.string("sourceVolume") ?? ""
            guard volumes.contains(volume) else {
                throw ECSError.client("Unknown volume '\(volume.prefix(255))'.")
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
                    "The 'memory' setting for container '\(container.string("name") ?? "")' is greater than for the task."
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
        var named: Set<String> = []
        for container in containers {
            for mapping in container.structures("portMappings") {
                if let name = mapping.string("name"), !named.insert(name).inserted {
                    throw ECSError.client("The port mapping name is already used: \(name.prefix(64))")
                }
                let port =
                    networkMode == "bridge"
                    ? mapping.integer("hostPort") ?? 0 : mapping.integer("containerPort") ?? 0
                guard port != 0 else { continue }
                guard taken.insert("\(port)/\(mapping.string("protocol") ?? "tcp")").inserted else {
                    throw ECSError.client(
                        networkMode == "bridge"
                            ? "The host port \(port) is used multiple times in task."
                            : "The container port \(port) is used multiple times in task.")
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
                    throw ECSError.client(
                        "Cannot depend on container + '\(other.prefix(255))' because it does not exist")
                }
                let condition = dependency.string("condition") ?? ""
                if ["SUCCESS", "COMPLETE"].contains(condition), target.boolean("essential") ?? true {
                    throw ECSError.client(
                        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container")
                }
                if condition == "HEALTHY", !target.has("healthCheck") {
                    throw ECSError.client(
                        "A dependency container with HEALTHY condition must have health check configured")
                }
                needs[name, default: []].append(other)
            }
        }
        var done: Set<String> = []
        for name in needs.keys.sorted() {
            guard !isCyclic(name, needs, path: [], &done) else {
                throw ECSError.client("Container dependencies should not have a cycle")
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
