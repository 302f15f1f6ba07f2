import CloudState
import PolicyEngine
import ServiceModel

/// What EC2's operations need permission for: the resources that a request names and those that it makes.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>
enum EC2Authorization {
    static let authorization = Authorization(vendor: "ec2", permissions: permissions)

    /// Resource types by the prefix of their ids.
    private static let types: [Substring: String] = [
        "acl": "network-acl", "ami": "image", "cgw": "customer-gateway", "cr": "capacity-reservation",
        "vgw": "vpn-gateway", "dopt": "dhcp-options",
        "eigw": "egress-only-internet-gateway", "eipalloc": "elastic-ip", "eni": "network-interface",
        "fl": "vpc-flow-log", "i": "instance", "igw": "internet-gateway", "lt": "launch-template", "nat": "natgateway",
        "nia": "network-insights-analysis", "nip": "network-insights-path",
        "pcx": "vpc-peering-connection", "pg": "placement-group", "pl": "prefix-list", "rtb": "route-table",
        "scr": "subnet-cidr-reservation", "sg": "security-group", "sgr": "security-group-rule",
        "sir": "spot-instances-request", "snap": "snapshot",
        "subnet": "subnet", "vol": "volume", "vpc": "vpc", "vpce": "vpc-endpoint",
    ]

    /// What an operation makes, beside what its request names.
    private static let made: [String: [String]] = [
        "AllocateAddress": ["elastic-ip"], "CopyImage": ["image"], "CopySnapshot": ["snapshot"],
        "CreateCapacityReservation": ["capacity-reservation"], "CreateDhcpOptions": ["dhcp-options"],
        "CreateEgressOnlyInternetGateway": ["egress-only-internet-gateway"], "CreateFlowLogs": ["vpc-flow-log"],
        "CreateImage": ["image", "snapshot"], "CreateInternetGateway": ["internet-gateway"],
        "CreateKeyPair": ["key-pair"], "CreateLaunchTemplate": ["launch-template"],
        "CreateManagedPrefixList": ["prefix-list"], "CreateNatGateway": ["natgateway"],
        "CreateNetworkInsightsPath": ["network-insights-path"],
        "StartNetworkInsightsAnalysis": ["network-insights-analysis"],
        "CreateNetworkAcl": ["network-acl"], "CreateNetworkInterface": ["network-interface"],
        "CreatePlacementGroup": ["placement-group"], "CreateRouteTable": ["route-table"],
        "CreateSecurityGroup": ["security-group"], "CreateSnapshot": ["snapshot"], "CreateSubnet": ["subnet"],
        "CreateCustomerGateway": ["customer-gateway"], "CreateVpnGateway": ["vpn-gateway"],
        "CreateSubnetCidrReservation": ["subnet-cidr-reservation"],
        "CreateVolume": ["volume"], "CreateVpc": ["vpc"], "CreateVpcEndpoint": ["vpc-endpoint"],
        "CreateVpcPeeringConnection": ["vpc-peering-connection"], "ImportKeyPair": ["key-pair"],
        "RegisterImage": ["image"], "RunInstances": ["instance", "volume", "network-interface"],
    ]

    private static func arn(_ type: String, _ id: String, _ context: CallContext) -> String {
        // Images and snapshots may be another's: their ARNs name no account.
        let account = type == "image" || type == "snapshot" ? "" : context.accountID
        return "arn:aws:ec2:\(context.region):\(account):\(type)/\(id)"
    }

    @Sendable private static func permissions(
        _ operation: String, _ input: Input, _ context: CallContext
    ) -> [Permission] {
        // What only describes has no resource of its own.
        if operation.hasPrefix("Describe")
            || operation.hasPrefix("Get") && !["GetConsoleOutput", "GetPasswordData"].contains(operation)
        {
            var conditions = ConditionContext()
            conditions.set("ec2:Region", context.region)
            return [Permission("*", context: conditions)]
        }
        var needed: [Permission] = []
        for type in made[operation] ?? [] {
            let name =
                type == "key-pair" || type == "placement-group"
                ? text(input, "KeyName") ?? text(input, "GroupName") : nil
            let tags = specifiedTags(input, type)
            var conditions = request(input, tags, context)
            describeNew(type, input, &conditions)
            needed.append(Permission(arn(type, name ?? "*", context), context: conditions))
            if !tags.isEmpty {
                conditions.set("ec2:CreateAction", operation)
                needed.append(Permission(arn(type, "*", context), action: "ec2:CreateTags", context: conditions))
            }
        }
        var ids: [String] = []
        collect(.structure(input.fields), &ids)
        if operation == "RunInstances", let name = text(input, "KeyName") {
            needed.append(Permission(arn("key-pair", name, context), context: request(input, [], context)))
        } else if operation == "DeleteKeyPair", let name = text(input, "KeyName") {
            needed.append(Permission(arn("key-pair", name, context)))
        }
        for id in ids {
            guard let type = types[id.prefix { $0 != "-" }] else { continue }
            var conditions = request(input, topLevelTags(input), context)
            describe(id, type, &conditions, context)
            needed.append(Permission(arn(type, id, context), context: conditions))
        }
        needed += passedRole(input, context)
        return needed.isEmpty ? [Permission("*", context: request(input, topLevelTags(input), context))] : needed
    }

