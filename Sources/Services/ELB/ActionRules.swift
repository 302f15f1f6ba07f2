import CloudState
import ServiceModel

/// What a listener or a rule does: reading it, checking it against the load balancer, and showing it.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html>
enum ActionRules {
    static func read(
        _ inputs: [Input], _ listener: Listener, _ balancer: LoadBalancer, _ context: CallContext
    ) throws(ServiceError) -> [RuleAction] {
        var actions: [RuleAction] = []
        for input in inputs {
            // Of a Gateway Load Balancer's one action no order is kept.
            let order = balancer.kind == .gateway ? nil : input.integer("Order")
            let action = RuleAction(try kind(input), order: order)
            for arn in action.targetGroups { try check(arn, listener, balancer, context) }
            actions.append(action)
        }
        try checkSet(actions, listener, balancer)
        return actions
    }

    private static func kind(_ input: Input) throws(ServiceError) -> RuleAction.Kind {
        switch input.string("Type") ?? "" {
        case "forward": return .forward(try forward(input))
        case "redirect":
            guard let configuration = input.structure("RedirectConfig") else {
                throw ELBError.validation("A redirect configuration must be specified for actions with type 'redirect'")
            }
            return .redirect(try redirect(configuration))
        case "fixed-response":
            guard let configuration = input.structure("FixedResponseConfig") else {
                throw ELBError.validation(
                    "A fixed response configuration must be specified for actions with type 'fixed-response'")
            }
            return .fixedResponse(try fixedResponse(configuration))
        case let type: return .authenticate(type: type, configuration: try AuthenticationRules.read(type, input))
        }
    }

    private static func forward(_ input: Input) throws(ServiceError) -> RuleAction.Forward {
        let configuration = input.structure("ForwardConfig")
        let tuples = configuration?.structures("TargetGroups") ?? []
        let single = input.string("TargetGroupArn")
        if let single, tuples.count > 1 || tuples.contains(where: { $0.string("TargetGroupArn") != single }) {
            throw ELBError.validation(
                "You cannot specify both a target group ARN and a forward configuration with other target groups")
        }
        var groups = tuples.map {
            RuleAction.Weighted(targetGroup: $0.string("TargetGroupArn") ?? "", weight: $0.integer("Weight") ?? 1)
        }
        if groups.isEmpty, let single { groups = [RuleAction.Weighted(targetGroup: single, weight: 1)] }
        guard !groups.isEmpty else {
            throw ELBError.validation("A target group ARN must be specified for actions with type 'forward'")
        }
        guard groups.count <= 5 else {
            throw ELBError.validation("A forward action can have at most '5' target groups")
        }
        guard groups.allSatisfy({ (0...999).contains($0.weight) }) else {
            throw ELBError.validation("Target group weight must be between '0' and '999'")
        }
        guard Set(groups.map(\.targetGroup)).count == groups.count else {
            throw ELBError.validation("A target group can only be specified once in a forward action")
        }
        let stickiness = configuration?.structure("TargetGroupStickinessConfig")
        let duration = stickiness?.integer("DurationSeconds")
        let isSticky = stickiness?.boolean("Enabled") ?? false
        guard duration.map({ (1...604_800).contains($0) }) ?? !isSticky else {
            throw ELBError.validation("Target group stickiness duration must be between '1' and '604800' seconds")
        }
        return RuleAction.Forward(groups: groups, isSticky: isSticky, stickiness: duration)
    }

