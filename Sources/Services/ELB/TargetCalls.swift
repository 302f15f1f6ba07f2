import CloudState
import LoadBalancing
import ServiceModel

/// Registering targets, and their health.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html>
enum TargetCalls {
    static let operations: [String: Handler] = [
        "DeregisterTargets": .write(deregister),
        "DescribeTargetHealth": .readAtTime(health),
        "RegisterTargets": .write(register),
    ]

    static func register(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try ELBNamed.targetGroup(input.string("TargetGroupArn"), context)
        let wanted = input.structures("Targets")
        guard !wanted.isEmpty else { throw ELBError.validation("You must specify at least one target") }
        let new = try NewTargets(group).read(wanted, context)
        for target in new {
            guard let place = group.place(of: target.id, port: target.port) else {
                group.targets.append(target)
                continue
            }
            // A target that is on its way out comes back; one that is registered stays as it is.
            if group.targets[place].drainingUntil != nil { group.targets[place] = target }
        }
        let limit = group.kind == .lambda || group.kind == .alb ? 1 : 1000
        guard group.targets.count <= limit else {
            throw ServiceError(
                "TooManyTargets", "You have reached the limit on the number of targets per target group: \(limit)")
        }
        context.elb.targetGroups[group.id] = group
        HealthRound.start(&context.world, targetGroup: group.id, region: context.region)
        return .empty
    }

    static func deregister(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try ELBNamed.targetGroup(input.string("TargetGroupArn"), context)
        let isUsed = !context.elb.loadBalancers(using: group.id).isEmpty
        let end = context.now.adding(milliseconds: group.deregistrationDelay.milliseconds)
        for description in input.structures("Targets") {
            let id = description.string("Id") ?? ""
            // Without a port all ports of the target are meant.
            let port = description.integer("Port")
            let places = group.targets.indices.filter {
                group.targets[$0].id == id && (port == nil || group.targets[$0].port == port)
            }
            guard !places.isEmpty else {
                try NewTargets(group).checkForm(id)
                continue
            }
            for place in places where group.targets[place].drainingUntil == nil {
                group.targets[place].drainingUntil = end
            }
        }
        // Nothing is under way to a target that has had no traffic.
        if !isUsed || group.kind == .lambda || end == context.now {
            group.targets.removeAll { $0.drainingUntil != nil }
        }
        context.elb.targetGroups[group.id] = group
        HealthRound.start(&context.world, targetGroup: group.id, region: context.region)
        return .empty
    }

    static func health(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let group = try ELBNamed.targetGroup(input.string("TargetGroupArn"), context)
        let wanted = input.structures("Targets")
        guard !wanted.isEmpty else {
            return Response(["TargetHealthDescriptions": views(group.targets, group, context)])
        }
        var found: [Value] = []
        for description in wanted {
            let id = description.string("Id") ?? ""
            let port = description.integer("Port")
            let targets = group.targets.filter { $0.id == id && (port == nil || $0.port == port) }
            if targets.isEmpty {
                try NewTargets(group).checkForm(id)
                var missing = Target(id: id, port: port ?? group.port, zone: nil, registered: context.now)
                if group.kind == .lambda { missing.port = nil }
                found.append(view(missing, .notRegistered, group))
            } else {
                found += views(targets, group, context).elements ?? []
            }
        }
        return Response(["TargetHealthDescriptions": .list(found)])
    }

    private static func views(_ targets: [Target], _ group: TargetGroup, _ context: CallContext) -> Value {
        .list(targets) {
            view($0, TargetHealth($0, in: group, context.world, region: context.region), group)
        }
    }

    private static func view(_ target: Target, _ health: TargetHealth, _ group: TargetGroup) -> Value {
        var checkPort: String? =
            Int(group.healthCheck.port) == nil ? target.port.map { "\($0)" } : group.healthCheck.port
        if group.kind == .lambda { checkPort = nil }
        return [
            "Target": [
                "Id": .string(target.id), "Port": target.port.map(Value.integer),
                "AvailabilityZone": .optional(target.zone),
            ],
            "HealthCheckPort": .optional(checkPort),
            "TargetHealth": [
                "State": .string(health.state.rawValue), "Reason": .optional(health.reason),
                "Description": .optional(health.description),
            ],
        ]
    }
}

/// The rules for what may be a target of a group.
struct NewTargets {
    let group: TargetGroup

    init(_ group: TargetGroup) { self.group = group }

