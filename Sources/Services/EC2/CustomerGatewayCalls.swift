import CloudState
import ServiceModel

/// CreateCustomerGateway, DeleteCustomerGateway and DescribeCustomerGateways.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html>
enum CustomerGatewayCalls {
    static let operations: [String: Handler] = [
        "CreateCustomerGateway": .write(create),
        "DeleteCustomerGateway": .write(delete),
        "DescribeCustomerGateways": .read(describe),
    ]

    private static let listing = Listing<CustomerGateway>(
        kind: .customerGateway, table: { $0.customerGateways }, ids: "CustomerGatewayIds", tags: { $0.tags },
        filters: [
            "bgp-asn": { gateway, _ in ["\(gateway.asn)"] },
            "customer-gateway-id": { gateway, _ in [gateway.id] },
            "ip-address": { gateway, _ in gateway.address.map { [$0] } ?? [] },
            "state": { _, _ in ["available"] },
            "type": { _, _ in ["ipsec.1"] },
        ], pageSizes: nil)

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try InstanceLaunch.oneOf(input.string("Type") ?? "", ["ipsec.1"], "type")
        let asn = input.integer("BgpAsnExtended") ?? input.integer("BgpAsn") ?? 65_000
        guard (1...4_294_967_294).contains(asn) else {
            throw EC2Error.invalidParameter("Invalid value '\(asn)' for bgpAsn.")
        }
        let address = input.string("IpAddress") ?? input.string("PublicIp")
        let certificate = input.string("CertificateArn")
        guard address != nil || certificate != nil else { throw EC2Error.missingParameter("ipAddress") }
        if let address {
            guard IPv4Address(address) != nil || IPv6Address(address) != nil else {
                throw EC2Error.invalidParameter("Value (\(address.prefix(64))) for parameter ipAddress is invalid.")
            }
        }
        let tags = try TagRules.specified(input, for: .customerGateway)
        let isKnown = context.ec2.customerGateways.contains {
            $0.address == address && $0.asn == asn && $0.certificateARN == certificate
        }
        guard !isKnown else {
            throw ServiceError(
                "InvalidCustomerGateway.DuplicateIpAddress",
                "A customer gateway with the IP address '\(address ?? "")' and the BGP ASN '\(asn)' already exists.")
        }
        guard context.ec2.customerGateways.count < 50 else {
            throw ServiceError(
                "CustomerGatewayLimitExceeded", "The maximum number of customer gateways has been reached.")
        }
        var gateway = CustomerGateway(
            id: context.newID("cgw"), asn: asn, address: address, certificateARN: certificate,
            deviceName: input.string("DeviceName"))
        gateway.tags = tags
        context.ec2.customerGateways.insert(gateway)
        return Response(["CustomerGateway": view(gateway)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let gateway = try context.ec2.customerGateways.named(input.id("CustomerGatewayId"), .customerGateway)
        context.ec2.customerGateways[gateway.id] = nil
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try listing.page(input, context)
        return Response(["CustomerGateways": .list(page.records, view)])
    }

    private static func view(_ gateway: CustomerGateway) -> Value {
        [
            "CertificateArn": .optional(gateway.certificateARN), "DeviceName": .optional(gateway.deviceName),
            "Tags": gateway.tags.viewIfAny, "CustomerGatewayId": .string(gateway.id), "State": "available",
            "Type": "ipsec.1", "IpAddress": .optional(gateway.address),
            "BgpAsn": gateway.asn <= 2_147_483_647 ? .string("\(gateway.asn)") : nil,
            "BgpAsnExtended": gateway.asn > 2_147_483_647 ? .string("\(gateway.asn)") : nil,
        ]
    }
}
