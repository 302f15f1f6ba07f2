import CloudState
import LoadBalancing
import ServiceModel

/// Reading and changing attributes of load balancers, listeners and target groups.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html>
enum AttributeCalls {
    static let operations: [String: Handler] = [
        "DescribeListenerAttributes": .read(describeListener),
        "DescribeLoadBalancerAttributes": .read(describeLoadBalancer),
        "DescribeTargetGroupAttributes": .read(describeTargetGroup),
        "ModifyListenerAttributes": .write(modifyListener),
        "ModifyLoadBalancerAttributes": .write(modifyLoadBalancer),
        "ModifyTargetGroupAttributes": .write(modifyTargetGroup),
    ]

    static func describeLoadBalancer(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        response(try ELBNamed.loadBalancer(input.string("LoadBalancerArn"), context).attributes)
    }

    static func describeListener(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        response(try ELBNamed.listener(input.string("ListenerArn"), context).attributes)
    }

    static func describeTargetGroup(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        response(try ELBNamed.targetGroup(input.string("TargetGroupArn"), context).attributes)
    }

    static func modifyLoadBalancer(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var balancer = try ELBNamed.loadBalancer(input.string("LoadBalancerArn"), context)
        try change(&balancer.attributes, AttributeRules.loadBalancer(balancer.kind), "Load balancer", input)
        for name in ["access_logs", "connection_logs", "health_check_logs"]
        where balancer.attributes.isOn("\(name).s3.enabled") && (balancer.attributes["\(name).s3.bucket"] ?? "").isEmpty
        {
            throw ELBError.configuration("S3 bucket name must be specified for '\(name).s3.bucket'")
        }
        context.elb.loadBalancers[balancer.id] = balancer
        return response(balancer.attributes)
    }

    static func modifyListener(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var listener = try ELBNamed.listener(input.string("ListenerArn"), context)
        try change(&listener.attributes, AttributeRules.listener(listener.listenerProtocol), "Listener", input)
        context.elb.listeners[listener.id] = listener
        return response(listener.attributes)
    }

    static func modifyTargetGroup(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var group = try ELBNamed.targetGroup(input.string("TargetGroupArn"), context)
        try change(&group.attributes, AttributeRules.targetGroup(group), "Target group", input)
        if group.attributes.isOn("stickiness.enabled"), group.attributes["stickiness.type"] == "app_cookie",
            (group.attributes["stickiness.app_cookie.cookie_name"] ?? "").isEmpty
        {
            throw ELBError.configuration("App cookie name must be specified for stickiness type 'app_cookie'")
        }
        context.elb.targetGroups[group.id] = group
        return response(group.attributes)
    }

    private static func change(
        _ attributes: inout AttributeList, _ known: [AttributeRules.Attribute], _ noun: String, _ input: Input
    ) throws(ServiceError) {
        for item in input.structures("Attributes") {
            let key = item.string("Key") ?? ""
            let value = item.string("Value") ?? ""
            guard let attribute = known.first(where: { $0.key == key }) else {
                throw ELBError.validation("\(noun) attribute key '\(key)' is not recognized")
            }
            guard attribute.form.accepts(value) else {
                throw ELBError.validation(
                    "\(noun) attribute '\(key)' value '\(value.prefix(256))' must be \(attribute.form.sentence)")
            }
            attributes[key] = value
        }
    }

    private static func response(_ attributes: AttributeList) -> Response {
        Response([
            "Attributes": .list(attributes.attributes) { ["Key": .string($0.key), "Value": .string($0.value)] }
        ])
    }
}