    func read(_ descriptions: [Input], _ context: CallContext) throws(ServiceError) -> [Target] {
        let ids = descriptions.map { $0.string("Id") ?? "" }
        for id in ids { try checkForm(id) }
        if group.kind == .instance { try checkInstances(ids, context) }
        var targets: [Target] = []
        for description in descriptions {
            let id = description.string("Id") ?? ""
            var target = Target(
                id: id, port: description.integer("Port") ?? group.port, zone: nil, registered: context.now)
            let zone = description.string("AvailabilityZone")
            switch group.kind {
            case .instance: break
            case .ip: target.zone = try self.zone(of: id, zone, context)
            case .lambda:
                target.port = nil
                target.zone = "all"
            case .alb: try checkLoadBalancer(id, port: target.port, context)
            }
            targets.append(target)
        }
        return targets
    }

    /// Whether the id has the form that the group's type of target asks for.
    func checkForm(_ id: String) throws(ServiceError) {
        switch group.kind {
        case .instance:
            guard id.hasPrefix("i-"), id.utf8.count > 2, id.utf8.count <= 19 else {
                throw ELBError.validation("Instance ID '\(id.prefix(256))' is not valid")
            }
        case .ip:
            guard IPv4Address(id) != nil || id.contains(":") else {
                throw ELBError.validation("The IP address '\(id.prefix(256))' is not a valid IPv4 address")
            }
        case .lambda:
            guard id.hasPrefix("arn:aws:lambda:"), id.contains(":function:") else {
                throw ELBError.validation("'\(id.prefix(256))' is not a valid Lambda function ARN")
            }
        case .alb:
            guard id.hasPrefix("arn:aws:elasticloadbalancing:"), id.contains(":loadbalancer/app/") else {
                throw ELBError.validation("'\(id.prefix(256))' is not a valid Application Load Balancer ARN")
            }
        }
    }

    private func checkInstances(_ ids: [String], _ context: CallContext) throws(ServiceError) {
        func list(_ ids: [String]) -> String { ids.map { "'\($0)'" }.joined(separator: ", ") }
        let missing = ids.filter { context.ec2.instances[$0] == nil }
        guard missing.isEmpty else {
            throw ELBError.invalidTarget("The following targets are not valid instances: \(list(missing))")
        }
        let elsewhere = ids.filter { context.ec2.instances[$0]?.vpcID != group.vpcID }
        guard elsewhere.isEmpty else {
            throw ELBError.invalidTarget(
                "The following targets are not in the target group VPC '\(group.vpcID ?? "")': \(list(elsewhere))")
        }
        let idle = ids.filter { context.ec2.instances[$0]?.state != .running }
        guard idle.isEmpty else {
            throw ELBError.invalidTarget(
                "The following targets are not in a running state and cannot be registered: \(list(idle))")
        }
    }

    /// The zone of an address: its subnet's, or what the request says where it is outside the VPC.
    private func zone(of id: String, _ wanted: String?, _ context: CallContext) throws(ServiceError) -> String? {
        guard let address = IPv4Address(id) else { return wanted }
        if let subnet = context.ec2.subnets.first(where: { $0.vpcID == group.vpcID && $0.block.contains(address) }) {
            if let wanted, wanted != subnet.zone {
                throw ELBError.validation(
                    "The IP address '\(id)' is within the VPC, and cannot have its Availability Zone overridden to '\(wanted.prefix(64))' from '\(subnet.zone)'"
                )
            }
            return subnet.zone
        }
        guard Self.isAllowed(address) else {
            throw ELBError.validation(
                "The IP address '\(id)' is not within the VPC '\(group.vpcID ?? "")' and not in a private range (RFC 1918, RFC 6598)"
            )
        }
        guard let wanted else {
            throw ELBError.validation(
                "You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, since the IP address '\(id)' is outside the VPC"
            )
        }
        return wanted
    }

    /// Addresses outside the VPC have to be private ones.
    private static func isAllowed(_ address: IPv4Address) -> Bool {
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].contains {
            IPv4Block($0)?.contains(address) ?? false
        }
    }

    private func checkLoadBalancer(_ arn: String, port: Int?, _ context: CallContext) throws(ServiceError) {
        guard let balancer = context.elb.loadBalancers[arn], balancer.kind == .application,
            balancer.vpcID == group.vpcID
        else {
            throw ELBError.invalidTarget(
                "The Application Load Balancer '\(arn)' is not found in the target group VPC '\(group.vpcID ?? "")'")
        }
        guard context.elb.listeners(of: arn).contains(where: { $0.port == port }) else {
            throw ELBError.invalidTarget(
                "The Application Load Balancer '\(arn)' must have a listener on the target group port '\(port ?? 0)'")
        }
    }
}
