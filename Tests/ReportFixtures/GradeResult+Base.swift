package import GradeModel

extension Sample {
    /// A result without checks: what all samples have in common.
    package static var base: GradeResult {
        GradeResult(
            engineVersion: "0.1.0", labID: "ec2-ha-pair", labTitle: "A highly available pair",
            labDigest: "9f2c1a7be4d05a31c88f6e2079d41b5508c36f1e6a0e94f7d2b1c5a3e8f70942", submission: "reference",
            submissionDigest: "1b0c9d8e7f6a5b4c3d2e1f00112233445566778899aabbccddeeff0011223344", seed: "k2-7f3a",
            region: "us-east-1", startedAt: "2026-11-23T18:00:57Z", seconds: 1.482, program: program, problem: nil,
            checks: [], sandboxTier: "full", sandboxLayers: layers, apiCalls: calls,
            stateDigest: "77aa0c9d8e7f6a5b4c3d2e1f00112233445566778899aabbccddeeff00112233", topology: topology)
    }

    private static var program: ProgramRun {
        ProgramRun(
            interface: "cli", entry: "solution.sh", ending: .exited(code: 0),
            standardOutput: CapturedOutput(
                head: "\u{1B}[32mlaunched\u{1B}[0m i-0a1b2c3d4e5f60718 i-0f1e2d3c4b5a69788\nwaiting…\n", totalBytes: 60),
            usage: ResourceUsage(
                wallSeconds: 1.31, cpuSeconds: 1.02, virtualSeconds: 48, peakMemoryBytes: 61 << 20, peakProcesses: 2,
                apiCalls: 27),
            limits: [
                "wall": "30 s", "cpu": "20 s", "memory": "512 MiB", "processes": "64", "output": "1 MiB",
                "file_size": "64 MiB", "disk": "256 MiB", "api_calls": "2000",
            ])
    }

    private static var topology: Topology {
        func instance(_ id: String, _ name: String, _ address: String) -> TopologyResource {
            TopologyResource(
                id: id, kind: "instance", name: name, state: "running",
                facts: [
                    TopologyFact("type", "t3.micro"), TopologyFact("private address", address),
                    TopologyFact("security groups", "web"),
                ])
        }
        let inside = [
            instance("i-0a1b2c3d4e5f60718", "web-1", "10.0.1.10"),
            instance("i-0f1e2d3c4b5a69788", "web-2", "10.0.1.11"),
        ]
        let own = TopologyNetwork(
            id: "vpc-0a1b2c3d", name: "lab", cidr: "10.0.0.0/16",
            zones: [
                TopologyZone(
                    name: "us-east-1a",
                    subnets: [
                        TopologySubnet(
                            id: "subnet-0a1b2c3d", name: "web-a", cidr: "10.0.1.0/24", isPublic: true, resources: inside
                        )
                    ]),
                TopologyZone(
                    name: "us-east-1b",
                    subnets: [TopologySubnet(id: "subnet-0b1b2c3d", name: "", cidr: "10.0.2.0/24")]),
            ],
            resources: [
                TopologyResource(id: "igw-0a1b2c3d", kind: "internet gateway", name: "", state: "available")
            ])
        let unused = TopologyNetwork(id: "vpc-0ddddddd", cidr: "172.31.0.0/16", isDefault: true)
        return Topology(region: "us-east-1", vpcs: [own, unused])
    }

    private static var layers: [SandboxLayer] {
        [
            SandboxLayer(name: "user namespace", active: true),
            SandboxLayer(name: "network namespace", active: true, detail: "loopback only"),
            SandboxLayer(name: "seccomp", active: true, detail: "198 system calls allowed"),
            SandboxLayer(name: "memory limit", active: true, detail: "cgroup v2"),
            SandboxLayer(name: "Landlock", active: true, detail: "ABI 3"),
        ]
    }

    private static var calls: [APICall] {
        var calls: [APICall] = []
        func add(
            _ second: Int, _ name: String, _ parameters: String, readOnly: Bool = true, service: String = "ec2",
            error: (String, String)? = nil, notEmulated: Bool = false, answer: String = "{}", resources: [String] = []
        ) {
            let sequence = calls.count + 1
            let time =
                "2026-01-05T09:\(second / 60 < 10 ? "0" : "")\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)Z"
            calls.append(
                APICall(
                    sequence: sequence, eventTime: time, eventSource: "\(service).amazonaws.com", eventName: name,
                    readOnly: readOnly, requestParameters: parameters, errorCode: error?.0, errorMessage: error?.1,
                    requestID: "5e1a7c00-0000-4000-8000-0000000000\(sequence + 10)",
                    userAgent: "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.1 lang/python#3.13",
                    notEmulated: notEmulated, awsRegion: service == "sts" ? "us-west-2" : "us-east-1",
                    responseElements: error == nil ? answer : nil, resources: resources,
                    httpStatus: error == nil ? 200 : 400, startSeconds: Double(second) / 250,
                    tookSeconds: readOnly ? 0.0012 : 0.021))
        }
        add(1, "GetCallerIdentity", "{}", service: "sts")
        add(2, "DescribeSubnets", #"{"Filters":[{"Name":"default-for-az","Values":["true"]}]}"#)
        add(
            4, "RunInstances", #"{"ImageId":"ami-00000000","InstanceType":"t3.micro","MinCount":1,"MaxCount":1}"#,
            readOnly: false,
            error: ("InvalidAMIID.NotFound", "The image id '[ami-00000000]' does not exist"))
        add(
            6, "RunInstances",
            #"{"ImageId":"ami-0c2b8ca1dad447f8a","InstanceType":"t3.micro","MinCount":2,"MaxCount":2,"SubnetId":"subnet-0a1b2c3d"}"#,
            readOnly: false,
            answer: #"{"ReservationId":"r-0a1b2c3d4e5f60718","Instances":[{"InstanceId":"i-0a1b2c3d4e5f60718"}]}"#,
            resources: ["subnet-0a1b2c3d", "i-0a1b2c3d4e5f60718", "i-0f1e2d3c4b5a69788"])
        for step in 0..<18 {
            add(8 + step * 15, "DescribeInstances", #"{"InstanceIds":["i-0a1b2c3d4e5f60718","i-0f1e2d3c4b5a69788"]}"#)
        }
        add(
            280, "CreateFleet", #"{"Type":"instant"}"#, readOnly: false,
            error: ("UnsupportedOperation", "not emulated"), notEmulated: true)
        add(
            281, "CreateTags", #"{"Resources":["i-0a1b2c3d4e5f60718"],"Tags":[{"Key":"Role","Value":"web"}]}"#,
            readOnly: false)
        add(283, "DescribeTags", "{}")
        add(284, "DescribeInstanceStatus", #"{"IncludeAllInstances":true}"#)
        add(285, "DescribeSecurityGroups", "{}")
        return calls
    }
}