    private static func redirect(_ input: Input) throws(ServiceError) -> RuleAction.Redirect {
        var redirect = RuleAction.Redirect(statusCode: input.string("StatusCode") ?? "HTTP_302")
        redirect.urlProtocol = input.string("Protocol") ?? redirect.urlProtocol
        redirect.host = input.string("Host") ?? redirect.host
        redirect.port = input.string("Port") ?? redirect.port
        redirect.path = input.string("Path") ?? redirect.path
        redirect.query = input.string("Query") ?? redirect.query
        guard ["HTTP", "HTTPS", "#{protocol}"].contains(redirect.urlProtocol) else {
            throw ELBError.validation(
                "Redirect protocol '\(redirect.urlProtocol.prefix(64))' must be one of 'HTTP, HTTPS, #{protocol}'")
        }
        guard redirect.port == "#{port}" || (1...65_535).contains(Int(redirect.port) ?? 0) else {
            throw ELBError.validation(
                "Redirect port '\(redirect.port.prefix(64))' must be between '1' and '65535' or '#{port}'")
        }
        guard redirect.path.hasPrefix("/") else {
            throw ELBError.validation("Redirect path '\(redirect.path)' must begin with a '/' character")
        }
        let isSame =
            redirect.urlProtocol == "#{protocol}" && redirect.host == "#{host}" && redirect.port == "#{port}"
            && redirect.path == "/#{path}"
        guard !isSame else {
            throw ELBError.validation(
                "The redirect configuration is not valid because it creates a loop")
        }
        return redirect
    }

    private static func fixedResponse(_ input: Input) throws(ServiceError) -> RuleAction.FixedResponse {
        let status = input.string("StatusCode") ?? ""
        let isStatus =
            status.utf8.count == 3 && ["2", "4", "5"].contains(status.first.map(String.init) ?? "")
            && Int(status) != nil
        guard isStatus else {
            throw ELBError.validation("The fixed response status code '\(status.prefix(64))' must be 2XX, 4XX, or 5XX")
        }
        let type = input.string("ContentType")
        let types = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"]
        guard type.map({ types.contains($0) || $0.isEmpty }) ?? true else {
            throw ELBError.validation(
                "The fixed response content type '\(type ?? "")' must be one of '\(types.joined(separator: ", "))'")
        }
        return RuleAction.FixedResponse(statusCode: status, contentType: type, body: input.string("MessageBody"))
    }

    // MARK: Checking

    private static func check(
        _ arn: String, _ listener: Listener, _ balancer: LoadBalancer, _ context: CallContext
    ) throws(ServiceError) {
        let group = try ELBNamed.targetGroup(arn, context)
        let allowed: [String?]
        switch (balancer.kind, listener.listenerProtocol) {
        case (.application, _): allowed = ["HTTP", "HTTPS", nil]
        case (.gateway, _): allowed = ["GENEVE"]
        case (_, "TLS"): allowed = ["TCP", "TLS"]
        case (_, "UDP"): allowed = ["UDP", "TCP_UDP"]
        case (_, "TCP"): allowed = ["TCP", "TCP_UDP"]
        case (_, let same): allowed = [same]
        }
        guard allowed.contains(group.groupProtocol) else {
            throw ServiceError(
                "IncompatibleProtocols",
                "The listener and its associated target group '\(arn)' have incompatible protocols: '\(listener.listenerProtocol ?? "GENEVE")' and '\(group.groupProtocol ?? "none")'"
            )
        }
        if listener.listenerProtocol == "HTTP", let version = group.protocolVersion, version != "HTTP1" {
            throw ELBError.configuration(
                "Listener protocol 'HTTP' is not supported with a target group with the protocol-version '\(version)'")
        }
        guard group.vpcID == nil || group.vpcID == balancer.vpcID else {
            throw ELBError.configuration(
                "The following target groups are not in the VPC of the load balancer '\(balancer.vpcID)': '\(arn)'")
        }
        guard context.elb.loadBalancers(using: arn).allSatisfy({ $0.id == balancer.id }) else {
            throw ServiceError(
                "TargetGroupAssociationLimit",
                "The following target groups cannot be associated with more than one load balancer: \(arn)")
        }
    }

