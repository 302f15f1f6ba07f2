import JSONValue

/// What a scenario may take: grading has to stay a matter of moments.
enum ScenarioBounds {
    /// Virtual seconds of one cell.
    static let seconds = 86_400.0
    /// Requests of all cells together.
    static let requests = 1_000_000.0
    static let cells = 32
    static let steps = 100
    static let requestsPerSecond = 0.1...1000.0
}

extension LabReader {
    /// `scenarios`: timelines by their ids.
    func timelines(_ node: YAMLNode) -> [ScenarioDefinition] {
        (node.entries("'scenarios'", diagnostics) ?? []).compactMap { entry in
            let key = YAMLNode(content: .scalar(entry.key, .quoted), location: entry.keyLocation)
            guard let id = identifier(key, "a scenario's id") else { return nil }
            return scenario(id, entry)
        }
    }

    private func scenario(_ id: String, _ entry: YAMLNode.Entry) -> ScenarioDefinition? {
        guard var fields = FieldReader(entry.value, "scenario '\(id)'", diagnostics) else { return nil }
        let matrix = fields.optional("matrix").map { axes($0) } ?? []
        let names = matrix.map(\.name)
        let client = fields.required("client").flatMap { load($0, names) }
        let stepsNode = fields.required("steps")
        let steps = stepsNode?.list("'steps'", diagnostics)?.map { step($0, names) }
        fields.finish()
        guard let client, let stepsNode, let steps else { return nil }
        let complete = steps.compactMap(\.self)
        guard complete.count == steps.count else { return nil }
        let scenario = ScenarioDefinition(
            id: id, matrix: matrix, client: client, steps: complete, location: entry.keyLocation)
        check(scenario, stepsNode)
        return scenario
    }

    /// Bounds that concern the whole.
    private func check(_ scenario: ScenarioDefinition, _ steps: YAMLNode) {
        if scenario.steps.count > ScenarioBounds.steps {
            diagnostics.error(
                "scenario '\(scenario.id)' has \(scenario.steps.count) steps; at most \(ScenarioBounds.steps) are allowed",
                at: steps.location)
        }
        if scenario.seconds == 0 {
            diagnostics.error("in scenario '\(scenario.id)' no time passes: it needs a 'run'", at: steps.location)
        }
        if scenario.seconds > ScenarioBounds.seconds {
            diagnostics.error(
                "scenario '\(scenario.id)' lasts \(Int(scenario.seconds)) s; at most \(Int(ScenarioBounds.seconds)) s are allowed",
                at: steps.location)
        }
        let cells = scenario.matrix.reduce(1) { $0 * max($1.values.count, 1) }
        if cells > ScenarioBounds.cells {
            diagnostics.error(
                "the matrix of scenario '\(scenario.id)' has \(cells) cells; at most \(ScenarioBounds.cells) are allowed",
                at: scenario.location)
        }
        let requests = scenario.seconds * scenario.client.requestsPerSecond * Double(cells)
        if requests > ScenarioBounds.requests {
            diagnostics.error(
                "scenario '\(scenario.id)' makes \(Int(requests)) requests; at most \(Int(ScenarioBounds.requests)) are allowed: shorten it, or lower 'rps'",
                at: steps.location)
        }
    }

    private func axes(_ node: YAMLNode) -> [(name: String, values: [String])] {
        (node.entries("'matrix'", diagnostics) ?? []).compactMap { entry in
            let values = (entry.value.list("'\(entry.key)'", diagnostics) ?? []).compactMap {
                $0.text("a value of '\(entry.key)'", diagnostics)
            }
            guard !entry.key.isEmpty, entry.key.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
            else {
                diagnostics.error(
                    "'\(entry.key)' cannot be a name in a matrix: letters, digits and '_' can", at: entry.keyLocation)
                return nil
            }
            if values.isEmpty {
                diagnostics.error("'\(entry.key)' needs at least one value", at: entry.value.location)
                return nil
            }
            return (entry.key, values)
        }
    }

    private func load(_ node: YAMLNode, _ matrix: [String]) -> ScenarioDefinition.Client? {
        guard var fields = FieldReader(node, "'client'", diagnostics) else { return nil }
        let address = fields.required("get").flatMap { url($0, matrix: matrix) }
        let rate = fields.required("rps").flatMap { node -> Double? in
            guard let value = node.double("'rps'", diagnostics) else { return nil }
            if ScenarioBounds.requestsPerSecond.contains(value) { return value }
            diagnostics.error("'rps' must be from 0.1 to 1000 requests per second", at: node.location)
            return nil
        }
        fields.finish()
        guard let address, let rate else { return nil }
        return ScenarioDefinition.Client(url: address, requestsPerSecond: rate)
    }

