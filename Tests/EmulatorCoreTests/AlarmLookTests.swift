import CloudState
import EmulatorCore
import EmulatorTestSupport
import ServiceModel
import Testing

/// What a client sees of alarms and of the groups that they scale, where virtual time goes on from look to look.
struct AlarmLookTests {
    let session = EmulatorSession(clock: .settling)

    private func scaling(_ action: String, _ parameters: KeyValuePairs<String, String>) -> EmulatorSession.Answer {
        session.call(action, parameters, service: "autoscaling")
    }

    private var group: AutoScalingGroup? { session.emulator.world.regions.first?.autoScaling.groups["web"] }

    private func make(desired: Int, more: String = "") {
        session.call(
            "CreateLaunchTemplate",
            [
                "LaunchTemplateName": "web", "LaunchTemplateData.ImageId": session.imageID,
                "LaunchTemplateData.InstanceType": "t3.micro",
            ])
        let body =
            "Action=CreateAutoScalingGroup&Version=2011-01-01&AutoScalingGroupName=web&MinSize=1&MaxSize=6"
            + "&LaunchTemplate.LaunchTemplateName=web&DesiredCapacity=\(desired)"
            + "&AvailabilityZones.member.1=us-east-1a&AvailabilityZones.member.2=us-east-1b" + more
        #expect(session.send(body, service: "autoscaling").status == 200)
        session.emulator.settle()
    }

    @Test func `instances that were asked for are there to be seen before an idle group gives them up`() {
        make(desired: 1)
        let policy = scaling(
            "PutScalingPolicy",
            [
                "AutoScalingGroupName": "web", "PolicyName": "down", "AdjustmentType": "ChangeInCapacity",
                "ScalingAdjustment": "-1", "Cooldown": "60",
            ]
        ).first("PolicyARN")
        var alarm =
            "Action=PutMetricAlarm&Version=2010-08-01&AlarmName=idle&MetricName=CPUUtilization"
        alarm += "&Namespace=AWS/EC2"
        alarm += "&Dimensions.member.1.Name=AutoScalingGroupName&Dimensions.member.1.Value=web&Statistic=Average"
        alarm += "&Period=30&EvaluationPeriods=5&Threshold=25&ComparisonOperator=LessThanOrEqualToThreshold"
        alarm += "&AlarmActions.member.1=\(policy ?? "")"
        #expect(session.send(alarm, service: "monitoring").status == 200)
        session.emulator.advance(milliseconds: 1_200_000)
        #expect(session.emulator.world.regions.first?.cloudWatch.alarms["idle"]?.state == .alarm)

        #expect(
            scaling("UpdateAutoScalingGroup", ["AutoScalingGroupName": "web", "DesiredCapacity": "4"]).status == 200)
        #expect(scaling("StartInstanceRefresh", ["AutoScalingGroupName": "web"]).status == 200)
        let look = scaling("DescribeAutoScalingGroups", [:])
        #expect(look.all("LifecycleState") == ["InService", "InService", "InService", "InService"])
        session.emulator.advance(milliseconds: 3_600_000)
        #expect(group?.desired == 1)
    }

    @Test func `a state that was set by hand stays until the alarm is evaluated again`() {
        _ = session.send(
            "Action=PutMetricAlarm&Version=2010-08-01&AlarmName=orders&Namespace=Shop&MetricName=Orders&Statistic=Sum"
                + "&Period=60&EvaluationPeriods=1&Threshold=10&ComparisonOperator=GreaterThanThreshold"
                + "&TreatMissingData=notBreaching", service: "monitoring")
        func state() -> String? {
            session.send("Action=DescribeAlarms&Version=2010-08-01", service: "monitoring").first("StateValue")
        }
        #expect(state() == "OK")
        _ = session.send(
            "Action=SetAlarmState&Version=2010-08-01&AlarmName=orders&StateValue=ALARM&StateReason=drill",
            service: "monitoring")
        #expect(state() == "ALARM")
        #expect(state() == "OK")
    }

    @Test func `an instance refresh keeps to the group's instance maintenance policy`() {
        make(
            desired: 2,
            more:
                "&InstanceMaintenancePolicy.MinHealthyPercentage=100&InstanceMaintenancePolicy.MaxHealthyPercentage=150"
        )
        let old = Set((group?.members ?? []).map(\.instanceID))
        #expect(scaling("StartInstanceRefresh", ["AutoScalingGroupName": "web"]).status == 200)
        let refresh = scaling("DescribeInstanceRefreshes", ["AutoScalingGroupName": "web"])
        #expect(refresh.first("MinHealthyPercentage") == "100")
        #expect(refresh.first("MaxHealthyPercentage") == "150")
        var fewest = 2
        for _ in 0..<60 {
            session.emulator.advance(milliseconds: 10_000)
            fewest = min(fewest, (group?.members ?? []).count { $0.state == .inService })
        }
        #expect(fewest == 2)
        #expect((group?.members ?? []).allSatisfy { !old.contains($0.instanceID) })
    }
}
