import CloudState
import LoadBalancing
import ServiceModel

/// Target groups.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>
enum TargetGroupCalls {
    static let operations: [String: Handler] = [
        "CreateTargetGroup": .write(create),
        "DeleteTargetGroup": .write(delete),
        "DescribeTargetGroups": .read(describe),
        "ModifyTargetGroup": .write(modify),
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arns = input.strings("TargetGroupArns")
        let names = input.strings("Names")
        var groups: [TargetGroup] = []
        if let balancer = input.string("LoadBalancerArn") {
            let used = context.elb.targetGroups(of: try ELBNamed.loadBalancer(balancer, context).id)
            groups = used.compactMap { context.elb.targetGroups[$0] }
        } else if !arns.isEmpty {
            for arn in arns { groups.append(try ELBNamed.targetGroup(arn, context)) }
        } else if !names.isEmpty {
            for name in names {
                guard let group = context.elb.targetGroups.first(where: { $0.name == name }) else {
                    throw ELBError.noTargetGroup
                }
                groups.append(group)
            }
        } else {
            groups = Array(context.elb.targetGroups)
        }
        return try ELBPage(groups, input).response("TargetGroups") { view($0, context.elb) }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try ELBNamed.newName(input.string("Name") ?? "", "target group")
        let kind = TargetGroup.TargetKind(rawValue: input.string("TargetType") ?? "instance") ?? .instance
        let tags = try ELBTagged.given(input)
        var group = TargetGroup(
            id: "", name: name, kind: kind, groupProtocol: nil, port: nil, vpcID: nil,
            healthCheck: HealthCheckRules.defaults(kind, groupProtocol: nil), attributes: AttributeList([]))
        if kind == .lambda {
            for parameter in ["Protocol", "Port", "VpcId", "ProtocolVersion"] where input.has(parameter) {
                throw ELBError.validation(
                    "\(parameter == "VpcId" ? "VPC ID" : parameter) cannot be specified for target groups with target type 'lambda'"
                )
            }
        } else {
            try readNetwork(input, &group, context)
        }
        group.ipAddressType = input.string("IpAddressType") ?? "ipv4"
        group.healthCheck = HealthCheckRules.defaults(kind, groupProtocol: group.groupProtocol)
        if group.protocolVersion == "GRPC" {
            group.healthCheck.isGRPC = true
            group.healthCheck.path = "/AWS.ALB/healthcheck"
            group.healthCheck.matcher = "12"
        }
        try HealthCheckRules.read(input, &group)
        group.attributes = AttributeRules.targetGroupDefaults(group)
        group.tags = tags
        if let known = context.elb.targetGroups.first(where: { $0.name == name }) {
            guard isSame(known, group) else {
                throw ServiceError(
                    "DuplicateTargetGroupName",
                    "A target group with the same name '\(name)' exists, but with different settings")
            }
            return Response(["TargetGroups": [view(known, context.elb)]])
        }
        guard context.elb.targetGroups.count < 3000 else {
            throw ServiceError("TooManyTargetGroups", "You have reached the limit on the number of target groups: 3000")
        }
        group.id = context.newELBARN("targetgroup/\(name)")
        context.elb.targetGroups.insert(group)
        return Response(["TargetGroups": [view(group, context.elb)]])
    }

