import CloudState
import EmulatorCore
import EmulatorTestSupport
import ServiceModel
import Testing

/// Auto Scaling groups in virtual time.
struct AutoScalingTests {
    let session = EmulatorSession(clock: .stepped)

    private func call(_ action: String, _ parameters: KeyValuePairs<String, String> = [:]) -> EmulatorSession.Answer {
        session.call(action, parameters, service: "autoscaling")
    }

    private var group: AutoScalingGroup? { session.emulator.world.regions.first?.autoScaling.groups["web"] }

    private func make(desired: Int, zones: [String] = ["us-east-1a", "us-east-1b"]) {
        let image = session.imageID
        session.call(
            "CreateLaunchTemplate",
            [
                "LaunchTemplateName": "web", "LaunchTemplateData.ImageId": image,
                "LaunchTemplateData.InstanceType": "t3.micro",
            ])
        var body = "Action=CreateAutoScalingGroup&Version=2011-01-01&AutoScalingGroupName=web&MinSize=0&MaxSize=20"
        body += "&LaunchTemplate.LaunchTemplateName=web&DesiredCapacity=\(desired)"
        for (index, zone) in zones.enumerated() { body += "&AvailabilityZones.member.\(index + 1)=\(zone)" }
        #expect(session.send(body, service: "autoscaling").status == 200)
    }

    private func zones() -> [String: Int] {
        (group?.members ?? []).filter { $0.state == .inService }.reduce(into: [:]) { $0[$1.zone, default: 0] += 1 }
    }

    @Test func `instances come into service when they run, not before`() {
        make(desired: 4)
        session.emulator.advance(milliseconds: 3_000)
        #expect(group?.members.map(\.state) == [.pending, .pending, .pending, .pending])
        session.emulator.advance(milliseconds: 60_000)
        #expect(zones() == ["us-east-1a": 2, "us-east-1b": 2])
    }

    @Test func `a group leaves a zone that is out, and comes back when it is up again`() {
        make(desired: 4)
        session.emulator.advance(milliseconds: 120_000)
        var world = session.emulator.world
        let fault = world.startFault(.zoneOutage(zone: "us-east-1a"), region: "us-east-1")
        world.advance(to: world.now.adding(seconds: 1800))
        func inService(_ world: World) -> [String: Int] {
            (world.regions.first?.autoScaling.groups["web"]?.members ?? []).filter { $0.state == .inService }
                .reduce(into: [:]) { $0[$1.zone, default: 0] += 1 }
        }
        #expect(inService(world) == ["us-east-1b": 4])
        world.stopFault(fault)
        world.advance(to: world.now.adding(seconds: 1800))
        #expect(inService(world) == ["us-east-1a": 2, "us-east-1b": 2])
        // The region that the fork was made of has seen nothing of it.
        #expect(zones() == ["us-east-1a": 2, "us-east-1b": 2])
    }

    @Test func `a year in which nothing happens costs next to nothing`() {
        make(desired: 4)
        session.emulator.advance(milliseconds: 365 * 86_400_000)
        #expect(zones() == ["us-east-1a": 2, "us-east-1b": 2])
    }

    @Test func `a busy group grows to its target and shrinks when the load is gone`() {
        make(desired: 2)
        let policy = call(
            "PutScalingPolicy",
            [
                "AutoScalingGroupName": "web", "PolicyName": "half", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingConfiguration.PredefinedMetricSpecification.PredefinedMetricType":
                    "ASGAverageCPUUtilization",
                "TargetTrackingConfiguration.TargetValue": "50",
            ])
        #expect(policy.status == 200)
        session.emulator.advance(milliseconds: 600_000)
        var world = session.emulator.world
        let ids = (group?.members ?? []).map(\.instanceID)
        let faults = ids.map { world.startFault(.cpuStress(instanceID: $0, percentage: 100), region: "us-east-1") }
        world.advance(to: world.now.adding(seconds: 1800))
        let grown = world.regions.first?.autoScaling.groups["web"]?.desired ?? 0
        #expect(grown > 2)
        for fault in faults { world.stopFault(fault) }
        world.advance(to: world.now.adding(seconds: 14_400))
        #expect((world.regions.first?.autoScaling.groups["web"]?.desired ?? 99) < grown)
    }

    @Test func `a scheduled action follows the clocks of its time zone through the change to winter time`() throws {
        make(desired: 1)
        let answer = call(
            "PutScheduledUpdateGroupAction",
            [
                "AutoScalingGroupName": "web", "ScheduledActionName": "morning", "Recurrence": "0 8 * * *",
                "TimeZone": "Europe/Berlin", "DesiredCapacity": "2",
            ])
        #expect(answer.status == 200)
        func next() -> Timestamp? {
            session.emulator.world.regions.first?.autoScaling.scheduledActions["web/morning"]?.next
        }
        // The session begins on 1 September, when Berlin is two hours ahead of UTC.
        #expect(next() == Timestamp(year: 2026, month: 9, day: 2, hour: 6))
        session.emulator.advance(milliseconds: 60 * 86_400_000)
        #expect(next() == Timestamp(year: 2026, month: 11, day: 1, hour: 7))
        #expect(group?.desired == 2)
    }

    @Test func `an instance that has lived long enough is replaced, and a client that waits does not wait for that`() {
        make(desired: 2)
        let week = 7 * 86_400
        #expect(
            call("UpdateAutoScalingGroup", ["AutoScalingGroupName": "web", "MaxInstanceLifetime": "\(week)"]).status
                == 200)
        session.emulator.advance(milliseconds: 600_000)
        let first = (group?.members ?? []).map(\.instanceID)
        let before = session.emulator.world.now
        session.call("TerminateInstances", ["InstanceId.1": first.first ?? ""])
        session.emulator.settle()
        #expect(session.emulator.world.now < before.adding(seconds: 3600))
        #expect(zones() == ["us-east-1a": 1, "us-east-1b": 1])
        session.emulator.advance(milliseconds: (week + 3600) * 1000)
        #expect(zones() == ["us-east-1a": 1, "us-east-1b": 1])
        #expect(group?.members.contains { first.contains($0.instanceID) } == false)
    }

    @Test func `a hook that nobody answers ends the launch after its time`() {
        make(desired: 0)
        let hook = call(
            "PutLifecycleHook",
            [
                "AutoScalingGroupName": "web", "LifecycleHookName": "wait", "HeartbeatTimeout": "60",
                "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
            ])
        #expect(hook.status == 200)
        #expect(call("SetDesiredCapacity", ["AutoScalingGroupName": "web", "DesiredCapacity": "1"]).status == 200)
        session.emulator.advance(milliseconds: 40_000)
        #expect(group?.members.map(\.state) == [.pendingWait])
        let first = group?.members.first?.instanceID
        session.emulator.advance(milliseconds: 120_000)
        // The default result is ABANDON: the instance goes, and the group tries again.
        #expect(group?.members.contains { $0.instanceID == first && !$0.state.isLeaving } == false)
    }
}
