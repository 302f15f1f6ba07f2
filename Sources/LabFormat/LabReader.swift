import GradeModel

/// Reads a lab's document, key by key.
struct LabReader {
    let diagnostics: Diagnostics

    /// The lab, or nil when something is missing without which there is none; the diagnostics may hold errors either way.
    func lab(_ root: YAMLNode) -> Lab? {
        guard var fields = FieldReader(root, "a lab", diagnostics) else { return nil }
        if let version = fields.required("lab"), let text = version.text("'lab'", diagnostics), text != "v1" {
            diagnostics.error("'lab' must be v1, the version of the format, not '\(text)'", at: version.location)
        }
        let id = fields.required("id").flatMap { identifier($0, "'id'") }
        let title = fields.required("title").flatMap { localized($0, "'title'") }
        let description = fields.optional("description").flatMap { localized($0, "'description'") }
        let pointsNode = fields.required("points")
        let points = pointsNode?.points("'points'", diagnostics)
        let interfaces = fields.required("interfaces").map(interfaces)
        let limits = fields.optional("limits").map(limits) ?? LabLimits()
        let network = fields.optional("network").flatMap { $0.word("'network'", LabNetwork.self, diagnostics) }
        let scenarios = fields.optional("scenarios").map { timelines($0) } ?? []
        let time = fields.optional("time").flatMap { $0.word("'time'", LabTime.self, diagnostics) }
        let containers = fields.optional("containers").flatMap {
            $0.word("'containers'", LabContainers.self, diagnostics)
        }
        let given = fields.optional("given").map { givenCalls($0) } ?? []
        let collect = fields.optional("collect").map(collected) ?? []
        let account = fields.optional("account").map { self.account($0) } ?? LabAccount()
        let checksNode = fields.required("checks")
        let checks = checksNode?.list("'checks'", diagnostics)?.map(check)
        let selftests = fields.optional("selftest")?.list("'selftest'", diagnostics)?.compactMap(selftest)
        fields.finish()
        if let checksNode, checks?.isEmpty == true {
            diagnostics.error(
                "'checks' must not be empty: a lab without checks passes everybody", at: checksNode.location)
        }
        guard let id, let title, let points, let pointsNode, let interfaces, let checks else { return nil }
        let complete = checks.compactMap(\.self)
        let lab = Lab(
            id: id, title: title, description: description, points: points, interfaces: interfaces, limits: limits,
            network: network ?? .emulator, time: time ?? .virtual, containers: containers ?? .modelled,
            collect: collect, account: account, given: given, scenarios: scenarios, checks: complete,
            selftests: selftests ?? [])
        // With a check missing, every sum and reference would look wrong too.
        if complete.count == checks.count {
            LabValidator(lab: lab, pointsLocation: pointsNode.location, diagnostics: diagnostics).validate()
        }
        return lab
    }

    // MARK: Parts

    /// `[a-z0-9-]{1,64}`: ids become file names, XML names and parts of URLs.
    func identifier(_ node: YAMLNode, _ name: String) -> String? {
        guard let text = node.text(name, diagnostics) else { return nil }
        if LabID.isValid(text) { return text }
        diagnostics.error("\(name) must be 1 to 64 of a-z, 0-9 and '-', not '\(text)'", at: node.location)
        return nil
    }

