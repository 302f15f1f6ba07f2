import CloudState
import EmulatorCore
import EmulatorTestSupport
import ServiceModel
import Testing

/// The two laws for volumes, snapshots, images, key pairs, interfaces, endpoints and what else stands beside instances:
/// a call that fails leaves the world as it was, and the trail replayed makes the same world.
struct StorageLawTests {
    /// A call and its parameters; `$NAME` stands for an id that the scenario made.
    typealias Call = (action: String, parameters: KeyValuePairs<String, String>)

    /// Runs calls that must succeed, and keeps the first id of each answer's element under the action's name.
    private static func scenario(_ session: EmulatorSession) -> [String: String] {
        var ids: [String: String] = [:]
        func run(_ name: String, _ action: String, _ element: String, _ parameters: KeyValuePairs<String, String>) {
            let answer = session.call(action, parameters)
            #expect(answer.status == 200, "\(action): \(answer.text)")
            ids[name] = answer.first(element)
        }
        ids["instance"] = session.launch().first
        session.call("DescribeInstances")
        let vpc = session.call("DescribeVpcs").first("vpcId") ?? ""
        let subnets = session.call(
            "DescribeSubnets", ["Filter.1.Name": "availability-zone", "Filter.1.Value.1": "us-east-1a"])
        let subnet = subnets.first("subnetId") ?? ""
        ids["vpc"] = vpc
        ids["subnet"] = subnet
        run("key", "CreateKeyPair", "keyPairId", ["KeyName": "lab", "KeyType": "ed25519"])
        run("group", "CreateSecurityGroup", "groupId", ["GroupName": "a", "GroupDescription": "b"])
        run(
            "rule", "AuthorizeSecurityGroupIngress", "securityGroupRuleId",
            [
                "GroupId": ids["group"] ?? "", "IpPermissions.1.IpProtocol": "tcp", "IpPermissions.1.FromPort": "22",
                "IpPermissions.1.ToPort": "22", "IpPermissions.1.IpRanges.1.CidrIp": "10.0.0.0/8",
            ])
        run(
            "volume", "CreateVolume", "volumeId",
            ["AvailabilityZone": "us-east-1a", "Size": "10", "VolumeType": "gp3", "ClientToken": "t"])
        session.call("DescribeVolumes")
        run("modification", "ModifyVolume", "volumeId", ["VolumeId": ids["volume"] ?? "", "Size": "20"])
        run("snapshot", "CreateSnapshot", "snapshotId", ["VolumeId": ids["volume"] ?? ""])
        run("image", "CreateImage", "imageId", ["InstanceId": ids["instance"] ?? "", "Name": "golden"])
        session.call("DescribeImages")
        run(
            "copy", "CopyImage", "imageId",
            ["SourceImageId": ids["image"] ?? "", "SourceRegion": "us-east-1", "Name": "copied"])
        run("interface", "CreateNetworkInterface", "networkInterfaceId", ["SubnetId": subnet])
        run(
            "attachment", "AttachNetworkInterface", "attachmentId",
            [
                "InstanceId": ids["instance"] ?? "", "NetworkInterfaceId": ids["interface"] ?? "", "DeviceIndex": "1",
            ])
        run(
            "list", "CreateManagedPrefixList", "prefixListId",
            ["PrefixListName": "offices", "AddressFamily": "IPv4", "MaxEntries": "2", "Entry.1.Cidr": "10.0.0.0/8"])
        run(
            "endpoint", "CreateVpcEndpoint", "vpcEndpointId",
            [
                "VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.ssm", "VpcEndpointType": "Interface",
                "SubnetId.1": subnet,
            ])
        run(
            "log", "CreateFlowLogs", "item",
            [
                "ResourceId.1": vpc, "ResourceType": "VPC", "TrafficType": "ALL", "LogDestinationType": "s3",
                "LogDestination": "arn:aws:s3:::logs",
            ])
        run("other", "CreateVpc", "vpcId", ["CidrBlock": "10.9.0.0/16"])
        run(
            "peering", "CreateVpcPeeringConnection", "vpcPeeringConnectionId",
            ["VpcId": vpc, "PeerVpcId": ids["other"] ?? ""])
        session.call("DescribeVpcPeeringConnections")
        run("accepted", "AcceptVpcPeeringConnection", "code", ["VpcPeeringConnectionId": ids["peering"] ?? ""])
        session.call("EnableEbsEncryptionByDefault")
        return ids
    }

