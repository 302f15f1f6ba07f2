import CloudState
import EmulatorCore
import JSONValue
import ServiceModel
import Testing

/// Where ECS has a service's tasks run when a zone goes down and comes back.
struct ZoneBalanceTests {
    private let session = TriggerSession()

    private var tasksByZone: [String: Int] {
        let region = session.emulator.world.regions.first { $0.name == TriggerSession.region }
        let running = region?.ecs.tasks.filter { $0.desiredStatus == "RUNNING" } ?? []
        return Dictionary(grouping: running, by: \.zone).mapValues(\.count)
    }

    private func makeService(desired: Int, in subnets: [Value]) async throws {
        try await session.call("ecs", "CreateCluster", ["clusterName": "lab"])
        try await session.call(
            "ecs", "RegisterTaskDefinition",
            [
                "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
                "memory": "512", "containerDefinitions": [["name": "web", "image": "nginx"]],
            ])
        try await session.call(
            "ecs", "CreateService",
            [
                "cluster": "lab", "serviceName": "web", "taskDefinition": "web", "desiredCount": .integer(desired),
                "launchType": "FARGATE",
                "networkConfiguration": [
                    "awsvpcConfiguration": ["subnets": .list(subnets), "assignPublicIp": "ENABLED"]
                ],
            ])
        await session.settle()
    }

    @Test func `tasks start in the zones that are up, and move back when all are`() async throws {
        let described = try await session.call("ec2", "DescribeSubnets", [:])
        let subnets = described["Subnets"]?.elements?.prefix(2) ?? []
        let ids = subnets.compactMap { $0["SubnetId"] }
        let zones = subnets.compactMap { $0["AvailabilityZone"]?.text }
        try #require(ids.count == 2 && Set(zones).count == 2)
        let fault = try FaultRequest(
            try JSON.parse(Array(#"{"action": "az-outage", "az": "\#(zones[0])"}"#.utf8)),
            region: TriggerSession.region)
        _ = session.emulator.start(fault)
        try await makeService(desired: 4, in: ids)
        #expect(tasksByZone == [zones[1]: 4])
        session.emulator.stopFaults()
        await session.settle()
        #expect(tasksByZone == [zones[0]: 2, zones[1]: 2])
    }
}
