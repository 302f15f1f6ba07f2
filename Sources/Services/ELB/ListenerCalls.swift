import CloudState
import LoadBalancing
import ServiceModel

/// Listeners.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html>
enum ListenerCalls {
    static let operations: [String: Handler] = [
        "CreateListener": .write(create),
        "DeleteListener": .write(delete),
        "DescribeListeners": .read(describe),
        "ModifyListener": .write(modify),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arns = input.strings("ListenerArns")
        var listeners: [Listener] = []
        if !arns.isEmpty {
            for arn in arns { listeners.append(try ELBNamed.listener(arn, context)) }
        } else if let balancer = input.string("LoadBalancerArn") {
            listeners = context.elb.listeners(of: try ELBNamed.loadBalancer(balancer, context).id)
        } else {
            throw ELBError.validation("You must specify either listener ARNs or a load balancer ARN")
        }
        return try ELBPage(listeners, input).response("Listeners") { view($0, context.elb) }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let balancer = try ELBNamed.loadBalancer(input.string("LoadBalancerArn"), context)
        let tags = try ELBTagged.given(input)
        let others = context.elb.listeners(of: balancer.id)
        var listener = Listener(
            id: "", loadBalancerARN: balancer.id, port: nil, listenerProtocol: nil, attributes: AttributeList([]))
        try ListenerRules.read(input, &listener, balancer, context)
        let actions = try ActionRules.read(input.structures("DefaultActions"), listener, balancer, context)
        if let known = others.first(where: { $0.port == listener.port }) {
            var same = known
            same.id = ""
            same.attributes = listener.attributes
            same.tags = Tags()
            guard same == listener, context.elb.defaultActions(of: known) == actions else {
                throw ServiceError(
                    "DuplicateListener",
                    "A listener already exists on this port for this load balancer '\(balancer.id)'")
            }
            return Response(["Listeners": [view(known, context.elb)]])
        }
        guard others.count < 50 else {
            throw ServiceError("TooManyListeners", "You have reached the limit on the number of listeners: 50")
        }
        listener.id = context.newELBARN("listener/\(balancer.path)")
        listener.attributes = AttributeRules.list(AttributeRules.listener(listener.listenerProtocol))
        listener.tags = tags
        context.elb.listeners.insert(listener)
        let rule = ListenerRule(
            id: context.newELBARN(RuleCalls.path(listener)), listenerARN: listener.id, priority: nil, conditions: [],
            actions: actions)
        context.elb.rules.insert(rule)
        try ActionRules.checkUse(of: balancer, context)
        startChecks(actions, &context)
        return Response(["Listeners": [view(listener, context.elb)]])
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var listener = try ELBNamed.listener(input.string("ListenerArn"), context)
        let balancer = try ELBNamed.loadBalancer(listener.loadBalancerARN, context)
        let before = listener.listenerProtocol
        try ListenerRules.read(input, &listener, balancer, context)
        let isTaken = context.elb.listeners(of: balancer.id).contains {
            $0.id != listener.id && $0.port == listener.port
        }
        guard !isTaken else {
            throw ServiceError(
                "DuplicateListener", "A listener already exists on this port for this load balancer '\(balancer.id)'")
        }
        if listener.listenerProtocol != before {
            listener.attributes = AttributeRules.list(AttributeRules.listener(listener.listenerProtocol))
        }
        context.elb.listeners[listener.id] = listener
        let given = input.structures("DefaultActions")
        if !given.isEmpty {
            let actions = try ActionRules.read(given, listener, balancer, context)
            if let rule = context.elb.rules.first(where: { $0.listenerARN == listener.id && $0.isDefault }) {
                context.elb.rules.update(rule.id) { $0.actions = actions }
            }
            try ActionRules.checkUse(of: balancer, context)
            startChecks(actions, &context)
        }
        return Response(["Listeners": [view(listener, context.elb)]])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        remove(try ELBNamed.listener(input.string("ListenerArn"), context), &context)
        return .empty
    }

    /// Takes a listener away, with its rules.
    static func remove(_ listener: Listener, _ context: inout CallContext) {
        for rule in context.elb.rules(of: listener.id) { context.elb.rules.remove(rule.id) }
        context.elb.listeners.remove(listener.id)
    }

    /// Targets of groups that come into use are checked soon.
    static func startChecks(_ actions: [RuleAction], _ context: inout CallContext) {
        for group in actions.flatMap(\.targetGroups) {
            HealthRound.start(&context.world, targetGroup: group, region: context.region)
        }
    }

