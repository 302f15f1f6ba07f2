import CloudState
import EmulatorCore
import EmulatorTestSupport
import Testing

/// The two laws, for the operations on instances, launch templates, placement groups and Spot requests.
struct InstanceLawTests {
    static let failing: [(action: String, body: String, code: String)] = [
        ("RunInstances", "$RUN&KeyName=nobody", "InvalidKeyPair.NotFound"),
        (
            "RunInstances", "$RUN&LaunchTemplate.LaunchTemplateName=nothing",
            "InvalidLaunchTemplateName.NotFoundException"
        ),
        (
            "RunInstances", "$RUN&LaunchTemplate.LaunchTemplateId=lt-0123456789abcdef0",
            "InvalidLaunchTemplateId.NotFound"
        ),
        (
            "RunInstances", "$RUN&LaunchTemplate.LaunchTemplateName=web&LaunchTemplate.Version=7",
            "InvalidLaunchTemplateId.VersionNotFound"
        ),
        ("RunInstances", "$RUN&Placement.GroupName=nowhere", "InvalidPlacementGroup.Unknown"),
        ("RunInstances", "$RUN&Placement.Tenancy=shared", "InvalidParameterValue"),
        ("RunInstances", "$RUN&CpuOptions.CoreCount=1", "InvalidParameterCombination"),
        ("RunInstances", "$RUN&CpuOptions.CoreCount=9&CpuOptions.ThreadsPerCore=1", "InvalidParameterValue"),
        ("RunInstances", "$RUN&HibernationOptions.Configured=true", "UnsupportedHibernationConfiguration"),
        ("RunInstances", "$RUN&IamInstanceProfile.Name=no/where", "InvalidParameterValue"),
        ("RunInstances", "$RUN&InstanceInitiatedShutdownBehavior=explode", "InvalidParameterValue"),
        ("RunInstances", "$RUN&UserData=***", "InvalidParameterValue"),
        (
            "RunInstances",
            "$RUN&InstanceMarketOptions.MarketType=spot&InstanceMarketOptions.SpotOptions.MaxPrice=0.0001",
            "SpotMaxPriceTooLow"
        ),
        (
            "RunInstances",
            "$RUN&InstanceMarketOptions.MarketType=spot&InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior=stop",
            "InvalidParameterCombination"
        ),
        ("StopInstances", "InstanceId.1=$ID&Hibernate=true", "UnsupportedHibernationConfiguration"),
        ("StopInstances", "InstanceId.1=$ID&Hibernate=true&Force=true", "InvalidParameterCombination"),
        ("ModifyInstanceAttribute", "InstanceId=$ID&InstanceType.Value=t3.small", "IncorrectInstanceState"),
        (
            "ModifyInstanceAttribute", "InstanceId=$ID&InstanceType.Value=t3.small&EbsOptimized.Value=true",
            "InvalidParameterCombination"
        ),
        ("ModifyInstanceAttribute", "InstanceId=$ID", "InvalidParameterCombination"),
        ("ModifyInstanceAttribute", "InstanceId=$ID&GroupId.1=sg-12345678", "InvalidGroup.NotFound"),
        (
            "ModifyInstanceAttribute",
            "InstanceId=$ID&BlockDeviceMapping.1.DeviceName=/dev/sdz&BlockDeviceMapping.1.Ebs.DeleteOnTermination=true",
            "InvalidInstanceAttributeValue"
        ),
        ("ResetInstanceAttribute", "InstanceId=$ID&Attribute=userData", "InvalidParameterValue"),
        ("ModifyInstanceMetadataOptions", "InstanceId=$ID&HttpPutResponseHopLimit=65", "InvalidParameterValue"),
        ("ModifyInstancePlacement", "InstanceId=$ID&GroupName=web", "IncorrectInstanceState"),
        ("ModifyInstanceCpuOptions", "InstanceId=$ID&CoreCount=1&ThreadsPerCore=1", "IncorrectInstanceState"),
        ("ModifyInstanceMaintenanceOptions", "InstanceId=$ID&AutoRecovery=maybe", "InvalidParameterValue"),
        (
            "ModifyPrivateDnsNameOptions", "InstanceId=$ID&PrivateDnsHostnameType=resource-name",
            "IncorrectInstanceState"
        ),
        (
            "ModifyInstanceCapacityReservationAttributes",
            "InstanceId=$ID&CapacityReservationSpecification.CapacityReservationPreference=none",
            "IncorrectInstanceState"
        ),
        (
            "ModifyInstanceCreditSpecification",
            "InstanceCreditSpecification.1.InstanceId=$ID&InstanceCreditSpecification.1.CpuCredits=endless",
            "InvalidParameterValue"
        ),
        ("MonitorInstances", "InstanceId.1=$ID&InstanceId.2=i-12345678", "InvalidInstanceID.NotFound"),
        ("UnmonitorInstances", "InstanceId.1=i-12345678", "InvalidInstanceID.NotFound"),
        ("ReportInstanceStatus", "InstanceId.1=i-12345678&Status=ok&ReasonCode.1=other", "InvalidInstanceID.NotFound"),
        (
            "AssociateIamInstanceProfile", "InstanceId=i-12345678&IamInstanceProfile.Name=web",
            "InvalidInstanceID.NotFound"
        ),
        (
            "DisassociateIamInstanceProfile", "AssociationId=iip-assoc-0123456789abcdef0",
            "InvalidAssociationID.NotFound"
        ),
        (
            "ReplaceIamInstanceProfileAssociation",
            "AssociationId=iip-assoc-0123456789abcdef0&IamInstanceProfile.Name=web", "InvalidAssociationID.NotFound"
        ),
        (
            "CreateLaunchTemplate", "LaunchTemplateName=web&LaunchTemplateData.InstanceType=t3.micro",
            "InvalidLaunchTemplateName.AlreadyExistsException"
        ),
        (
            "CreateLaunchTemplate", "LaunchTemplateName=w&LaunchTemplateData.InstanceType=t3.micro",
            "InvalidLaunchTemplateName.MalformedException"
        ),
        ("CreateLaunchTemplate", "LaunchTemplateName=other", "MissingParameter"),
        (
            "CreateLaunchTemplateVersion",
            "LaunchTemplateName=web&SourceVersion=9&LaunchTemplateData.InstanceType=t3.micro",
            "InvalidLaunchTemplateId.VersionNotFound"
        ),
        (
            "ModifyLaunchTemplate", "LaunchTemplateName=web&SetDefaultVersion=9",
            "InvalidLaunchTemplateId.VersionNotFound"
        ),
        ("ModifyLaunchTemplate", "SetDefaultVersion=1", "MissingParameter"),
        ("DeleteLaunchTemplate", "LaunchTemplateName=nothing", "InvalidLaunchTemplateName.NotFoundException"),
        ("DeleteLaunchTemplateVersions", "LaunchTemplateName=web&LaunchTemplateVersion.1=one", "InvalidParameterValue"),
        ("CreatePlacementGroup", "GroupName=near&Strategy=cluster", "InvalidPlacementGroup.Duplicate"),
        ("CreatePlacementGroup", "GroupName=far&Strategy=cluster&PartitionCount=2", "InvalidParameterCombination"),
        ("DeletePlacementGroup", "GroupName=nowhere", "InvalidPlacementGroup.Unknown"),
        ("RequestSpotInstances", "LaunchSpecification.ImageId=ami-12345678", "InvalidAMIID.NotFound"),
        ("CancelSpotInstanceRequests", "SpotInstanceRequestId.1=sir-12345678", "InvalidSpotInstanceRequestID.NotFound"),
    ]

