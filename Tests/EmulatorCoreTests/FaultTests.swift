import CloudState
import EmulatorCore
import EmulatorTestSupport
import JSONValue
import ServiceModel
import Testing

/// What is broken in a world, and what follows from it.
struct FaultTests {
    private func request(_ text: String) throws -> FaultRequest {
        try FaultRequest(try JSON.parse(Array(text.utf8)), region: "us-east-1")
    }

    @Test func `a throttled service refuses what was named, and answers again when the fault is over`() throws {
        let session = EmulatorSession(clock: .stepped)
        let ids = session.emulator.start(
            try request(
                #"{"action": "aws:fis:inject-api-throttle-error", "service": "ec2", "operations": ["DescribeVpcs"]}"#))
        #expect(session.call("DescribeVpcs").errorCode == "RequestLimitExceeded")
        #expect(session.call("DescribeVpcs").status == 503)
        #expect(session.call("DescribeSubnets").status == 200)
        #expect(session.emulator.stopFault(try #require(ids.first)))
        #expect(session.call("DescribeVpcs").status == 200)
        #expect(!session.emulator.stopFault("fault-1"))
    }

    @Test(arguments: [
        ("aws:fis:inject-api-internal-error", "InternalError", 500),
        ("aws:fis:inject-api-unavailable-error", "Unavailable", 503),
    ])
    func `server errors are injected`(action: String, code: String, status: Int) throws {
        let session = EmulatorSession(clock: .stepped)
        _ = session.emulator.start(try request(#"{"action": "\#(action)", "service": "ec2"}"#))
        let answer = session.call("DescribeVpcs")
        #expect(answer.errorCode == code)
        #expect(answer.status == status)
    }

    @Test func `a share of calls fails, the same ones on every run`() throws {
        func failures() throws -> [Bool] {
            let session = EmulatorSession(clock: .stepped)
            _ = session.emulator.start(
                try request(#"{"action": "aws:fis:inject-api-throttle-error", "service": "ec2", "percent": 30}"#))
            return (0..<200).map { _ in session.call("DescribeVpcs").status != 200 }
        }
        let first = try failures()
        #expect(try failures() == first)
        #expect((30...90).contains(first.count { $0 }))
    }

    @Test func `a fault ends by itself when its time is over`() throws {
        let session = EmulatorSession(clock: .stepped)
        _ = session.emulator.start(
            try request(#"{"action": "aws:fis:inject-api-throttle-error", "service": "ec2", "for": 60}"#))
        #expect(session.call("DescribeVpcs").status == 503)
        session.emulator.advance(milliseconds: 61_000)
        #expect(session.call("DescribeVpcs").status == 200)
    }

    @Test func `nothing is launched in a zone that is out, and its instances fail their system check`() throws {
        let session = EmulatorSession()
        let id = try #require(session.launch().first)
        let instance = try #require(session.emulator.world.regions.first?.ec2.instances[id])
        _ = session.emulator.start(try request(#"{"action": "az-outage", "az": "\#(instance.zone)"}"#))
        let faults = session.emulator.world.faults
        #expect(faults.failedCheck(of: instance, region: "us-east-1") == .system)
        #expect(faults.failure(of: instance, region: "eu-west-1") == nil)
        let subnet = instance.subnetID
        let answer = session.send(
            "Action=RunInstances&Version=2016-11-15&ImageId=\(session.imageID)&InstanceType=t3.micro&MinCount=1&MaxCount=1&SubnetId=\(subnet)"
        )
        #expect(answer.errorCode == "InsufficientInstanceCapacity")
    }

    @Test func `a disruption cuts what its scope names`() throws {
        var world = World(seed: "test", epoch: EmulatorSession.epoch)
        let index = world.regionIndex("us-east-1")
        let subnets = Array(world.regions[index].ec2.subnets)
        let (one, other) = (try #require(subnets.first), try #require(subnets.last))
        #expect(one.zone != other.zone)
        let cases: [(Fault.DisruptionScope, Faults.Peer, Bool)] = [
            (.all, .subnet(other), true), (.all, .outside, true), (.all, .subnet(one), false),
            (.availabilityZone, .subnet(other), true), (.availabilityZone, .outside, false),
            (.vpc, .subnet(other), false), (.vpc, .outside, true), (.s3, .regionalService("s3"), true),
            (.s3, .regionalService("dynamodb"), false), (.s3, .outside, false),
        ]
        for (scope, peer, isCut) in cases {
            let id = world.startFault(.networkDisruption(subnets: [one.id], scope: scope), region: "us-east-1")
            #expect((world.faults.disruption(of: one, region: "us-east-1", peer: peer) != nil) == isCut, "\(scope)")
            world.stopFault(id)
            #expect(world.faults.isEmpty)
        }
    }

    @Test(arguments: [
        ("[]", "object"), ("{}", "\"action\" is missing"), (#"{"action": "meteor"}"#, "there is no action"),
        (#"{"action": "az-outage"}"#, "needs \"az\""),
        (#"{"action": "az-outage", "az": "us-east-1a", "colour": 1}"#, "no \"colour\""),
        (#"{"action": "az-outage", "az": "us-east-1a", "for": 0}"#, "\"for\""),
        (#"{"action": "aws:fis:inject-api-throttle-error", "service": "ec3"}"#, "no service"),
        (#"{"action": "aws:fis:inject-api-throttle-error", "service": "ec2", "operations": ["Fly"]}"#, "no operation"),
        (#"{"action": "aws:fis:inject-api-throttle-error", "service": "ec2", "percent": 101}"#, "\"percent\""),
        (#"{"action": "aws:network:disrupt-connectivity", "subnets": ["subnet-1"], "scope": "moon"}"#, "\"scope\""),
    ])
    func `a request that makes no sense is refused with its reason`(text: String, reason: String) throws {
        let problem = try #require(throws: FaultRequest.Problem.self) { try request(text) }
        #expect(problem.description.contains(reason))
    }
}