    func localized(_ node: YAMLNode, _ name: String) -> LocalizedText? {
        guard case .mapping = node.content else {
            return node.text(name, diagnostics).map { LocalizedText(texts: [("en", $0)]) }
        }
        guard let entries = node.entries(name, diagnostics) else { return nil }
        let texts = entries.compactMap { entry -> (language: String, text: String)? in
            let parts = entry.key.split(separator: "-", omittingEmptySubsequences: false)
            let isTag =
                (2...3).contains(parts[0].count) && parts[0].utf8.allSatisfy { (0x61...0x7A).contains($0) }
                && parts.dropFirst().allSatisfy {
                    (1...8).contains($0.count) && $0.utf8.allSatisfy(Self.isAlphanumeric)
                }
            if !isTag {
                diagnostics.error("'\(entry.key)' is no language tag such as en or pt-BR", at: entry.keyLocation)
            }
            return entry.value.text("\(name)", diagnostics).map { (entry.key, $0) }
        }
        return texts.count == entries.count ? LocalizedText(texts: texts) : nil
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    private func interfaces(_ node: YAMLNode) -> [LabInterface] {
        guard var fields = FieldReader(node, "'interfaces'", diagnostics) else { return [] }
        let result = fields.any(of: LabInterface.Kind.allCases.map(\.rawValue)).flatMap { entry -> [LabInterface] in
            guard let kind = LabInterface.Kind(rawValue: entry.key),
                var inner = FieldReader(entry.value, "'\(entry.key)'", diagnostics)
            else { return [] }
            let entries = inner.required("entry").map { entryPaths($0, kind) } ?? []
            let deployment = kind == .zip ? inner.required("deploy").flatMap(deployment) : nil
            inner.finish()
            guard kind != .zip || deployment != nil else { return [] }
            return entries.map { LabInterface(kind: kind, deployment: deployment, entry: $0) }
        }
        fields.finish()
        if case .mapping(let entries) = node.content, entries.isEmpty {
            diagnostics.error("'interfaces' must not be empty", at: node.location)
        }
        return result
    }

    private func deployment(_ node: YAMLNode) -> LabInterface.Deployment? {
        guard var fields = FieldReader(node, "'deploy'", diagnostics) else { return nil }
        let function = fields.required("function")?.text("'function'", diagnostics)
        let runtime = fields.required("runtime")?.text("'runtime'", diagnostics)
        let handler = fields.required("handler")?.text("'handler'", diagnostics)
        let memory = fields.optional("memory").map { $0.integer("'memory'", in: 128...10_240, diagnostics) } ?? 128
        let timeout = fields.optional("timeout").map { $0.duration("'timeout'", in: 1...900, diagnostics) } ?? 3
        fields.finish()
        guard let function, let runtime, let handler, let memory, let timeout else { return nil }
        return LabInterface.Deployment(
            function: function, runtime: runtime, handler: handler, memory: memory, timeout: Int(timeout.rounded(.up)))
    }

    /// A path that stays below the folder it is relative to.
    func relativePath(_ node: YAMLNode, _ name: String) -> String? {
        guard let text = node.text(name, diagnostics) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isClean =
            text.utf8.count <= 255 && parts.allSatisfy { !["", ".", ".."].contains($0) }
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        if isClean { return text }
        diagnostics.error(
            "\(name) must be a relative path without '.', '..' and empty parts, not '\(text)'", at: node.location)
        return nil
    }

    private func collected(_ node: YAMLNode) -> [String] {
        let most = 16
        let paths = (node.list("'collect'", diagnostics) ?? []).compactMap { relativePath($0, "a path in 'collect'") }
        if paths.count > most {
            diagnostics.error("'collect' must not have more than \(most) paths, not \(paths.count)", at: node.location)
        }
        for (index, path) in paths.enumerated() where paths[..<index].contains(path) {
            diagnostics.error("'collect' has '\(path)' twice; leave one out", at: node.location)
        }
        return paths
    }

    private func limits(_ node: YAMLNode) -> LabLimits {
        var limits = LabLimits()
        guard var fields = FieldReader(node, "'limits'", diagnostics) else { return limits }
        let times = 0.1...86_400.0
        if let value = fields.optional("wall")?.duration("'wall'", in: times, diagnostics) {
            limits.wallSeconds = value
        }
        if let value = fields.optional("cpu")?.duration("'cpu'", in: times, diagnostics) { limits.cpuSeconds = value }
        if let value = fields.optional("memory")?.size("'memory'", in: 1 << 20...1 << 40, diagnostics) {
            limits.memoryBytes = value
        }
        if let value = fields.optional("pids")?.integer("'pids'", in: 1...32_768, diagnostics) {
            limits.processes = value
        }
        if let value = fields.optional("output")?.size("'output'", in: 1024...1 << 30, diagnostics) {
            limits.outputBytes = value
        }
        if let value = fields.optional("disk")?.size("'disk'", in: 1024...1 << 40, diagnostics) {
            limits.diskBytes = value
        }
        if let value = fields.optional("api_calls")?.integer("'api_calls'", in: 1...10_000_000, diagnostics) {
            limits.apiCalls = value
        }
        if let value = fields.optional("api_data")?.size("'api_data'", in: 1024...1 << 40, diagnostics) {
            limits.apiDataBytes = value
        }
        fields.finish()
        return limits
    }
}

extension LabReader {
    /// `entry`: a path; of a task definition with the endings that it may have, `taskdef.{json,yaml}`.
    private func entryPaths(_ node: YAMLNode, _ kind: LabInterface.Kind) -> [String] {
        guard kind == .taskdef else { return relativePath(node, "'entry'").map { [$0] } ?? [] }
        guard let text = node.text("'entry'", diagnostics) else { return [] }
        var paths = [text]
        if text.hasSuffix("}"), let open = text.firstIndex(of: "{") {
            let endings = text[text.index(after: open)...].dropLast()
            paths = endings.split(separator: ",", omittingEmptySubsequences: false).map { String(text[..<open] + $0) }
        }
        guard Set(paths).count == paths.count, paths.allSatisfy({ DocumentFormat(path: $0) != nil }) else {
            diagnostics.error(
                "'entry' of a task definition must end with .json, .yaml or .yml, for instance taskdef.{json,yaml}, not '\(text)'",
                at: node.location)
            return []
        }
        return paths.compactMap {
            relativePath(YAMLNode(content: .scalar($0, .quoted), location: node.location), "'entry'")
        }
    }

    /// `given`: API calls, one after the other.
    func givenCalls(_ node: YAMLNode) -> [GivenCall] {
        (node.list("'given'", diagnostics) ?? []).compactMap { item in
            guard var fields = FieldReader(item, "an entry of 'given'", diagnostics) else { return nil }
            let step = fields.required("call").flatMap { call($0, &fields, item) }
            fields.finish()
            guard case .call(let service, let operation, let parameters)? = step?.action else { return nil }
            return GivenCall(service: service, operation: operation, parameters: parameters, location: item.location)
        }
    }
}
