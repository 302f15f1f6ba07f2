import CloudState
import ServiceModel

/// PutMetricData and ListMetrics.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>
enum MetricCalls {
    static let operations: [String: Handler] = [
        "ListMetrics": .read(list),
        "PutMetricData": .write(put),
    ]

    /// More metrics than a region of a course account has any use for.
    private static let quota = 20_000

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let namespace = input.string("Namespace") ?? ""
        guard !namespace.hasPrefix("AWS/") else {
            throw CloudWatchError.invalid("The value AWS/ for parameter Namespace is invalid.")
        }
        let data = input.structures("MetricData")
        guard !data.isEmpty else {
            throw ServiceError("MissingParameter", "The parameter MetricData is required.")
        }
        guard data.count <= 1000 else {
            throw CloudWatchError.validation("The collection MetricData must not have a size greater than 1000.")
        }
        for (index, datum) in data.enumerated() {
            let key = try MetricKey(
                namespace: namespace, name: datum.string("MetricName") ?? "", dimensions: MetricKey(dimensions: datum))
            let isFine = datum.integer("StorageResolution") == 1
            let time = datum.timestamp("Timestamp") ?? context.now
            let fortnight = 14 * 86_400_000
            guard time.milliseconds > context.now.milliseconds - fortnight,
                time.milliseconds < context.now.milliseconds + 2 * 3_600_000
            else {
                throw CloudWatchError.invalid(
                    "The parameter MetricData.member.\(index + 1).Timestamp must specify a time no more than two weeks in the past and no more than two hours in the future."
                )
            }
            let unit = datum.string("Unit") ?? "None"
            var metric = context.cloudWatch.metrics[key.text] ?? Metric(key: key, unit: unit)
            for point in try points(datum, index, at: Statistics.aligned(time, period: isFine ? 1 : 60)) {
                metric.add(point)
            }
            context.cloudWatch.metrics.insert(metric)
        }
        guard context.cloudWatch.metrics.count <= quota else {
            throw ServiceError("LimitExceeded", "A region can have at most \(quota) metrics here.")
        }
        return .empty
    }

    private static func points(_ datum: Input, _ index: Int, at time: Timestamp) throws(ServiceError) -> [Metric.Point]
    {
        let name = "MetricData.member.\(index + 1)"
        if let set = datum.structure("StatisticValues") {
            guard !datum.has("Value"), let sum = set.double("Sum"), let count = set.double("SampleCount"), count > 0,
                let minimum = set.double("Minimum"), let maximum = set.double("Maximum"), minimum <= maximum
            else {
                throw CloudWatchError.combination(
                    "The parameters \(name).Value and \(name).StatisticValues are mutually exclusive and you have specified both, or the statistics contradict each other."
                )
            }
            return [Metric.Point(time: time, sum: sum, minimum: minimum, maximum: maximum, count: count)]
        }
        let values = doubles(datum["Values"])
        let counts = doubles(datum["Counts"])
        if !values.isEmpty {
            guard values.count <= 150, counts.isEmpty || counts.count == values.count else {
                throw CloudWatchError.invalid(
                    "The parameters \(name).Values and \(name).Counts must be of the same size.")
            }
            return try values.enumerated().map { place, value throws(ServiceError) in
                try check(value, name)
                let count = counts.isEmpty ? 1 : counts[place]
                return Metric.Point(time: time, sum: value * count, minimum: value, maximum: value, count: count)
            }
        }
        guard let value = datum.double("Value") else {
            throw CloudWatchError.combination(
                "At least one of the parameters must be specified: \(name).Value, \(name).Values or \(name).StatisticValues."
            )
        }
        try check(value, name)
        return [Metric.Point(time: time, sum: value, minimum: value, maximum: value, count: 1)]
    }

    private static func check(_ value: Double, _ name: String) throws(ServiceError) {
        guard value.isFinite else {
            throw CloudWatchError.invalid("The value \(value) for parameter \(name).Value is invalid.")
        }
    }

    private static func doubles(_ value: Value?) -> [Double] {
        value?.elements?.compactMap {
            switch $0 {
            case .double(let number): number
            case .integer(let number): Double(number)
            default: nil
            }
        } ?? []
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let filters = input.structures("Dimensions").map { (name: $0.string("Name") ?? "", value: $0.string("Value")) }
        let namespace = input.string("Namespace")
        let name = input.string("MetricName")
        var keys = context.cloudWatch.metrics.map(\.key)
        keys += known(context)
        var seen: Set<String> = []
        let matching = keys.filter { key in
            (namespace == nil || key.namespace == namespace) && (name == nil || key.name == name)
                && filters.allSatisfy { filter in
                    key.dimensions.contains {
                        $0.name == filter.name && (filter.value == nil || $0.value == filter.value)
                    }
                } && seen.insert(key.text).inserted
        }
        let (page, token) = try Paging.page(matching, input.string("NextToken"), size: 500)
        return Response([
            "Metrics": .list(page) { key in
                [
                    "Namespace": .string(key.namespace), "MetricName": .string(key.name),
                    "Dimensions": key.dimensionList,
                ]
            }, "NextToken": token,
        ])
    }

    /// What services publish.
    private static func known(_ context: CallContext) -> [MetricKey] {
        var keys: [MetricKey] = []
        func add(_ names: some Sequence<String>, _ namespace: String, _ dimensions: [Dimension]) {
            keys += names.map { MetricKey(namespace: namespace, name: $0, dimensions: dimensions) }
        }
        for instance in context.ec2.instances where instance.state == .running {
            add(ServiceMetrics.instanceNames, "AWS/EC2", [Dimension(name: "InstanceId", value: instance.id)])
        }
        for group in context.autoScaling.groups {
            let dimension = Dimension(name: "AutoScalingGroupName", value: group.name)
            if !group.members.isEmpty { add(ServiceMetrics.instanceNames, "AWS/EC2", [dimension]) }
            add(group.enabledMetrics, "AWS/AutoScaling", [dimension])
        }
        for service in context.ecs.services where ServiceMetrics.runsTasks(service.id, context) {
            add(
                ServiceMetrics.taskMetrics.keys.sorted(), "AWS/ECS",
                [
                    Dimension(name: "ClusterName", value: service.clusterName),
                    Dimension(name: "ServiceName", value: service.name),
                ])
        }
        for group in context.elb.targetGroups {
            for balancer in context.elb.loadBalancers(using: group.id) where balancer.kind != .gateway {
                add(
                    ["HealthyHostCount", "UnHealthyHostCount"],
                    balancer.kind == .network ? "AWS/NetworkELB" : "AWS/ApplicationELB",
                    [
                        Dimension(name: "LoadBalancer", value: suffix(balancer.id, after: ":loadbalancer/")),
                        Dimension(
                            name: "TargetGroup", value: "targetgroup/" + suffix(group.id, after: ":targetgroup/")),
                    ])
            }
        }
        return keys
    }

    /// The end of an ARN, by which a dimension names its resource.
    private static func suffix(_ arn: String, after mark: String) -> String {
        arn.firstRange(of: mark).map { String(arn[$0.upperBound...]) } ?? arn
    }
}

extension MetricKey {
    fileprivate init(namespace: String, name: String, dimensions: MetricKey) {
        self.init(namespace: namespace, name: name, dimensions: dimensions.dimensions)
    }

    /// The dimensions of a datum alone.
    fileprivate init(dimensions input: Input) throws(ServiceError) {
        var dimensions: [Dimension] = []
        for entry in input.structures("Dimensions") {
            dimensions.append(Dimension(name: entry.string("Name") ?? "", value: entry.string("Value") ?? ""))
        }
        guard Set(dimensions.map(\.name)).count == dimensions.count else {
            throw CloudWatchError.invalid("No two dimensions may have the same name.")
        }
        self.init(namespace: "", name: "", dimensions: dimensions)
    }
}
