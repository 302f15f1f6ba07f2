package import JMESPath

/// `reach`: whether connections can be opened, as routes, gateways, network ACLs, security groups and addresses decide.
package struct ReachCheck: Sendable {
    /// One side of the question.
    package enum End: Sendable {
        case internet
        /// An IPv4 address.
        case address(String)
        /// Resources of the region.
        case resources(selector: String, condition: JMESPathExpression?)
    }

    package enum TransportProtocol: String, Sendable, CaseIterable { case tcp, udp, icmp }
    package enum Expectation: String, Sendable, CaseIterable { case reachable, blocked }

    package var from: End
    package var to: End
    package var transport: TransportProtocol
    /// Ports, each of which is asked about; none for ICMP.
    package var ports: [Int]
    package var expectation: Expectation
    /// How many resources `to`, or else `from`, must select.
    package var count: CountBounds

    static let placeholders = [
        MessageTemplate.Placeholder(name: "count", revealsActual: true),
        MessageTemplate.Placeholder(name: "expected", revealsActual: false),
        MessageTemplate.Placeholder(name: "actual", revealsActual: true),
        MessageTemplate.Placeholder(name: "offender", revealsActual: true, takesPath: true),
        MessageTemplate.Placeholder(name: "from", revealsActual: true),
        MessageTemplate.Placeholder(name: "to", revealsActual: true),
        MessageTemplate.Placeholder(name: "port", revealsActual: false),
        MessageTemplate.Placeholder(name: "path", revealsActual: true),
        MessageTemplate.Placeholder(name: "reason", revealsActual: true),
    ]
}

extension ReachCheck {
    static func read(_ node: YAMLNode, _ context: CheckKind.Context) -> ReachCheck? {
        let diagnostics = context.diagnostics
        guard var fields = FieldReader(node, "'reach'", diagnostics) else { return nil }
        let from = fields.required("from").flatMap { end($0, "'from'", diagnostics) }
        let to = fields.required("to").flatMap { end($0, "'to'", diagnostics) }
        let transport =
            fields.optional("protocol").map { $0.word("'protocol'", TransportProtocol.self, diagnostics) } ?? .tcp
        let portNode = fields.optional("port")
        let expectation = fields.required("expect").flatMap { $0.word("'expect'", Expectation.self, diagnostics) }
        let countNode = fields.optional("count")
        let count = countNode.map { CountBounds.read($0, "'count'", diagnostics) } ?? CountBounds(minimum: 1)
        fields.finish()
        var ports: [Int] = []
        if let portNode, transport == .icmp {
            diagnostics.error("ICMP has no ports", at: portNode.location)
        } else if let portNode {
            ports = Self.ports(portNode, diagnostics)
        } else if transport != .icmp {
            diagnostics.error("'reach' needs 'port'", at: node.location)
        }
        guard let from, let to, let transport, let expectation, let count, transport == .icmp || !ports.isEmpty else {
            return nil
        }
        if !from.isSelection, !to.isSelection {
            diagnostics.error(
                "'reach' must have resources of the region on one side at least, for instance ec2:instance",
                at: node.location)
            return nil
        }
        if (count.minimum ?? 1) == 0 {
            diagnostics.error(
                "'count' must ask for one resource at least: where there is none, nothing is proven",
                at: countNode?.location ?? node.location)
            return nil
        }
        return ReachCheck(
            from: from, to: to, transport: transport, ports: ports, expectation: expectation,
            count: CountBounds(minimum: count.minimum ?? 1, maximum: count.maximum))
    }

    private static func ports(_ node: YAMLNode, _ diagnostics: Diagnostics) -> [Int] {
        var nodes = [node]
        if case .sequence(let items) = node.content { nodes = items }
        if nodes.isEmpty || nodes.count > 20 {
            diagnostics.error("'port' must be a port, or a list of 1 to 20 of them", at: node.location)
            return []
        }
        return nodes.compactMap { $0.integer("'port'", in: 0...65_535, diagnostics) }
    }

    private static func end(_ node: YAMLNode, _ name: String, _ diagnostics: Diagnostics) -> End? {
        if case .mapping = node.content {
            guard var fields = FieldReader(node, name, diagnostics) else { return nil }
            let selector = fields.required("select").flatMap { StateCheck.selector($0, diagnostics) }
            let conditionNode = fields.optional("where")
            let condition = conditionNode?.expression("'where'", diagnostics)
            fields.finish()
            guard let selector, (conditionNode == nil) == (condition == nil) else { return nil }
            return .resources(selector: selector, condition: condition)
        }
        guard let text = node.text(name, diagnostics) else { return nil }
        if text == "internet" { return .internet }
        if CIDRBlock(text + "/32") != nil, !text.contains(":") { return .address(text) }
        guard text.contains(":") else {
            diagnostics.error(
                "\(name) must be internet, an IPv4 address, or resources such as ec2:instance, not '\(text)'",
                at: node.location)
            return nil
        }
        return StateCheck.selector(node, diagnostics).map { .resources(selector: $0, condition: nil) }
    }
}

extension ReachCheck.End {
    package var isSelection: Bool { if case .resources = self { true } else { false } }
}
