import CloudState
import ServiceModel

/// What a scalable target stands for, and how its capacity is read and set.
struct ScalableResource {
    enum Kind {
        /// By the names of its cluster and its own.
        case service(cluster: String, name: String)
        /// By its name and an alias or version.
        case function(name: String, qualifier: String)
    }

    let kind: Kind
    let namespace: String
    let resource: String
    let dimension: String

    var id: String { ScalableTarget.id(namespace: namespace, resource: resource, dimension: dimension) }

    init(namespace: String, resource: String, dimension: String) throws(ServiceError) {
        self.namespace = namespace
        self.resource = resource
        self.dimension = dimension
        let unsupported = ScalingError.validation(
            "Unsupported service namespace, resource type or scalable dimension")
        guard dimension.hasPrefix("\(namespace):") else { throw unsupported }
        switch dimension {
        case "ecs:service:DesiredCount":
            let parts = resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, parts[0] == "service", !parts[1].isEmpty, !parts[2].isEmpty else {
                throw unsupported
            }
            kind = .service(cluster: parts[1], name: parts[2])
        case "lambda:function:ProvisionedConcurrency":
            let parts = resource.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, parts[0] == "function", !parts[1].isEmpty, !parts[2].isEmpty else {
                throw unsupported
            }
            kind = .function(name: parts[1], qualifier: parts[2])
        default: throw ScalingError.notEmulated("Scaling \(dimension)")
        }
    }

    init(_ input: Input) throws(ServiceError) {
        try self.init(
            namespace: input.string("ServiceNamespace") ?? "", resource: input.string("ResourceId") ?? "",
            dimension: input.string("ScalableDimension") ?? "")
    }

    init?(_ target: ScalableTarget) {
        guard
            let resource = try? ScalableResource(
                namespace: target.namespace, resource: target.resource, dimension: target.dimension)
        else { return nil }
        self = resource
    }

    /// The three names as messages have them.
    var words: String {
        "service namespace: \(namespace), resource ID: \(resource), scalable dimension: \(dimension)"
    }

    /// Which service's role it is scaled with.
    var linkedService: String { "\(namespace).application-autoscaling.amazonaws.com" }

    var linkedRole: String {
        switch kind {
        case .service: "AWSServiceRoleForApplicationAutoScaling_ECSService"
        case .function: "AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency"
        }
    }

    /// What is scaled, in the words of activities.
    var noun: String {
        switch kind {
        case .service: "desired count"
        case .function: "provisioned concurrency"
        }
    }

    /// - Throws: where there is no such service or function.
    func check(_ context: CallContext) throws(ServiceError) {
        switch kind {
        case .service(let cluster, let name):
            guard context.ecs.services["\(cluster)/\(name)"]?.status == "ACTIVE" else {
                throw ScalingError.validation("ECS service doesn't exist: \(resource)")
            }
        case .function(let name, let qualifier):
            guard let function = context.lambda.functions[name],
                function.aliases.contains(where: { $0.name == qualifier })
                    || function.versions.contains(where: { $0.version == qualifier })
            else { throw ScalingError.validation("Lambda function doesn't exist: \(resource)") }
        }
    }

    /// The capacity that is wanted so far; nil where the resource is gone.
    func capacity(_ context: CallContext) -> Int? {
        switch kind {
        case .service(let cluster, let name):
            guard let service = context.ecs.services["\(cluster)/\(name)"], service.status == "ACTIVE" else {
                return nil
            }
            return service.desired
        case .function(let name, let qualifier):
            return context.lambda.functions[name].map { $0.provisioned[qualifier]?.count ?? 0 }
        }
    }

    func set(_ count: Int, _ context: inout CallContext) throws(ServiceError) {
        switch kind {
        case .service(let cluster, let name):
            _ = try context.call(
                "ecs", "UpdateService",
                ["cluster": .string(cluster), "service": .string(name), "desiredCount": .integer(count)])
        case .function(let name, let qualifier):
            guard count > 0 else {
                _ = try context.call(
                    "lambda", "DeleteProvisionedConcurrencyConfig",
                    ["FunctionName": .string(name), "Qualifier": .string(qualifier)])
                return
            }
            _ = try context.call(
                "lambda", "PutProvisionedConcurrencyConfig",
                [
                    "FunctionName": .string(name), "Qualifier": .string(qualifier),
                    "ProvisionedConcurrentExecutions": .integer(count),
                ])
        }
    }

    /// A metric that AWS has defined, in the terms of PutMetricAlarm; nil for one of other resources.
    func metric(_ predefined: String) -> Fields? {
        var fields = Fields()
        fields["Period"] = 60
        switch (kind, predefined) {
        case (.service(let cluster, let name), "ECSServiceAverageCPUUtilization"),
            (.service(let cluster, let name), "ECSServiceAverageMemoryUtilization"):
            fields["Namespace"] = "AWS/ECS"
            fields["MetricName"] =
                predefined == "ECSServiceAverageCPUUtilization" ? "CPUUtilization" : "MemoryUtilization"
            fields["Statistic"] = "Average"
            fields["Dimensions"] = [
                ["Name": "ClusterName", "Value": .string(cluster)], ["Name": "ServiceName", "Value": .string(name)],
            ]
        case (.function(let name, let qualifier), "LambdaProvisionedConcurrencyUtilization"):
            fields["Namespace"] = "AWS/Lambda"
            fields["MetricName"] = "ProvisionedConcurrencyUtilization"
            fields["Statistic"] = "Maximum"
            fields["Dimensions"] = [
                ["Name": "FunctionName", "Value": .string(name)],
                ["Name": "Resource", "Value": .string("\(name):\(qualifier)")],
            ]
        default: return nil
        }
        return fields
    }
}
