package import CloudState
package import JSONValue
package import ServiceModel

/// A kind of resource that checks can select, for instance `ec2:instance`: the call that shows them, and where in its
/// answer they are.
///
/// An item is what the call answers with, in AWS's own names, except that a list of tags is a map: `Tags.Owner`.
package struct ResourceSelector: Sendable {
    /// For instance `ec2:instance`.
    package let name: String
    let service: String
    let operation: String
    /// Nested lists to go through, for instance `Reservations`, `Instances`.
    let path: [String]
    /// What the call is told beside.
    let parameters: Value
    /// Where the call shows the resources of one other at a time: the other's selector, the member of it that names it
    /// and the parameter that takes the name. Each item gets the member, too.
    let parent: (selector: String, member: String, parameter: String)?

    /// All selectors that there are, sorted by name.
    package static let all: [ResourceSelector] = [
        ResourceSelector(
            "application-autoscaling:policy", "DescribeScalingPolicies", "ScalingPolicies",
            with: ["ServiceNamespace": "ecs"]),
        ResourceSelector(
            "application-autoscaling:scalable-target", "DescribeScalableTargets", "ScalableTargets",
            with: ["ServiceNamespace": "ecs"]),
        ResourceSelector(
            "application-autoscaling:scheduled-action", "DescribeScheduledActions", "ScheduledActions",
            with: ["ServiceNamespace": "ecs"]),
        ResourceSelector("autoscaling:group", "DescribeAutoScalingGroups", "AutoScalingGroups"),
        ResourceSelector("autoscaling:launch-configuration", "DescribeLaunchConfigurations", "LaunchConfigurations"),
        ResourceSelector("autoscaling:policy", "DescribePolicies", "ScalingPolicies"),
        ResourceSelector("cloudwatch:alarm", "DescribeAlarms", "MetricAlarms"),
        ResourceSelector("ec2:address", "DescribeAddresses", "Addresses"),
        ResourceSelector(
            "ec2:egress-only-internet-gateway", "DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGateways"),
        ResourceSelector("ec2:image", "DescribeImages", "Images", with: ["Owners": ["self"]]),
        ResourceSelector("ec2:instance", "DescribeInstances", "Reservations", "Instances"),
        ResourceSelector("ec2:internet-gateway", "DescribeInternetGateways", "InternetGateways"),
        ResourceSelector("ec2:key-pair", "DescribeKeyPairs", "KeyPairs"),
        ResourceSelector("ec2:launch-template", "DescribeLaunchTemplates", "LaunchTemplates"),
        ResourceSelector("ec2:nat-gateway", "DescribeNatGateways", "NatGateways"),
        ResourceSelector("ec2:network-acl", "DescribeNetworkAcls", "NetworkAcls"),
        ResourceSelector("ec2:network-interface", "DescribeNetworkInterfaces", "NetworkInterfaces"),
        ResourceSelector("ec2:placement-group", "DescribePlacementGroups", "PlacementGroups"),
        ResourceSelector("ec2:route-table", "DescribeRouteTables", "RouteTables"),
        ResourceSelector("ec2:security-group", "DescribeSecurityGroups", "SecurityGroups"),
        ResourceSelector("ec2:snapshot", "DescribeSnapshots", "Snapshots", with: ["OwnerIds": ["self"]]),
        ResourceSelector("ec2:subnet", "DescribeSubnets", "Subnets"),
        ResourceSelector("ec2:volume", "DescribeVolumes", "Volumes"),
        ResourceSelector("ec2:vpc", "DescribeVpcs", "Vpcs"),
        ResourceSelector("ec2:vpc-endpoint", "DescribeVpcEndpoints", "VpcEndpoints"),
        ResourceSelector("ec2:vpc-peering-connection", "DescribeVpcPeeringConnections", "VpcPeeringConnections"),
        ResourceSelector("ecs:capacity-provider", "DescribeCapacityProviders", "capacityProviders", with: tagsToo),
        ResourceSelector(
            "ecs:cluster", "DescribeClusters", "clusters",
            with: ["include": ["CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"]],
            of: ("ecs:cluster-arn", "", "clusters[]")),
        ResourceSelector(
            "ecs:container-instance", "DescribeContainerInstances", "containerInstances", with: tagsToo,
            of: ("ecs:container-instance-arn", "", "containerInstances[]")),
        ResourceSelector(
            "ecs:service", "DescribeServices", "services", with: tagsToo, of: ("ecs:service-arn", "", "services[]")),
        ResourceSelector(
            "ecs:task", "DescribeTasks", "tasks", with: tagsToo, of: ("ecs:task-arn", "", "tasks[]")),
        ResourceSelector(
            "ecs:task-definition", "DescribeTaskDefinition", "taskDefinition", with: tagsToo,
            of: ("ecs:task-definition-arn", "", "taskDefinition")),
        ResourceSelector(
            "elbv2:listener", "DescribeListeners", "Listeners",
            of: ("elbv2:load-balancer", "LoadBalancerArn", "LoadBalancerArn")),
        ResourceSelector("elbv2:load-balancer", "DescribeLoadBalancers", "LoadBalancers"),
        ResourceSelector(
            "elbv2:rule", "DescribeRules", "Rules", of: ("elbv2:listener", "ListenerArn", "ListenerArn")),
        ResourceSelector("elbv2:target-group", "DescribeTargetGroups", "TargetGroups"),
        ResourceSelector(
            "elbv2:target-health", "DescribeTargetHealth", "TargetHealthDescriptions",
            of: ("elbv2:target-group", "TargetGroupArn", "TargetGroupArn")),
        ResourceSelector("iam:instance-profile", "ListInstanceProfiles", "InstanceProfiles"),
        ResourceSelector("iam:role", "ListRoles", "Roles"),
        ResourceSelector("iam:user", "ListUsers", "Users"),
        ResourceSelector(
            "lambda:alias", "ListAliases", "Aliases", of: ("lambda:function", "FunctionName", "FunctionName")),
        ResourceSelector("lambda:event-source-mapping", "ListEventSourceMappings", "EventSourceMappings"),
        ResourceSelector("lambda:function", "ListFunctions", "Functions"),
        ResourceSelector("logs:log-group", "DescribeLogGroups", "logGroups"),
        ResourceSelector("s3:bucket", "ListBuckets", "Buckets"),
        ResourceSelector("s3:bucket-encryption", "GetBucketEncryption", of: bucket),
        ResourceSelector("s3:bucket-lifecycle", "GetBucketLifecycleConfiguration", of: bucket),
        ResourceSelector("s3:bucket-notification", "GetBucketNotificationConfiguration", of: bucket),
        ResourceSelector("s3:bucket-policy", "GetBucketPolicy", of: bucket),
        ResourceSelector("s3:bucket-tagging", "GetBucketTagging", of: bucket),
        ResourceSelector("s3:bucket-versioning", "GetBucketVersioning", of: bucket),
        ResourceSelector("s3:bucket-website", "GetBucketWebsite", of: bucket),
        ResourceSelector("s3:object", "ListObjectsV2", "Contents", of: bucket),
        ResourceSelector("s3:public-access-block", "GetPublicAccessBlock", of: bucket),
        ResourceSelector(
            "servicediscovery:instance", "ListInstances", "Instances",
            of: ("servicediscovery:service", "Id", "ServiceId")),
        ResourceSelector("servicediscovery:namespace", "ListNamespaces", "Namespaces"),
        ResourceSelector("servicediscovery:service", "ListServices", "Services"),
        ResourceSelector(
            "sqs:queue", "GetQueueAttributes", "Attributes", with: ["AttributeNames": ["All"]],
            of: ("sqs:queue-url", "", "QueueUrl")),
    ]

    /// Lists of plain names, which others are looked up by.
    private static let lists: [ResourceSelector] = [
        ResourceSelector("ecs:cluster-arn", "ListClusters", "clusterArns"),
        ResourceSelector(
            "ecs:container-instance-arn", "ListContainerInstances", "containerInstanceArns",
            of: ("ecs:cluster-arn", "", "cluster")),
        ResourceSelector("ecs:service-arn", "ListServices", "serviceArns", of: ("ecs:cluster-arn", "", "cluster")),
        ResourceSelector("ecs:task-arn", "ListTasks", "taskArns", of: ("ecs:cluster-arn", "", "cluster")),
        ResourceSelector("ecs:task-definition-arn", "ListTaskDefinitions", "taskDefinitionArns"),
        ResourceSelector("sqs:queue-url", "ListQueues", "QueueUrls"),
    ]

    private static let tagsToo: Value = ["include": ["TAGS"]]

    /// The selector of a parent.
    static func parent(_ name: String) -> ResourceSelector? { named(name) ?? lists.first { $0.name == name } }

    private static let bucket = (selector: "s3:bucket", member: "Name", parameter: "Bucket")

    package static func named(_ name: String) -> ResourceSelector? { all.first { $0.name == name } }

    private init(
        _ name: String, _ operation: String, _ path: String..., with parameters: Value = [:],
        of parent: (selector: String, member: String, parameter: String)? = nil
    ) {
        self.name = name
        let prefix = String(name.prefix { $0 != ":" })
        service = ["elbv2": "elasticloadbalancing", "cloudwatch": "monitoring"][prefix] ?? prefix
        self.operation = operation
        self.path = path
        self.parameters = parameters
        self.parent = parent
    }
}