    /// Calls that must fail, by the code that each fails with.
    private static let refused: [(code: String, call: Call)] = [
        ("InvalidKeyPair.Duplicate", ("CreateKeyPair", ["KeyName": "lab"])),
        ("InvalidKey.Format", ("ImportKeyPair", ["KeyName": "x", "PublicKeyMaterial": "bm8="])),
        ("InvalidParameterValue", ("CreateKeyPair", ["KeyName": "x", "KeyType": "dsa"])),
        (
            "InvalidSecurityGroupRuleId.NotFound",
            ("RevokeSecurityGroupIngress", ["GroupId": "$group", "SecurityGroupRuleId.1": "sgr-00000000"])
        ),
        ("MissingParameter", ("RevokeSecurityGroupIngress", ["GroupId": "$group"])),
        ("InvalidGroup.NotFound", ("DeleteSecurityGroup", ["GroupId": "sg-00000000"])),
        ("VolumeInUse", ("DeleteVolume", ["VolumeId": "$root"])),
        ("IncorrectState", ("DetachVolume", ["VolumeId": "$volume"])),
        ("OperationNotPermitted", ("DetachVolume", ["VolumeId": "$root"])),
        ("IncorrectModificationState", ("ModifyVolume", ["VolumeId": "$volume", "Size": "30"])),
        (
            "IdempotentParameterMismatch",
            (
                "CreateVolume",
                ["AvailabilityZone": "us-east-1a", "Size": "11", "VolumeType": "gp3", "ClientToken": "t"]
            )
        ),
        ("InvalidSnapshot.InUse", ("DeleteSnapshot", ["SnapshotId": "$imageSnapshot"])),
        ("InvalidAMIName.Duplicate", ("CreateImage", ["InstanceId": "$instance", "Name": "golden"])),
        ("InvalidBlockDeviceMapping", ("RegisterImage", ["Name": "other"])),
        (
            "OperationNotPermitted",
            ("ModifyImageAttribute", ["ImageId": "$image", "LaunchPermission.Add.1.Group": "all"])
        ),
        ("InvalidParameterValue", ("DeleteNetworkInterface", ["NetworkInterfaceId": "$interface"])),
        (
            "InvalidNetworkInterface.InUse",
            (
                "AttachNetworkInterface",
                ["InstanceId": "$instance", "NetworkInterfaceId": "$interface", "DeviceIndex": "2"]
            )
        ),
        ("InvalidAttachmentID.NotFound", ("DetachNetworkInterface", ["AttachmentId": "eni-attach-00000000"])),
        (
            "PrefixListVersionMismatch",
            (
                "ModifyManagedPrefixList",
                ["PrefixListId": "$list", "CurrentVersion": "7", "AddEntry.1.Cidr": "11.0.0.0/8"]
            )
        ),
        (
            "DuplicateSubnetsInSameZone",
            ("ModifyVpcEndpoint", ["VpcEndpointId": "$endpoint", "AddSubnetId.1": "$subnet"])
        ),
        ("InvalidServiceName", ("CreateVpcEndpoint", ["VpcId": "$vpc", "ServiceName": "com.amazonaws.us-east-1.no"])),
        ("InvalidFlowLogId.NotFound", ("DeleteFlowLogs", ["FlowLogId.1": "fl-00000000"])),
        (
            "VpcPeeringConnectionAlreadyExists",
            ("CreateVpcPeeringConnection", ["VpcId": "$vpc", "PeerVpcId": "$other"])
        ),
        ("InvalidStateTransition", ("RejectVpcPeeringConnection", ["VpcPeeringConnectionId": "$peering"])),
    ]

    @Test func `a call that fails leaves the world as it was`() {
        let session = EmulatorSession()
        var ids = Self.scenario(session)
        session.emulator.settle()
        ids["root"] = session.call("DescribeInstances").first("volumeId")
        ids["imageSnapshot"] = session.call("DescribeImages", ["Owner.1": "self"]).first("snapshotId")
        session.call("ModifyVolume", ["VolumeId": ids["volume"] ?? "", "Size": "25"])
        for (code, call) in Self.refused {
            var before = session.emulator.world
            let body = call.parameters.map { name, value in
                "&\(name)=" + (value.hasPrefix("$") ? ids[String(value.dropFirst())] ?? value : value)
            }
            let answer = session.send("Action=\(call.action)&Version=2016-11-15" + body.joined())
            #expect(answer.errorCode == code, "\(call.action): \(answer.text)")
            // The clock steps before each call.
            before.advance(to: session.emulator.world.now)
            #expect(session.emulator.world == before, "\(call.action)")
        }
    }

    @Test func `the trail replayed makes the same world`() {
        let session = EmulatorSession()
        let ids = Self.scenario(session)
        session.call("DetachNetworkInterface", ["AttachmentId": ids["attachment"] ?? ""])
        session.call("DeleteVpcEndpoints", ["VpcEndpointId.1": ids["endpoint"] ?? ""])
        session.call("DeregisterImage", ["ImageId": ids["copy"] ?? ""])
        session.call("DeleteVpcPeeringConnection", ["VpcPeeringConnectionId": ids["peering"] ?? ""])
        session.call("DeleteManagedPrefixList", ["PrefixListId": ids["list"] ?? ""])
        session.call("DescribeVolumes")
        session.call("DeleteVolume", ["VolumeId": ids["volume"] ?? ""])
        let start = World(seed: "test", epoch: EmulatorSession.epoch)
        #expect(start.replayed(session.emulator.trail.records) == session.emulator.world)
    }
}
