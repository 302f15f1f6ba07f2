import CloudState
import ServiceModel

/// DescribeAccountAttributes.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAccountAttributes.html>
enum AccountCalls {
    static let operations: [String: Handler] = [
        "DescribeAccountAttributes": .read(describe)
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let elasticIPs = "\(context.ec2.networkQuotas.elasticIPs)"
        let attributes: [(name: String, value: String)] = [
            ("supported-platforms", "VPC"),
            ("vpc-max-security-groups-per-interface", "5"),
            ("max-elastic-ips", elasticIPs),
            ("max-instances", "20"),
            ("vpc-max-elastic-ips", elasticIPs),
            ("default-vpc", context.ec2.defaultVPC?.id ?? "none"),
        ]
        let wanted = input.strings("AttributeNames")
        if let unknown = wanted.first(where: { name in !attributes.contains { $0.name == name } }) {
            throw EC2Error.invalidParameter(
                "Value (\(unknown.prefix(256))) for parameter attribute is invalid. Unknown attribute.")
        }
        let shown = attributes.filter { wanted.isEmpty || wanted.contains($0.name) }
        return Response([
            "AccountAttributes": .list(shown) {
                [
                    "AttributeName": .string($0.name),
                    "AttributeValues": [["AttributeValue": .string($0.value)]],
                ]
            }
        ])
    }
}