    /// A region with an instance, a launch template and a placement group.
    private func furnished(_ clock: ClockPolicy) -> (EmulatorSession, id: String) {
        let session = EmulatorSession(clock: clock)
        let id = session.launch()[0]
        session.call("CreateInstanceProfile", ["InstanceProfileName": "web"], service: "iam")
        session.call(
            "CreateLaunchTemplate", ["LaunchTemplateName": "web", "LaunchTemplateData.InstanceType": "t3.micro"])
        session.call("CreatePlacementGroup", ["GroupName": "near", "Strategy": "cluster"])
        session.emulator.advance(milliseconds: 60_000)
        return (session, id)
    }

    @Test(arguments: failing)
    func `a call that fails leaves the world as it was`(call: (action: String, body: String, code: String)) {
        let (session, id) = furnished(.stepped)
        let run = "ImageId=\(session.imageID)&InstanceType=t3.micro&MinCount=1&MaxCount=1"
        let before = session.emulator.world
        let body = call.body.replacing("$RUN", with: run).replacing("$ID", with: id)
        let answer = session.send("Action=\(call.action)&Version=2016-11-15&\(body)")
        #expect(answer.errorCode == call.code, "\(answer.text)")
        #expect(answer.status == 400)
        var later = before
        later.advance(to: session.emulator.world.now)
        #expect(session.emulator.world == later)
    }

    @Test func `replaying the trail gives the same world`() {
        let (session, id) = furnished(.settling)
        let image = session.imageID
        session.call(
            "CreateLaunchTemplateVersion",
            ["LaunchTemplateName": "web", "LaunchTemplateData.ImageId": image, "SourceVersion": "1"])
        session.call(
            "RunInstances",
            [
                "LaunchTemplate.LaunchTemplateName": "web", "LaunchTemplate.Version": "$Latest", "MinCount": "2",
                "MaxCount": "2",
            ])
        session.call(
            "RunInstances",
            [
                "ImageId": image, "InstanceType": "m5.large", "MinCount": "1", "MaxCount": "1",
                "Placement.GroupName": "near",
            ])
        session.call(
            "RequestSpotInstances",
            [
                "LaunchSpecification.ImageId": image, "LaunchSpecification.InstanceType": "t3.micro",
                "Type": "persistent",
            ])
        session.call("DescribeInstances")
        session.call("StopInstances", ["InstanceId.1": id])
        session.call("DescribeInstances")
        session.call("ModifyInstanceAttribute", ["InstanceId": id, "InstanceType.Value": "t3.small"])
        session.call("StartInstances", ["InstanceId.1": id])
        session.call("AssociateIamInstanceProfile", ["InstanceId": id, "IamInstanceProfile.Name": "web"])
        session.call("TerminateInstances", ["InstanceId.1": id])
        session.call("DescribeInstances")
        let trail = session.emulator.trail.records
        var world = World(seed: "test", epoch: EmulatorSession.epoch)
        world = world.replayed(trail)
        // Time that passed without a call is not in the trail.
        world.advance(to: session.emulator.world.now)
        #expect(world == session.emulator.world)
    }
}