    static func view(_ listener: Listener, _ state: ELBState) -> Value {
        [
            "ListenerArn": .string(listener.id), "LoadBalancerArn": .string(listener.loadBalancerARN),
            "Port": listener.port.map(Value.integer), "Protocol": .optional(listener.listenerProtocol),
            "Certificates": listener.certificates.first.map { [["CertificateArn": .string($0)]] },
            "SslPolicy": .optional(listener.sslPolicy),
            "AlpnPolicy": listener.alpnPolicy.isEmpty ? nil : .strings(listener.alpnPolicy),
            "DefaultActions": .list(state.defaultActions(of: listener)) { ActionRules.view($0) },
            "MutualAuthentication": listener.mutualAuthentication,
        ]
    }
}

/// What a listener may be: protocols and ports by type of load balancer, certificates and policies.
enum ListenerRules {
    static func read(
        _ input: Input, _ listener: inout Listener, _ balancer: LoadBalancer, _ context: CallContext
    ) throws(ServiceError) {
        guard balancer.kind != .gateway else {
            guard !input.has("Port"), !input.has("Protocol") else {
                throw ELBError.validation(
                    "Port and protocol are not supported for listeners of load balancers with type 'gateway'")
            }
            return
        }
        listener.port = input.integer("Port") ?? listener.port
        guard listener.port != nil else { throw ELBError.validation("A listener port must be specified") }
        let before = listener.listenerProtocol
        listener.listenerProtocol = input.string("Protocol") ?? before
        guard let wanted = listener.listenerProtocol else {
            throw ELBError.validation("A listener protocol must be specified")
        }
        let allowed = balancer.kind == .application ? ["HTTPS", "HTTP"] : ["TLS", "TCP", "TCP_UDP", "UDP"]
        guard allowed.contains(wanted) else {
            throw ELBError.validation(
                "Listener protocol '\(wanted)' must be one of '\(allowed.joined(separator: ", "))'")
        }
        try readSecurity(input, &listener, isSecure: wanted == "HTTPS" || wanted == "TLS", before: before, context)
    }

    private static func readSecurity(
        _ input: Input, _ listener: inout Listener, isSecure: Bool, before: String?, _ context: CallContext
    ) throws(ServiceError) {
        let certificates = input.structures("Certificates").compactMap { $0.string("CertificateArn") }
        guard isSecure else {
            guard certificates.isEmpty, !input.has("SslPolicy"), input.strings("AlpnPolicy").isEmpty else {
                throw ELBError.validation(
                    "Certificates and SSL policies are only supported for listeners with protocol 'HTTPS' or 'TLS'")
            }
            listener.certificates = []
            listener.sslPolicy = nil
            listener.alpnPolicy = []
            listener.mutualAuthentication = nil
            return
        }
        guard certificates.count <= 1 else {
            throw ServiceError(
                "TooManyCertificates",
                "Up to one certificate can be specified for a listener, but '\(certificates.count)' were specified")
        }
        if let certificate = certificates.first {
            try Certificates.check(certificate, context)
            listener.certificates = [certificate] + listener.certificates.dropFirst().filter { $0 != certificate }
        }
        let name = listener.listenerProtocol ?? ""
        guard !listener.certificates.isEmpty else {
            throw ELBError.validation("A certificate must be specified for \(name) listeners")
        }
        let policy = input.string("SslPolicy") ?? listener.sslPolicy ?? SSLPolicies.standard
        guard SSLPolicies.named(policy) != nil else {
            throw ServiceError("SSLPolicyNotFound", "SSL policy '\(policy.prefix(256))' not found")
        }
        listener.sslPolicy = policy
        try readNegotiation(input, &listener)
        try readMutualAuthentication(input, &listener)
    }

    private static func readNegotiation(_ input: Input, _ listener: inout Listener) throws(ServiceError) {
        let names = input.strings("AlpnPolicy")
        guard !names.isEmpty else { return }
        guard listener.listenerProtocol == "TLS" else {
            throw ELBError.validation("ALPN policies are only supported for listeners with protocol 'TLS'")
        }
        for name in names where !["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"].contains(name) {
            throw ServiceError("ALPNPolicyNotFound", "ALPN policy '\(name.prefix(64))' is not supported")
        }
        listener.alpnPolicy = names
    }

    private static func readMutualAuthentication(_ input: Input, _ listener: inout Listener) throws(ServiceError) {
        guard listener.listenerProtocol == "HTTPS" else { return }
        guard let given = input.structure("MutualAuthentication") else {
            if listener.mutualAuthentication == nil { listener.mutualAuthentication = ["Mode": "off"] }
            return
        }
        let mode = given.string("Mode") ?? "off"
        guard ["off", "passthrough", "verify"].contains(mode) else {
            throw ELBError.validation(
                "Mutual authentication mode '\(mode.prefix(64))' must be one of 'off, passthrough, verify'")
        }
        guard mode != "verify" else { throw ELBError.notEmulated("Trust stores of mutual authentication") }
        listener.mutualAuthentication = ["Mode": .string(mode)]
    }
}
