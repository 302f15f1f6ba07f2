import CloudState
import EmulatorCore
import ServiceModel
import Testing

/// Scalable targets in virtual time: an ECS service that alarms and the time of day scale.
struct ServiceScalingTests {
    private let session = TriggerSession()
    private let target: [String: Value] = [
        "ServiceNamespace": "ecs", "ResourceId": "service/lab/web", "ScalableDimension": "ecs:service:DesiredCount",
    ]

    private func call(_ operation: String, _ more: [String: Value]) async throws -> Fields {
        let all = target.merging(more) { _, new in new }
        let fields = Fields(all.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) })
        return try await session.call("application-autoscaling", operation, .structure(fields))
    }

    /// A service of so many tasks that may be scaled between bounds.
    private func make(desired: Int, between minimum: Int, and maximum: Int) async throws {
        try await session.call("ecs", "CreateCluster", ["clusterName": "lab"])
        try await session.call(
            "ecs", "RegisterTaskDefinition",
            [
                "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
                "memory": "512", "containerDefinitions": [["name": "web", "image": "nginx"]],
            ])
        let subnets = try await session.call("ec2", "DescribeSubnets", [:])
        let subnet = try #require(subnets["Subnets"]?.elements?.first?["SubnetId"]?.text)
        try await session.call(
            "ecs", "CreateService",
            [
                "cluster": "lab", "serviceName": "web", "taskDefinition": "web", "desiredCount": .integer(desired),
                "launchType": "FARGATE",
                "networkConfiguration": [
                    "awsvpcConfiguration": ["subnets": [.string(subnet)], "assignPublicIp": "ENABLED"]
                ],
            ])
        _ = try await call(
            "RegisterScalableTarget", ["MinCapacity": .integer(minimum), "MaxCapacity": .integer(maximum)])
        await session.settle()
    }

    private var service: ContainerService? {
        session.emulator.world.regions.first { $0.name == TriggerSession.region }?.ecs.services["lab/web"]
    }

    private var causes: [String] {
        session.emulator.world.regions.first { $0.name == TriggerSession.region }?.applicationScaling.activities
            .map(\.cause) ?? []
    }

    private func put(_ value: Double) async throws {
        try await session.call(
            "monitoring", "PutMetricData",
            ["Namespace": "Shop", "MetricData": [["MetricName": "Load", "Value": .double(value)]]])
    }

    @Test func `a desired count outside of the bounds is brought within them`() async throws {
        try await make(desired: 1, between: 3, and: 5)
        #expect(service?.desired == 3)
        _ = try await call("RegisterScalableTarget", ["MinCapacity": 0, "MaxCapacity": 2])
        await session.settle()
        #expect(service?.desired == 2)
        #expect(causes == ["minimum capacity was set to 3", "maximum capacity was set to 2"])
    }

    @Test func `steps add by how far the metric is beyond, once in a cooldown, and never beyond the maximum`()
        async throws
    {
        try await make(desired: 1, between: 1, and: 6)
        let policy = try await call(
            "PutScalingPolicy",
            [
                "PolicyName": "out", "PolicyType": "StepScaling",
                "StepScalingPolicyConfiguration": [
                    "AdjustmentType": "ChangeInCapacity", "Cooldown": 180,
                    "StepAdjustments": [
                        ["MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 50, "ScalingAdjustment": 1],
                        ["MetricIntervalLowerBound": 50, "ScalingAdjustment": 3],
                    ],
                ],
            ])
        try await session.call(
            "monitoring", "PutMetricAlarm",
            [
                "AlarmName": "load", "Namespace": "Shop", "MetricName": "Load", "Statistic": "Average", "Period": 60,
                "EvaluationPeriods": 1, "Threshold": 10, "ComparisonOperator": "GreaterThanThreshold",
                "AlarmActions": [policy["PolicyARN"] ?? ""],
            ])
        try await put(20)
        await session.pass(minutes: 1)
        #expect(service?.desired == 2)
        // Within the cooldown a larger step counts what has been added.
        try await put(100)
        await session.pass(minutes: 1)
        #expect(service?.desired == 4)
        for _ in 0..<8 {
            try await put(100)
            await session.pass(minutes: 1)
        }
        #expect(service?.desired == 6)
        #expect(causes.allSatisfy { $0 == "monitor alarm load in state ALARM triggered policy out" })
    }

    @Test(arguments: [5, -1e100])
    func `a tracked metric takes capacity away only after fifteen minutes, and no further than the minimum`(low: Double)
        async throws
    {
        try await make(desired: 4, between: 1, and: 6)
        _ = try await call(
            "PutScalingPolicy",
            [
                "PolicyName": "track", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": [
                    "TargetValue": 50, "ScaleInCooldown": 60, "ScaleOutCooldown": 60,
                    "CustomizedMetricSpecification": [
                        "MetricName": "Load", "Namespace": "Shop", "Statistic": "Average",
                    ],
                ],
            ])
        for _ in 0..<4 {
            try await put(75)
            await session.pass(minutes: 1)
        }
        #expect(service?.desired == 6)
        for _ in 0..<26 {
            try await put(low)
            await session.pass(minutes: 1)
        }
        #expect(service?.desired == 1)
        let times = session.emulator.world.regions.first?.applicationScaling.activities.map(\.start.milliseconds) ?? []
        try #require(times.count >= 3)
        #expect(times[1] - times[0] >= 15 * 60_000)
    }

    @Test func `a scheduled action sets bounds at its time, and nobody waits for it`() async throws {
        try await make(desired: 1, between: 1, and: 2)
        _ = try await call(
            "PutScheduledAction",
            [
                "ScheduledActionName": "morning", "Schedule": "cron(0 9 * * ? *)",
                "ScalableTargetAction": ["MinCapacity": 4, "MaxCapacity": 8],
            ])
        await session.settle()
        #expect(service?.desired == 1)
        await session.pass(minutes: 61)
        #expect(service?.desired == 4)
        #expect(causes == ["scheduled action name morning was triggered", "minimum capacity was set to 4"])
        _ = try await call(
            "RegisterScalableTarget", ["SuspendedState": ["ScheduledScalingSuspended": true], "MinCapacity": 0])
        try await session.call("ecs", "UpdateService", ["cluster": "lab", "service": "web", "desiredCount": 1])
        await session.pass(minutes: 24 * 60)
        #expect(service?.desired == 1)
    }

    @Test func `what scales a service goes with it`() async throws {
        try await make(desired: 1, between: 1, and: 2)
        try await session.call("ecs", "DeleteService", ["cluster": "lab", "service": "web", "force": true])
        let found = try await session.call(
            "application-autoscaling", "DescribeScalableTargets", ["ServiceNamespace": "ecs"])
        #expect(found["ScalableTargets"] == .list([]))
    }

    @Test func `provisioned concurrency of a function is scaled as a service is`() async throws {
        try await session.role()
        _ = try await session.function("f")
        try await session.call("lambda", "PublishVersion", ["FunctionName": "f"])
        try await session.call("lambda", "CreateAlias", ["FunctionName": "f", "Name": "live", "FunctionVersion": "1"])
        try await session.call(
            "application-autoscaling", "RegisterScalableTarget",
            [
                "ServiceNamespace": "lambda", "ResourceId": "function:f:live",
                "ScalableDimension": "lambda:function:ProvisionedConcurrency", "MinCapacity": 2, "MaxCapacity": 4,
            ])
        await session.settle()
        let config = try await session.call(
            "lambda", "GetProvisionedConcurrencyConfig", ["FunctionName": "f", "Qualifier": "live"])
        #expect(config["RequestedProvisionedConcurrentExecutions"] == 2)
    }
}
