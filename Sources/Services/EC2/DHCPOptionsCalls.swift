import CloudState
import ServiceModel

/// Sets of DHCP options.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html>
enum DHCPOptionsCalls {
    static let operations: [String: Handler] = [
        "CreateDhcpOptions": .write(create),
        "AssociateDhcpOptions": .write(associate),
        "DeleteDhcpOptions": .write(delete),
        "DescribeDhcpOptions": .read(describe),
    ]

    static let options = Listing<DHCPOptions>(
        kind: .dhcpOptions, table: { $0.dhcpOptions }, ids: "DhcpOptionsIds", tags: { $0.tags },
        filters: [
            "dhcp-options-id": { options, _ in [options.id] },
            "key": { options, _ in options.configurations.map(\.key) },
            "value": { options, _ in options.configurations.flatMap(\.values) },
            "owner-id": { options, _ in [options.ownerID] },
        ])

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try options.page(input, context)
        return Response(["DhcpOptions": .list(page.records, view), "NextToken": .optional(page.nextToken)])
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var configurations: [DHCPOptions.Configuration] = []
        for configuration in input.structures("DhcpConfigurations") {
            let key = configuration.string("Key") ?? ""
            // Several addresses may stand in one value, with commas between.
            let values = configuration.strings("Values").flatMap { value in
                key == "domain-name" ? [value] : value.split(separator: ",").map { trimmed($0) }
            }
            guard !values.isEmpty else { throw EC2Error.missingParameter("dhcpConfiguration") }
            try check(key, values)
            guard !configurations.contains(where: { $0.key == key }) else {
                throw EC2Error.invalidParameter("Duplicate DHCP option: \(key)")
            }
            configurations.append(DHCPOptions.Configuration(key: key, values: values))
        }
        guard !configurations.isEmpty else { throw EC2Error.missingParameter("dhcpConfiguration") }
        let tags = try TagRules.specified(input, for: .dhcpOptions)
        guard context.ec2.dhcpOptions.count < context.ec2.networkQuotas.dhcpOptions else {
            throw ServiceError("DhcpOptionsLimitExceeded", "The maximum number of DHCP options has been reached.")
        }
        var options = DHCPOptions(
            id: context.newID("dopt"), ownerID: context.accountID, configurations: configurations)
        options.tags = tags
        context.ec2.dhcpOptions.insert(options)
        return Response(["DhcpOptions": view(options)])
    }

    private static func check(_ key: String, _ values: [String]) throws(ServiceError) {
        let isValid: Bool
        switch key {
        case "domain-name": isValid = values.count == 1
        case "domain-name-servers":
            isValid = values.count <= 4 && values.allSatisfy { $0 == "AmazonProvidedDNS" || isAddress($0) }
        case "ntp-servers":
            let ipv4 = values.count { IPv4Address($0) != nil }
            isValid = values.allSatisfy(isAddress) && ipv4 <= 4 && values.count - ipv4 <= 4
        case "netbios-name-servers": isValid = values.count <= 4 && values.allSatisfy { IPv4Address($0) != nil }
        case "netbios-node-type": isValid = values.count == 1 && ["1", "2", "4", "8"].contains(values[0])
        case "ipv6-address-preferred-lease-time":
            isValid = values.count == 1 && (Int(values[0]).map { (140...2_147_483_647).contains($0) } ?? false)
        default:
            throw EC2Error.invalidParameter(
                "Value (\(key.prefix(256))) for parameter key is invalid. Unknown DHCP option")
        }
        guard isValid else {
            throw EC2Error.invalidParameter(
                "Value (\(values.joined(separator: ", ").prefix(256))) for parameter value is invalid for DHCP option \(key)."
            )
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func isAddress(_ text: String) -> Bool { IPv4Address(text) != nil || IPv6Address(text) != nil }

    static func associate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let wanted = input.id("DhcpOptionsId")
        // `default` stands for no options at all.
        if wanted != "default" { _ = try context.ec2.dhcpOptions.named(wanted, .dhcpOptions) }
        let vpc = try context.ec2.vpcs.named(input.id("VpcId"), .vpc)
        context.ec2.vpcs.update(vpc.id) { $0.dhcpOptionsID = wanted }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let options = try context.ec2.dhcpOptions.named(input.id("DhcpOptionsId"), .dhcpOptions)
        guard !context.ec2.vpcs.contains(where: { $0.dhcpOptionsID == options.id }) else {
            throw EC2Error.dependency("dhcpOptions", options.id)
        }
        context.ec2.dhcpOptions[options.id] = nil
        return .empty
    }

    static func view(_ options: DHCPOptions) -> Value {
        [
            "OwnerId": .string(options.ownerID), "Tags": options.tags.view,
            "DhcpOptionsId": .string(options.id),
            "DhcpConfigurations": .list(options.configurations) { configuration in
                [
                    "Key": .string(configuration.key),
                    "Values": .list(configuration.values) { ["Value": .string($0)] },
                ]
            },
        ]
    }
}