    /// Protocol, port and VPC.
    private static func readNetwork(
        _ input: Input, _ group: inout TargetGroup, _ context: CallContext
    ) throws(ServiceError) {
        guard let groupProtocol = input.string("Protocol") else {
            throw ELBError.validation("A protocol must be specified")
        }
        guard let port = input.integer("Port") else { throw ELBError.validation("A port must be specified") }
        guard let vpcID = input.string("VpcId"), !vpcID.isEmpty else {
            throw ELBError.validation("A VPC ID must be specified")
        }
        guard context.ec2.vpcs[vpcID] != nil else {
            throw ELBError.validation("The VPC ID '\(vpcID.prefix(64))' is not found")
        }
        guard group.kind != .alb || groupProtocol == "TCP" else {
            throw ELBError.validation(
                "Protocol '\(groupProtocol)' is not supported for target groups with target type 'alb'. The protocol must be 'TCP'"
            )
        }
        guard groupProtocol != "GENEVE" || port == 6081 else {
            throw ELBError.validation("Port '\(port)' must be '6081' for target groups with protocol 'GENEVE'")
        }
        let isHTTP = groupProtocol == "HTTP" || groupProtocol == "HTTPS"
        // Terraform's provider sends an empty one.
        let version = input.string("ProtocolVersion").flatMap { $0.isEmpty ? nil : $0 }
        if let version {
            guard isHTTP, ["HTTP1", "HTTP2", "GRPC"].contains(version) else {
                throw ELBError.validation(
                    "Protocol version '\(version.prefix(64))' is not supported with protocol '\(groupProtocol)'")
            }
        }
        group.groupProtocol = groupProtocol
        group.port = port
        group.vpcID = vpcID
        group.protocolVersion = isHTTP ? version ?? "HTTP1" : nil
    }

    /// Whether a group is what the request asks for.
    private static func isSame(_ known: TargetGroup, _ wanted: TargetGroup) -> Bool {
        known.kind == wanted.kind && known.groupProtocol == wanted.groupProtocol && known.port == wanted.port
            && known.vpcID == wanted.vpcID && known.protocolVersion == wanted.protocolVersion
            && known.ipAddressType == wanted.ipAddressType && known.healthCheck == wanted.healthCheck
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try ELBNamed.targetGroup(input.string("TargetGroupArn"), context)
        try HealthCheckRules.read(input, &group)
        context.elb.targetGroups[group.id] = group
        HealthRound.start(&context.world, targetGroup: group.id, region: context.region)
        return Response(["TargetGroups": [view(group, context.elb)]])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("TargetGroupArn") ?? ""
        // Deleting what is not there succeeds, as long as it looks like a target group.
        guard let group = context.elb.targetGroups[arn] else {
            do {
                _ = try ELBNamed.targetGroup(arn, context)
            } catch  where error.code == "ValidationError" {
                throw error
            } catch {}
            return .empty
        }
        guard context.elb.rules.allSatisfy({ !$0.actions.contains { $0.targetGroups.contains(group.id) } }) else {
            throw ServiceError(
                "ResourceInUse", "Target group '\(group.id)' is currently in use by a listener or a rule")
        }
        context.elb.targetGroups.remove(group.id)
        return .empty
    }

    static func view(_ group: TargetGroup, _ state: ELBState) -> Value {
        let check = group.healthCheck
        return [
            "TargetGroupArn": .string(group.id), "TargetGroupName": .string(group.name),
            "Protocol": .optional(group.groupProtocol), "Port": group.port.map(Value.integer),
            "VpcId": .optional(group.vpcID),
            "HealthCheckProtocol": check.isShown(group) ? .string(check.checkProtocol) : nil,
            "HealthCheckPort": check.isShown(group) ? .string(check.port) : nil,
            "HealthCheckEnabled": .boolean(check.isEnabled), "HealthCheckIntervalSeconds": .integer(check.interval),
            "HealthCheckTimeoutSeconds": .integer(check.timeout),
            "HealthyThresholdCount": .integer(check.healthyThreshold),
            "UnhealthyThresholdCount": .integer(check.unhealthyThreshold), "HealthCheckPath": .optional(check.path),
            "Matcher": check.matcher.map { check.isGRPC ? ["GrpcCode": .string($0)] : ["HttpCode": .string($0)] },
            "LoadBalancerArns": .strings(state.loadBalancers(using: group.id).map(\.id)),
            "TargetType": .string(group.kind.rawValue), "ProtocolVersion": .optional(group.protocolVersion),
            "IpAddressType": .string(group.ipAddressType),
        ]
    }
}

extension TargetGroup.HealthCheck {
    /// Functions are checked by invoking them.
    fileprivate func isShown(_ group: TargetGroup) -> Bool { group.kind != .lambda }
}