extension Emulator {
    /// The resources of a kind in a region, as they are now, in the order of their creation.
    package func resources(_ selector: ResourceSelector, region: String) throws(ServiceError) -> [JSON] {
        try world.resources(selector, region: region, caller: configuration.defaultCaller)
    }
}

extension World {
    /// The resources of a kind in a region of this world, in the order of their creation.
    package func resources(
        _ selector: ResourceSelector, region: String, caller: Caller
    ) throws(ServiceError) -> [JSON] {
        var context = CallContext(world: self, region: region, caller: caller, dispatch: Services.dispatch)
        return try Self.values(selector, &context).map { JSON($0) }
    }

    private static func values(
        _ selector: ResourceSelector, _ context: inout CallContext
    ) throws(ServiceError) -> [Value] { try items(selector, &context).map(\.value) }

    /// Resources, each with the parameter by which it was found below the one that it belongs to: what is asked of a task
    /// has to name its cluster, too.
    private static func items(
        _ selector: ResourceSelector, _ context: inout CallContext
    ) throws(ServiceError) -> [(value: Value, owner: Fields)] {
        guard let parent = selector.parent else {
            return try call(selector, selector.parameters, &context).map { ($0, Fields()) }
        }
        guard let other = ResourceSelector.parent(parent.selector) else { return [] }
        var all: [(value: Value, owner: Fields)] = []
        for (owner, outer) in try items(other, &context) {
            // A list of plain names has no members.
            guard let name = parent.member.isEmpty ? owner : owner[parent.member] else { continue }
            var own = Fields()
            if parent.parameter.hasSuffix("[]") {
                own.append(String(parent.parameter.dropLast(2)), .list([name]))
            } else {
                own.append(parent.parameter, name)
            }
            var parameters = selector.parameters.fields ?? Fields()
            for field in outer.fields + own.fields { parameters.append(field.name, field.value) }
            for item in try found(selector, .structure(parameters), &context) {
                guard var fields = item.fields else {
                    all.append((item, own))
                    continue
                }
                if !parent.member.isEmpty { fields[parent.member] = name }
                all.append((.structure(fields), Fields()))
            }
        }
        return all
    }

