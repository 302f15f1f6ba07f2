import CloudState
import EmulatorCore
import EmulatorTestSupport
import ServiceModel
import Testing

/// What holds for every operation.
struct LawTests {
    /// Calls that must fail, for every operation that can change something.
    static let failing: [(action: String, body: String, code: String)] = [
        ("RunInstances", "ImageId=ami-12345678&MinCount=1&MaxCount=1", "InvalidAMIID.NotFound"),
        ("RunInstances", "ImageId=nonsense&MinCount=1&MaxCount=1", "InvalidAMIID.Malformed"),
        ("RunInstances", "MinCount=1&MaxCount=1", "MissingParameter"),
        ("RunInstances", "ImageId=$AMI&MinCount=1", "MissingParameter"),
        ("RunInstances", "ImageId=$AMI&MinCount=3&MaxCount=2", "InvalidParameterCombination"),
        (
            "RunInstances", "ImageId=$AMI&InstanceType=t3.micro&MinCount=1&MaxCount=1&SubnetId=subnet-12345678",
            "InvalidSubnetID.NotFound"
        ),
        (
            "RunInstances", "ImageId=$AMI&InstanceType=t3.micro&MinCount=1&MaxCount=1&SecurityGroupId.1=sg-12345678",
            "InvalidGroup.NotFound"
        ),
        ("RunInstances", "ImageId=$AMI&InstanceType=t3.micro&MinCount=1&MaxCount=one", "InvalidParameterValue"),
        ("RunInstances", "ImageId=$AMI&InstanceType=t3.micro&MinCount=1&MaxCount=1&Colour=blue", "UnknownParameter"),
        ("StartInstances", "InstanceId.1=i-12345678", "InvalidInstanceID.NotFound"),
        ("StopInstances", "InstanceId.1=i-xyz", "InvalidInstanceID.Malformed"),
        ("RebootInstances", "InstanceId.1=i-12345678", "InvalidInstanceID.NotFound"),
        ("TerminateInstances", "InstanceId.1=$ID&InstanceId.2=i-12345678", "InvalidInstanceID.NotFound"),
        ("CreateSecurityGroup", "GroupName=web", "MissingParameter"),
        ("CreateSecurityGroup", "GroupName=default&GroupDescription=x", "InvalidParameterValue"),
        ("CreateSecurityGroup", "GroupName=web&GroupDescription=x&VpcId=vpc-12345678", "InvalidVpcID.NotFound"),
        (
            "AuthorizeSecurityGroupIngress",
            "GroupId=sg-12345678&IpProtocol=tcp&FromPort=80&ToPort=80&CidrIp=0.0.0.0/0", "InvalidGroup.NotFound"
        ),
        (
            "AuthorizeSecurityGroupIngress",
            "GroupId=$SG&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80&IpPermissions.1.ToPort=80&IpPermissions.1.IpRanges.1.CidrIp=300.0.0.0/8",
            "InvalidParameterValue"
        ),
        (
            "AuthorizeSecurityGroupEgress",
            "GroupId=$SG&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0",
            "InvalidParameterValue"
        ),
        (
            "CreateTags", "ResourceId.1=$ID&ResourceId.2=i-12345678&Tag.1.Key=a&Tag.1.Value=b",
            "InvalidInstanceID.NotFound"
        ),
        ("CreateTags", "ResourceId.1=$ID&Tag.1.Key=aws:x&Tag.1.Value=b", "InvalidParameterValue"),
        ("DeleteTags", "ResourceId.1=vpc-12345678", "InvalidVpcID.NotFound"),
    ]

    @Test(arguments: failing)
    func `a call that fails leaves the world as it was`(call: (action: String, body: String, code: String)) {
        let session = EmulatorSession(clock: .stepped)
        let id = session.launch()[0]
        let group = session.call("DescribeSecurityGroups").first("groupId") ?? ""
        let image = session.imageID
        let before = session.emulator.world
        let body = call.body.replacing("$AMI", with: image).replacing("$ID", with: id).replacing("$SG", with: group)
        let answer = session.send("Action=\(call.action)&Version=2016-11-15&\(body)")
        #expect(answer.errorCode == call.code)
        #expect(answer.status == 400)
        var later = before
        later.advance(to: session.emulator.world.now)
        #expect(session.emulator.world == later)
    }

    @Test func `replaying the trail gives the same world`() {
        let session = EmulatorSession()
        let ids = session.launch(3)
        session.call("CreateSecurityGroup", ["GroupName": "web", "GroupDescription": "web servers"])
        session.call("StopInstances", ["InstanceId.1": ids[0]])
        session.call("DescribeInstances")
        session.call("TerminateInstances", ["InstanceId.1": ids[1]])
        session.call("StartInstances", ["InstanceId.1": "i-12345678"])
        session.call("StartInstances", ["InstanceId.1": ids[0]])
        session.call("CreateTags", ["ResourceId.1": ids[2], "Tag.1.Key": "Name", "Tag.1.Value": "b"])
        session.call("DescribeTags")
        let start = World(seed: "test", epoch: EmulatorSession.epoch)
        let trail = session.emulator.trail
        #expect(trail.count == 10)
        #expect(start.replayed(trail.records) == session.emulator.world)
    }

    @Test func `the same seed and calls give the same ids, another seed gives others`() {
        let first = EmulatorSession(seed: "a").launch(3)
        #expect(EmulatorSession(seed: "a").launch(3) == first)
        #expect(EmulatorSession(seed: "b").launch(3) != first)
    }

    @Test func `every emulated operation is one of AWS's`() {
        for service in Services.all {
            let names = Set(service.model().operationNames)
            for operation in service.operations.keys { #expect(names.contains(operation), "\(operation)") }
        }
    }

    @Test func `an operation that AWS has and we do not answers with an error that names it`() {
        let session = EmulatorSession()
        let answer = session.call("CreateTransitGateway")
        #expect(answer.status == 400)
        #expect(answer.errorCode == "InvalidAction")
        #expect(answer.errorMessage?.contains("CreateTransitGateway") == true)
        #expect(session.emulator.trail.records.last?.error?.isNotEmulated == true)
        // One of a service that is not there is in the trail, too.
        #expect(session.call("DescribeDBInstances", service: "rds").status == 400)
        let call = session.emulator.trail.records.last
        #expect(call?.service == "rds" && call?.eventName == "DescribeDBInstances")
        #expect(call?.error?.isNotEmulated == true)
        #expect(session.call("MakeCoffee").errorMessage == "The action MakeCoffee is not valid for this web service.")
    }
}
