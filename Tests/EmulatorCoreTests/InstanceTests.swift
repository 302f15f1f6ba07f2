import CloudState
import EmulatorCore
import EmulatorTestSupport
import Testing

struct InstanceTests {
    let session = EmulatorSession()

    @Test func `an instance is pending when launched and running when it is next looked at`() throws {
        let answer = session.send(
            "Action=RunInstances&Version=2016-11-15&ImageId=\(session.imageID)&InstanceType=t3.micro&MinCount=1&MaxCount=1"
        )
        #expect(answer.status == 200)
        #expect(answer.all("name").contains("pending"))
        let id = try #require(answer.first("instanceId"))
        let described = session.call("DescribeInstances", ["InstanceId.1": id])
        #expect(described.all("name").contains("running"))
    }

    @Test func `an instance that the caller watches by the step stays pending until its time`() {
        let session = EmulatorSession(clock: .stepped)
        let id = session.launch()[0]
        #expect(session.call("DescribeInstances", ["InstanceId.1": id]).all("name").contains("pending"))
        session.emulator.advance(milliseconds: 30_000)
        #expect(session.call("DescribeInstances", ["InstanceId.1": id]).all("name").contains("running"))
    }

    @Test func `stopping gives the borrowed public address back and starting lends another one`() throws {
        let id = session.launch()[0]
        let before = try #require(session.call("DescribeInstances", ["InstanceId.1": id]).first("ipAddress"))
        #expect(session.call("StopInstances", ["InstanceId.1": id]).first("name") == "stopping")
        let stopped = session.call("DescribeInstances", ["InstanceId.1": id])
        #expect(stopped.all("name").contains("stopped"))
        #expect(stopped.first("ipAddress") == nil)
        let privateAddress = stopped.first("privateIpAddress")
        #expect(session.call("StartInstances", ["InstanceId.1": id]).first("name") == "pending")
        let started = session.call("DescribeInstances", ["InstanceId.1": id])
        #expect(started.first("ipAddress") != nil)
        #expect(started.first("ipAddress") != before)
        #expect(started.first("privateIpAddress") == privateAddress)
    }

    @Test func `a terminated instance cannot be started again`() {
        let id = session.launch()[0]
        session.call("TerminateInstances", ["InstanceId.1": id])
        #expect(session.call("DescribeInstances", ["InstanceId.1": id]).all("name").contains("terminated"))
        let refused = session.call("StartInstances", ["InstanceId.1": id])
        #expect(refused.errorCode == "IncorrectInstanceState")
        #expect(refused.errorMessage == "The instance '\(id)' is not in a state from which it can be started.")
    }

    @Test func `terminating frees the subnet's address and deletes the root volume`() throws {
        let subnet = try #require(session.call("DescribeSubnets").first("subnetId"))
        let free = { session.call("DescribeSubnets", ["SubnetId.1": subnet]).first("availableIpAddressCount") }
        let before = free()
        let id = session.launch(1, subnet: subnet)[0]
        #expect(free() != before)
        session.call("TerminateInstances", ["InstanceId.1": id])
        session.call("DescribeInstances")
        #expect(free() == before)
        #expect(session.emulator.world.regions[0].ec2.volumes.isEmpty)
    }

    @Test func `a dry run says that it would have worked and changes nothing`() {
        let before = session.emulator.world
        let answer = session.send(
            "Action=RunInstances&Version=2016-11-15&ImageId=\(session.imageID)&MinCount=1&MaxCount=1&InstanceType=t3.micro&DryRun=true"
        )
        #expect(answer.status == 412)
        #expect(answer.errorCode == "DryRunOperation")
        #expect(answer.errorMessage == "Request would have succeeded, but DryRun flag is set.")
        #expect(session.emulator.world.regions == before.regions)
    }

    @Test func `the same client token gives the same instances, and other parameters with it are refused`() {
        let image = session.imageID
        let request =
            "Action=RunInstances&Version=2016-11-15&ImageId=\(image)&InstanceType=t3.micro&MinCount=1&MaxCount=1&ClientToken=once"
        let first = session.send(request)
        let again = session.send(request)
        #expect(first.first("instanceId") == again.first("instanceId"))
        let other = session.send(request.replacing("t3.micro", with: "t3.small"))
        #expect(other.errorCode == "IdempotentParameterMismatch")
    }

    @Test func `pages follow each other without gap or repetition`() throws {
        let ids = session.launch(13)
        var seen: [String] = []
        var token: String?
        repeat {
            var body = "Action=DescribeInstances&Version=2016-11-15&MaxResults=5"
            if let token { body += "&NextToken=\(token.replacing("=", with: "%3D"))" }
            let page = session.send(body)
            seen += page.all("instanceId")
            token = page.first("nextToken")
        } while token != nil
        #expect(seen == ids)
    }

    @Test func `an answer that was kept is not given again after a change`() {
        let none = session.call("DescribeInstances").all("instanceId")
        #expect(none.isEmpty)
        #expect(session.call("DescribeInstances").all("instanceId").isEmpty)
        let ids = session.launch(2)
        #expect(session.call("DescribeInstances").all("instanceId") == ids)
        session.call("CreateTags", ["ResourceId.1": ids[0], "Tag.1.Key": "Name", "Tag.1.Value": "<web> & co"])
        #expect(session.call("DescribeInstances").all("value") == ["&lt;web&gt; &amp; co"])
    }

    @Test(arguments: [
        ("t9.huge", "InvalidParameterValue", "Invalid value 't9.huge' for InstanceType."),
        ("t4g.micro", "InvalidParameterValue", "The architecture 'arm64' of the specified instance type"),
    ])
    func `an instance type that does not fit is refused`(type: String, code: String, message: String) throws {
        let answer = session.send(
            "Action=RunInstances&Version=2016-11-15&ImageId=\(session.imageID)&InstanceType=\(type)&MinCount=1&MaxCount=1"
        )
        #expect(answer.errorCode == code)
        #expect(answer.errorMessage?.hasPrefix(message) == true)
    }

    @Test func `a type that a zone does not offer is refused with the zones that do`() throws {
        let answer = session.send(
            "Action=RunInstances&Version=2016-11-15&ImageId=\(session.imageID)&InstanceType=t3.micro&MinCount=1&MaxCount=1&Placement.AvailabilityZone=us-east-1e"
        )
        #expect(answer.errorCode == "Unsupported")
        #expect(
            answer.errorMessage?.contains("choosing us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1f.")
                == true)
    }
}