    /// A URL that begins with a scheme that clients are modelled for.
    func url(_ node: YAMLNode, matrix: [String] = []) -> ExpressionTemplate? {
        guard let url = ExpressionTemplate.read(node, "'get'", matrix: matrix, diagnostics) else { return nil }
        if url.source.hasPrefix("http://") || url.source.hasPrefix("https://") { return url }
        diagnostics.error("'get' must begin with http:// or https://", at: node.location)
        return nil
    }

    // MARK: Steps

    private func step(_ node: YAMLNode, _ matrix: [String]) -> ScenarioDefinition.Step? {
        guard var fields = FieldReader(node, "a step", diagnostics) else { return nil }
        let kinds = fields.any(of: ["run", "fault", "call"])
        guard kinds.count == 1 else {
            diagnostics.error("a step is one of 'run', 'fault' and 'call'", at: node.location)
            return nil
        }
        let span = 0.1...ScenarioBounds.seconds
        let step: ScenarioDefinition.Step?
        switch kinds[0].key {
        case "run":
            step = kinds[0].value.duration("'run'", in: span, diagnostics).map {
                ScenarioDefinition.Step(action: .run, seconds: $0, location: node.location)
            }
        case "fault": step = fault(kinds[0].value, &fields, node, span, matrix)
        default: step = call(kinds[0].value, &fields, node)
        }
        fields.finish()
        return step
    }

    private func fault(
        _ name: YAMLNode, _ fields: inout FieldReader, _ node: YAMLNode, _ span: ClosedRange<Double>,
        _ matrix: [String]
    ) -> ScenarioDefinition.Step? {
        guard let action = name.word("'fault'", FaultDefinition.Action.self, diagnostics) else {
            // What belongs to it cannot be told.
            _ = fields.any(of: FaultDefinition.Action.allCases.flatMap { $0.keys.needed + $0.keys.allowed } + ["for"])
            return nil
        }
        let keys = action.keys
        let duration = action.isInstant ? nil : fields.optional("for")
        let targetsNode = keys.needed.first.flatMap { fields.required($0) }
        let targets = targetsNode.map { struck($0, "'\(keys.needed[0])'", matrix) } ?? []
        let allowed = keys.allowed.reduce(into: [String: YAMLNode]()) { $0[$1] = fields.optional($1) }
        let seconds = duration.flatMap { $0.duration("'for'", in: span, diagnostics) }
        var fault = FaultDefinition(action: action, targets: targets, operations: [], variant: nil, percent: 100)
        if let node = allowed["check"] { fault.variant = word(node, "'check'", ["system", "instance"]) }
        if let node = allowed["scope"] {
            fault.variant = word(
                node, "'scope'", ["all", "availability-zone", "vpc", "s3", "dynamodb", "prefix-list"])
        }
        if let node = allowed["percent"] { fault.percent = node.integer("'percent'", in: 1...100, diagnostics) ?? 100 }
        if let node = allowed["operations"] {
            fault.operations = (node.list("'operations'", diagnostics) ?? []).compactMap {
                $0.text("an operation", diagnostics)
            }
        }
        guard !targets.isEmpty, (duration == nil) == (seconds == nil) else { return nil }
        return ScenarioDefinition.Step(action: .fault(fault), seconds: seconds, location: node.location)
    }

    private func word(_ node: YAMLNode, _ name: String, _ words: [String]) -> String? {
        guard let text = node.text(name, diagnostics) else { return nil }
        if words.contains(text) { return text }
        diagnostics.error(
            "\(name) must be one of \(words.joined(separator: ", ")), not '\(text)'\(Suggestion.ending(for: text, among: words))",
            at: node.location)
        return nil
    }

    /// One text or a list of them.
    private func struck(_ node: YAMLNode, _ name: String, _ matrix: [String]) -> [ExpressionTemplate] {
        var nodes = [node]
        if case .sequence(let items) = node.content { nodes = items }
        if nodes.isEmpty { diagnostics.error("\(name) must not be empty", at: node.location) }
        let targets = nodes.compactMap { ExpressionTemplate.read($0, name, matrix: matrix, diagnostics) }
        return targets.count == nodes.count ? targets : []
    }

    func call(
        _ name: YAMLNode, _ fields: inout FieldReader, _ node: YAMLNode
    ) -> ScenarioDefinition.Step? {
        let parameters = fields.optional("with")?.json("'with'", diagnostics)
        guard let text = name.text("'call'", diagnostics) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].first?.isUppercase == true else {
            diagnostics.error(
                "'call' must be a service and an operation, for instance ec2:StopInstances, not '\(text)'",
                at: name.location)
            return nil
        }
        return ScenarioDefinition.Step(
            action: .call(service: String(parts[0]), operation: String(parts[1]), parameters: parameters ?? [:]),
            seconds: nil, location: node.location)
    }
}