    /// All ids that a request names, in order, each once.
    private static func collect(_ value: Value, _ ids: inout [String]) {
        switch value {
        case .structure(let fields), .map(let fields):
            for field in fields.fields where !["UserData", "ClientToken", "Filters"].contains(field.name) {
                collect(field.value, &ids)
            }
        case .list(let values):
            for value in values { collect(value, &ids) }
        case .string(let text):
            guard let dash = text.firstIndex(of: "-"), types[text[..<dash]] != nil, !ids.contains(text) else { return }
            let digits = text[text.index(after: dash)...].utf8
            if (digits.count == 8 || digits.count == 17),
                digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
            {
                ids.append(text)
            }
        default: break
        }
    }

    private static func text(_ input: Input, _ name: String) -> String? {
        input.shape.member(name) == nil ? nil : input.string(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func specifiedTags(_ input: Input, _ type: String) -> [(key: String, value: String)] {
        guard input.shape.member("TagSpecifications") != nil else { return [] }
        return input.structures("TagSpecifications").filter { $0.string("ResourceType") == type }
            .flatMap { $0.structures("Tags") }.map { ($0.string("Key") ?? "", $0.string("Value") ?? "") }
    }

    private static func topLevelTags(_ input: Input) -> [(key: String, value: String)] {
        guard input.shape.member("Tags") != nil else { return [] }
        return input.structures("Tags").map { ($0.string("Key") ?? "", $0.string("Value") ?? "") }
    }

    private static func request(
        _ input: Input, _ tags: [(key: String, value: String)], _ context: CallContext
    ) -> ConditionContext {
        var conditions = ConditionContext()
        conditions.set("ec2:Region", context.region)
        for tag in tags { conditions.set("aws:RequestTag/\(tag.key)", tag.value) }
        if !tags.isEmpty { conditions["aws:TagKeys"] = tags.map(\.key) }
        return conditions
    }

    private static func describeNew(_ type: String, _ input: Input, _ conditions: inout ConditionContext) {
        switch type {
        case "instance":
            if let type = text(input, "InstanceType") { conditions.set("ec2:InstanceType", type) }
            conditions.set("ec2:Tenancy", input.structure("Placement")?.string("Tenancy") ?? "default")
            let tokens = input.structure("MetadataOptions")?.string("HttpTokens")
            if let tokens { conditions.set("ec2:MetadataHttpTokens", tokens) }
        case "volume":
            if let type = text(input, "VolumeType") { conditions.set("ec2:VolumeType", type) }
            if input.shape.member("Size") != nil, let size = input.integer("Size") {
                conditions.set("ec2:VolumeSize", "\(size)")
            }
            if input.shape.member("Encrypted") != nil {
                conditions.set("ec2:Encrypted", input.boolean("Encrypted") ?? false ? "true" : "false")
            }
        default: break
        }
    }

    private static func describe(
        _ id: String, _ type: String, _ conditions: inout ConditionContext, _ context: CallContext
    ) {
        let state = context.ec2
        for tag in TagCalls.tags(of: id, in: state).tags {
            conditions.set("ec2:ResourceTag/\(tag.key)", tag.value)
            conditions.set("aws:ResourceTag/\(tag.key)", tag.value)
        }
        let vpcID: String?
        switch type {
        case "instance":
            let instance = state.instances[id]
            if let instance {
                conditions.set("ec2:InstanceType", instance.type)
                conditions.set("ec2:AvailabilityZone", instance.zone)
                conditions.set("ec2:Tenancy", instance.tenancy)
            }
            vpcID = nil
        case "subnet": vpcID = state.subnets[id]?.vpcID
        case "security-group": vpcID = state.securityGroups[id]?.vpcID
        case "image":
            if let image = PublicImage.withID(id, in: context.region) {
                conditions.set("ec2:Owner", image.ownerAlias ?? image.ownerID)
            }
            vpcID = nil
        default: vpcID = nil
        }
        if let vpcID { conditions.set("ec2:Vpc", arn("vpc", vpcID, context)) }
    }

    /// Whoever puts a role into an instance must be let pass it.
    private static func passedRole(_ input: Input, _ context: CallContext) -> [Permission] {
        guard input.shape.member("IamInstanceProfile") != nil, let profile = input.structure("IamInstanceProfile"),
            let name = profile.string("Arn") ?? profile.string("Name"),
            let role = context.iam.instanceProfile(nameOrARN: name)?.role.flatMap(context.iam.role)
        else { return [] }
        var conditions = ConditionContext()
        conditions.set("iam:PassedToService", "ec2.amazonaws.com")
        return [Permission(role.arn, action: "iam:PassRole", context: conditions)]
    }
}
