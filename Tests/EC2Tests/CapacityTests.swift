import CloudState
import EmulatorCore
import EmulatorTestSupport
import Testing

/// Quotas and capacity that a lab sets.
struct CapacityTests {
    private func session(_ change: (inout Capacity) -> Void) -> EmulatorSession {
        var world = World(seed: "test", epoch: EmulatorSession.epoch)
        change(&world.capacity)
        return EmulatorSession(world: world)
    }

    private func run(_ session: EmulatorSession, _ more: String) -> EmulatorSession.Answer {
        session.send(
            "Action=RunInstances&Version=2016-11-15&ImageId=\(session.imageID)&InstanceType=t3.micro&\(more)")
    }

    @Test func `a zone without capacity refuses with status 500 and names the others`() {
        let session = session { $0.shortages = [.init(zone: "us-east-1a", types: "t3.*")] }
        let refused = run(session, "MinCount=1&MaxCount=1&Placement.AvailabilityZone=us-east-1a")
        #expect(refused.status == 500)
        #expect(refused.errorCode == "InsufficientInstanceCapacity")
        #expect(
            refused.errorMessage
                == "We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (us-east-1a). Our system will be working on provisioning additional capacity. You can currently get t3.micro capacity by not specifying an Availability Zone in your request or choosing us-east-1b, us-east-1c, us-east-1d, us-east-1f."
        )
        #expect(run(session, "MinCount=1&MaxCount=1").first("availabilityZone") == "us-east-1b")
    }

    @Test func `a launch gets what its quota has room for, and no fewer than its minimum`() {
        let session = session { $0.quotas[.standard, isSpot: false] = 5 }
        #expect(run(session, "MinCount=3&MaxCount=3").errorCode == "VcpuLimitExceeded")
        #expect(run(session, "MinCount=1&MaxCount=3").all("instanceId").count == 2)
        #expect(run(session, "MinCount=1&MaxCount=1").errorCode == "VcpuLimitExceeded")
    }

    @Test func `stopping gives vCPUs back and starting needs them again`() {
        let session = session { $0.quotas[.standard, isSpot: false] = 2 }
        let first = run(session, "MinCount=1&MaxCount=1").first("instanceId") ?? ""
        session.call("DescribeInstances")
        session.call("StopInstances", ["InstanceId.1": first])
        session.call("DescribeInstances")
        #expect(run(session, "MinCount=1&MaxCount=1").status == 200)
        #expect(session.call("StartInstances", ["InstanceId.1": first]).errorCode == "VcpuLimitExceeded")
        let state = session.emulator.world.regions[0].ec2
        let counted = state.instances.filter(\.countsAgainstQuota).reduce(0) { $0 + $1.vCPUs }
        #expect(state.vCPUs[.standard, isSpot: false] == counted)
    }

    @Test func `a Spot request stays open while there is no capacity`() {
        let session = session { $0.shortages = [.init(types: "*")] }
        let answer = session.call(
            "RequestSpotInstances",
            ["LaunchSpecification.ImageId": session.imageID, "LaunchSpecification.InstanceType": "t3.micro"])
        #expect(answer.status == 200)
        #expect(answer.all("code") == ["capacity-not-available"])
        #expect(session.emulator.world.regions[0].ec2.instances.isEmpty)
    }

    @Test func `a new host comes with each start, and memory is kept by hibernation alone`() throws {
        let session = EmulatorSession()
        let body =
            "ImageId=\(session.imageID)&InstanceType=m5d.large&MinCount=1&MaxCount=1&HibernationOptions.Configured=true&BlockDeviceMapping.1.DeviceName=/dev/xvda&BlockDeviceMapping.1.Ebs.Encrypted=true&BlockDeviceMapping.1.Ebs.VolumeSize=30"
        let id = try #require(session.send("Action=RunInstances&Version=2016-11-15&\(body)").first("instanceId"))
        func facts() throws -> [Int] {
            session.call("DescribeInstances")
            let instance = try #require(session.emulator.world.regions[0].ec2.instances[id])
            return [instance.host, instance.instanceStore, instance.boots]
        }
        #expect(try facts() == [0, 0, 1])
        session.call("RebootInstances", ["InstanceId.1": id])
        #expect(try facts() == [0, 0, 2])
        session.call("StopInstances", ["InstanceId.1": id])
        _ = try facts()
        session.call("StartInstances", ["InstanceId.1": id])
        #expect(try facts() == [1, 1, 3])
        session.call("StopInstances", ["InstanceId.1": id, "Hibernate": "true"])
        _ = try facts()
        session.call("StartInstances", ["InstanceId.1": id])
        #expect(try facts() == [2, 2, 3])
    }
}