    /// What a call shows of one other resource; nothing where that has nothing of the kind.
    private static func found(
        _ selector: ResourceSelector, _ parameters: Value, _ context: inout CallContext
    ) throws(ServiceError) -> [Value] {
        do throws(ServiceError) {
            return try call(selector, parameters, &context)
        } catch  where error.status == 404 {
            return []
        }
    }

    private static func call(
        _ selector: ResourceSelector, _ parameters: Value, _ context: inout CallContext
    ) throws(ServiceError) -> [Value] {
        var all: [Value] = []
        var parameters = parameters
        while true {
            let output = try Services.dispatch(&context, selector.service, selector.operation, parameters)
            var values: [Value] = [.structure(output)]
            for name in selector.path {
                // What is shown alone is a list of one.
                values = values.flatMap { value -> [Value] in
                    guard let member = value[name] else { return [] }
                    return member.elements ?? [member]
                }
            }
            // ECS shows the tags of a definition beside it.
            if let tags = output["tags"], values.count == 1, var only = values[0].fields {
                only["tags"] = tags
                values[0] = .structure(only)
            }
            all += values
            guard var fields = parameters.fields else { return all }
            // S3 shows a thousand objects at a time, whatever is asked; ECS a hundred names.
            if let token = output["NextContinuationToken"] {
                fields["ContinuationToken"] = token
            } else if selector.service == "ecs", let token = output["nextToken"], token != .null {
                fields["nextToken"] = token
            } else {
                return all
            }
            parameters = .structure(fields)
        }
    }

    /// Makes an API call on this world, as a scenario's timeline does: no part of any trail.
    ///
    /// - Parameter parameters: as botocore takes them, with times in milliseconds.
    package mutating func perform(
        _ service: String, _ operation: String, _ parameters: JSON, region: String, caller: Caller
    ) throws(ServiceError) {
        guard let model = Services.signed(service)?.model().operation(operation) else {
            throw Services.notEmulated(service, operation, .query)
        }
        guard let value = ValueJSON.decode(parameters, model.input) else {
            throw ServiceError("ValidationError", "The parameters do not fit \(service):\(operation).")
        }
        var context = CallContext(world: self, region: region, caller: caller, dispatch: Services.dispatch)
        _ = try Services.dispatch(&context, service, operation, value)
        self = context.world
    }
}

extension World {
    /// Lets all that is under way come to its end.
    package mutating func settle() { ClockPolicy.settle(&self, includesProcesses: true) }
}

extension JSON {
    /// A call's parameters as botocore takes them, with times in milliseconds.
    package init(parameters: Input) { self = ValueJSON.encode(parameters.fields) }

    /// A value of the emulator as JSON: times in ISO 8601, blobs in base 64, a list of tags as a map.
    package init(_ value: APIValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .number(number)
        case .boolean(let flag): self = .boolean(flag)
        case .timestamp(let time): self = .string(time.iso8601)
        case .blob(let bytes): self = .string(Base64.encode(bytes))
        case .null: self = .null
        case .list(let values): self = .array(values.map { JSON($0) })
        case .structure(let fields), .map(let fields):
            var object = JSONObject()
            for field in fields.fields {
                object[field.name] = Self.tags(field) ?? JSON(field.value)
            }
            self = .object(object)
        }
    }

    /// `Tags`, `TagSet` or `tags` with keys and values as a map.
    private static func tags(_ field: Fields.Field) -> JSON? {
        guard ["Tags", "TagSet", "tags"].contains(field.name), case .list(let list) = field.value else { return nil }
        var map = JSONObject()
        for tag in list {
            guard let key = (tag["Key"] ?? tag["key"])?.text else { return nil }
            map[key] = (tag["Value"] ?? tag["value"]).map { JSON($0) } ?? .null
        }
        return .object(map)
    }
}
