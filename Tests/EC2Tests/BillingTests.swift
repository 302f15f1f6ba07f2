import CloudState
import EmulatorCore
import EmulatorTestSupport
import Testing

/// What a region's resources cost as time goes by.
struct BillingTests {
    let session = EmulatorSession(clock: .stepped)

    private func cost(_ kind: String, _ id: String? = nil) -> ResourceCost? {
        session.emulator.world.costs().first { $0.kind == kind && (id == nil || $0.resourceID == id) }
    }

    @Test func `running is billed, pending and stopped are not`() throws {
        let id = session.launch()[0]
        #expect(cost("instance", id) == nil)
        session.emulator.advance(milliseconds: 12_000 + 3_600_000)
        let hour = try #require(cost("instance", id))
        #expect(abs(hour.soFar.dollars - 0.0104) < 0.00001)
        #expect(abs(hour.monthly.dollars - 7.592) < 1e-6)
        session.call("StopInstances", ["InstanceId.1": id])
        session.emulator.advance(milliseconds: 3_600_000)
        let stopped = try #require(cost("instance", id))
        #expect(abs(stopped.soFar.dollars - hour.soFar.dollars) < 0.00001)
        #expect(stopped.hourly == .zero)
    }

    @Test func `an instance that runs for seconds is billed for a minute`() throws {
        let id = session.launch()[0]
        session.emulator.advance(milliseconds: 15_000)
        session.call("TerminateInstances", ["InstanceId.1": id])
        let found = try #require(cost("instance", id))
        #expect(found.soFar.nanodollars == 10_400_000 / 60)
    }

    @Test func `stopping to hibernate is billed to its end`() throws {
        let body =
            "ImageId=\(session.imageID)&InstanceType=m5.large&MinCount=1&MaxCount=1&HibernationOptions.Configured=true&BlockDeviceMapping.1.DeviceName=/dev/xvda&BlockDeviceMapping.1.Ebs.Encrypted=true&BlockDeviceMapping.1.Ebs.VolumeSize=30"
        let id = try #require(session.send("Action=RunInstances&Version=2016-11-15&\(body)").first("instanceId"))
        session.emulator.advance(milliseconds: 600_000)
        session.call("StopInstances", ["InstanceId.1": id, "Hibernate": "true"])
        session.emulator.advance(milliseconds: 30_000)
        #expect(cost("instance", id)?.hourly != .zero)
        session.emulator.advance(milliseconds: 120_000)
        #expect(cost("instance", id)?.hourly == .zero)
        let instance = try #require(session.emulator.world.regions[0].ec2.instances[id])
        #expect(instance.usage.map(\.billedSeconds).contains { $0 > 660 })
    }

    @Test func `a volume and a lent address cost while they are there, and are remembered when they are gone`() throws {
        let id = session.launch()[0]
        session.emulator.advance(milliseconds: 7_200_000)
        let volume = try #require(cost("volume"))
        #expect(abs(volume.monthly.dollars - 0.64) < 1e-6)
        #expect(abs(try #require(cost("public-ipv4", id)).soFar.dollars - 0.01) < 0.0001)
        session.call("TerminateInstances", ["InstanceId.1": id])
        session.emulator.advance(milliseconds: 7_200_000)
        #expect(session.emulator.world.regions[0].ec2.instances[id] == nil)
        let gone = session.emulator.world.costs()
        #expect(Set(gone.map(\.kind)) == ["instance", "volume", "public-ipv4"])
        #expect(gone.allSatisfy { $0.isGone && $0.soFar > .zero && $0.hourly == .zero })
    }

    @Test func `an Elastic IP costs whether it is used or not`() throws {
        session.call("AllocateAddress", ["Domain": "vpc"])
        session.emulator.advance(milliseconds: 3_600_000)
        let found = try #require(cost("public-ipv4"))
        #expect(abs(found.soFar.dollars - 0.005) < 1e-6)
        #expect(!found.isEstimate)
    }
}