    /// One action ends the list, and only authenticating ones come before.
    private static func checkSet(
        _ actions: [RuleAction], _ listener: Listener, _ balancer: LoadBalancer
    ) throws(ServiceError) {
        guard !actions.isEmpty else { throw ELBError.validation("You must specify at least one action") }
        if balancer.kind != .application {
            guard actions.count == 1, case .forward(let forward) = actions[0].kind, forward.groups.count == 1 else {
                throw ServiceError(
                    "InvalidLoadBalancerAction",
                    "Actions of load balancers with type '\(balancer.kind.rawValue)' must be one 'forward' action with one target group"
                )
            }
            return
        }
        var endings = 0
        for action in actions {
            guard case .authenticate(let type, _) = action.kind else {
                endings += 1
                continue
            }
            guard listener.listenerProtocol == "HTTPS" else {
                throw ServiceError(
                    "InvalidLoadBalancerAction", "Actions with type '\(type)' are only supported on HTTPS listeners")
            }
        }
        guard endings == 1 else {
            throw ServiceError(
                "InvalidLoadBalancerAction",
                "You must specify exactly one action with type 'forward', 'redirect' or 'fixed-response'")
        }
        guard actions.count <= 3 else { throw ServiceError("TooManyActions", "You have specified too many actions") }
        let orders = actions.compactMap(\.order)
        guard actions.count == 1 || orders.count == actions.count && Set(orders).count == orders.count else {
            throw ELBError.validation("Each action must have an order of its own")
        }
    }

    /// A load balancer's quota of target groups, after a change.
    static func checkUse(of balancer: LoadBalancer, _ context: CallContext) throws(ServiceError) {
        guard context.elb.targetGroups(of: balancer.id).count <= 100 else {
            throw ServiceError(
                "TooManyUniqueTargetGroupsPerLoadBalancer",
                "You have reached the limit on the number of unique target groups per load balancer: 100")
        }
    }

    // MARK: View

    static func view(_ action: RuleAction) -> Value {
        var fields = Fields()
        switch action.kind {
        case .forward(let forward):
            fields["Type"] = "forward"
            if forward.groups.count == 1 { fields["TargetGroupArn"] = .optional(forward.groups.first?.targetGroup) }
            fields["ForwardConfig"] = [
                "TargetGroups": .list(forward.groups) {
                    ["TargetGroupArn": .string($0.targetGroup), "Weight": .integer($0.weight)]
                },
                "TargetGroupStickinessConfig": [
                    "Enabled": .boolean(forward.isSticky), "DurationSeconds": forward.stickiness.map(Value.integer),
                ],
            ]
        case .redirect(let redirect):
            fields["Type"] = "redirect"
            fields["RedirectConfig"] = [
                "Protocol": .string(redirect.urlProtocol), "Port": .string(redirect.port),
                "Host": .string(redirect.host), "Path": .string(redirect.path), "Query": .string(redirect.query),
                "StatusCode": .string(redirect.statusCode),
            ]
        case .fixedResponse(let response):
            fields["Type"] = "fixed-response"
            fields["FixedResponseConfig"] = [
                "MessageBody": .optional(response.body), "StatusCode": .string(response.statusCode),
                "ContentType": .optional(response.contentType),
            ]
        case .authenticate(let type, let configuration):
            fields["Type"] = .string(type)
            fields[AuthenticationRules.member(type)] = configuration
        }
        if let order = action.order { fields["Order"] = .integer(order) }
        return .structure(fields)
    }
}

/// Actions that ask who the client is. Nothing is behind them: their configuration is kept and shown.
enum AuthenticationRules {
    static func member(_ type: String) -> String {
        switch type {
        case "authenticate-oidc": "AuthenticateOidcConfig"
        case "authenticate-cognito": "AuthenticateCognitoConfig"
        default: "JwtValidationConfig"
        }
    }

    static func read(_ type: String, _ input: Input) throws(ServiceError) -> Value {
        guard let given = input.structure(member(type)) else {
            throw ELBError.validation("A configuration must be specified for actions with type '\(type)'")
        }
        var fields = given.fields
        guard type != "jwt-validation" else { return .structure(fields) }
        // AWS does not give the secret back.
        fields["ClientSecret"] = nil
        fields["UseExistingClientSecret"] = nil
        let defaults: [(String, Value)] = [
            ("SessionCookieName", "AWSELBAuthSessionCookie"), ("Scope", "openid"), ("SessionTimeout", 604_800),
            ("OnUnauthenticatedRequest", "authenticate"),
        ]
        for (name, value) in defaults where fields[name] == nil { fields[name] = value }
        return .structure(fields)
    }
}
