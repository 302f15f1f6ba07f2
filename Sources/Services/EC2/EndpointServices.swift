import CloudState
import ServiceModel

/// The services that endpoints lead to.
struct EndpointService: Sendable {
    /// For instance `com.amazonaws.us-east-1.s3`.
    var name: String
    /// `Gateway` or `Interface`.
    var type: String
    /// `s3.us-east-1.amazonaws.com`, without the region's part of the name for a few.
    var privateName: String?
    var serviceID: String

    private static let gateways = ["s3", "dynamodb"]

    /// Services with interface endpoints, and where their private name is not `NAME.REGION.amazonaws.com` that name.
    private static let interfaces: [(name: String, label: String?)] = [
        ("s3", "s3"), ("dynamodb", nil), ("athena", nil), ("autoscaling", nil), ("bedrock-runtime", nil),
        ("cloudformation", nil), ("cloudtrail", nil), ("codebuild", nil), ("ec2", nil), ("ec2messages", nil),
        ("ecr.api", "api.ecr"), ("ecr.dkr", "*.dkr.ecr"), ("ecs", nil), ("ecs-agent", "ecs-a"),
        ("ecs-telemetry", "ecs-t"), ("eks", nil), ("eks-auth", nil), ("elasticfilesystem", nil),
        ("elasticloadbalancing", nil), ("events", nil), ("execute-api", "*.execute-api"), ("glue", nil),
        ("kinesis-streams", "kinesis"),
        ("kinesis-firehose", "firehose"), ("kms", nil), ("lambda", nil), ("logs", nil), ("monitoring", nil),
        ("rds", nil), ("sagemaker.api", "api.sagemaker"), ("sagemaker.runtime", "runtime.sagemaker"),
        ("secretsmanager", nil), ("sns", nil), ("sqs", nil), ("ssm", nil), ("ssmmessages", nil), ("states", nil),
        ("sts", nil), ("xray", nil),
    ]

    static func all(in region: String) -> [EndpointService] {
        gateways.map { make($0, "Gateway", nil, region) }
            + interfaces.map { service in
                make(service.name, "Interface", "\(service.label ?? service.name).\(region).amazonaws.com", region)
            }
    }

    private static func make(_ name: String, _ type: String, _ privateName: String?, _ region: String)
        -> EndpointService
    {
        let full = "com.amazonaws.\(region).\(name)"
        let bits = IDGenerator.mix(IDGenerator.hash("\(full)/\(type)", 0xCBF2_9CE4_8422_2325))
        return EndpointService(
            name: full, type: type, privateName: privateName, serviceID: "vpce-svc-0\(IDGenerator.hexadecimal(bits))")
    }

    /// The service's own name: `s3` of `com.amazonaws.us-east-1.s3`.
    var shortName: String { name.split(separator: ".").dropFirst(3).joined(separator: ".") }
}

/// DescribeVpcEndpointServices.
enum EndpointServiceCalls {
    static let operations: [String: Handler] = [
        "DescribeVpcEndpointServices": .read(describe)
    ]

    private static let list = ItemList<EndpointService>(filters: [
        "service-name": { [$0.name] }, "service-type": { [$0.type] }, "owner": { _ in ["amazon"] },
        "service-region": { $0.name.split(separator: ".").dropFirst(2).first.map { [String($0)] } ?? [] },
        "supported-ip-address-types": { $0.type == "Gateway" ? ["ipv4"] : ["ipv4", "ipv6"] },
    ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("ServiceNames")
        let region = context.region
        let all = EndpointService.all(in: region)
        if let unknown = names.first(where: { name in !all.contains { $0.name == name } }) {
            throw VPCEndpointCalls.unknownService(unknown)
        }
        let wanted = try list.selected(all, input).filter { names.isEmpty || names.contains($0.name) }
        let page = try Paging.page(wanted, input, sizes: 1...1000)
        let zones = RegionFacts.named(region)?.zones ?? []
        var shown: [String] = []
        for service in page.items where !shown.contains(service.name) { shown.append(service.name) }
        return Response([
            "ServiceDetails": .list(page.items) { service in
                [
                    "ServiceName": .string(service.name), "ServiceId": .string(service.serviceID),
                    "ServiceType": [["ServiceType": .string(service.type)]], "ServiceRegion": .string(region),
                    "AvailabilityZones": .strings(zones.map(\.name)),
                    "AvailabilityZoneIds": .strings(zones.map(\.id)), "Owner": "amazon",
                    "BaseEndpointDnsNames": .strings([baseName(service, region)]),
                    "PrivateDnsName": .optional(service.privateName),
                    "PrivateDnsNames": service.privateName.map { [["PrivateDnsName": .string($0)]] },
                    "PrivateDnsNameVerificationState": service.privateName == nil ? nil : "verified",
                    "VpcEndpointPolicySupported": true, "AcceptanceRequired": false, "ManagesVpcEndpoints": false,
                    "Tags": [], "SupportedIpAddressTypes": service.type == "Gateway" ? ["ipv4"] : ["ipv4", "ipv6"],
                ]
            },
            "ServiceNames": .strings(shown), "NextToken": page.nextToken,
        ])
    }

    static func baseName(_ service: EndpointService, _ region: String) -> String {
        service.type == "Gateway"
            ? "\(service.shortName).\(region).amazonaws.com" : "\(service.shortName).\(region).vpce.amazonaws.com"
    }
}
