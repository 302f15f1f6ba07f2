import CloudState
import ServiceModel

/// The numbered rules of network ACLs.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html>
enum NetworkACLEntryCalls {
    static let operations: [String: Handler] = [
        "CreateNetworkAclEntry": .write(create),
        "ReplaceNetworkAclEntry": .write(replace),
        "DeleteNetworkAclEntry": .write(delete),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let acl = try context.ec2.networkACLs.named(input.id("NetworkAclId"), .networkACL)
        let entry = try entry(input)
        guard place(of: entry.number, entry.isEgress, in: acl) == nil else {
            throw ServiceError(
                "NetworkAclEntryAlreadyExists", "The network acl entry identified by \(entry.number) already exists.")
        }
        let limit = context.ec2.networkQuotas.entriesPerNetworkACL
        let count = acl.entries.count { $0.isEgress == entry.isEgress && $0.number < NetworkACL.lastRule }
        guard count < limit else {
            throw ServiceError(
                "NetworkAclEntryLimitExceeded", "The maximum number of network acl entries has been reached.")
        }
        context.ec2.networkACLs.update(acl.id) { $0.entries.append(entry) }
        return .empty
    }

    static func replace(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let acl = try context.ec2.networkACLs.named(input.id("NetworkAclId"), .networkACL)
        let entry = try entry(input)
        guard let place = place(of: entry.number, entry.isEgress, in: acl) else {
            throw notFound(entry.number, entry.isEgress)
        }
        context.ec2.networkACLs.update(acl.id) { $0.entries[place] = entry }
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let acl = try context.ec2.networkACLs.named(input.id("NetworkAclId"), .networkACL)
        let isEgress = input.boolean("Egress") ?? false
        let number = try number(input)
        guard let place = place(of: number, isEgress, in: acl) else { throw notFound(number, isEgress) }
        context.ec2.networkACLs.update(acl.id) { $0.entries.remove(at: place) }
        return .empty
    }

    private static func place(of number: Int, _ isEgress: Bool, in acl: NetworkACL) -> Int? {
        acl.entries.firstIndex { $0.number == number && $0.isEgress == isEgress }
    }

    private static func notFound(_ number: Int, _ isEgress: Bool) -> ServiceError {
        ServiceError(
            "InvalidNetworkAclEntry.NotFound", "no \(isEgress ? "egress" : "ingress") entry with number \(number)")
    }

    // MARK: Reading

    private static func number(_ input: Input) throws(ServiceError) -> Int {
        let number = input.integer("RuleNumber") ?? 0
        guard (1..<NetworkACL.lastRule).contains(number) else {
            throw EC2Error.invalidParameter(
                "Value (\(number)) for parameter ruleNumber is invalid. Must specify a value between 1 and 32766.")
        }
        return number
    }

    private static func entry(_ input: Input) throws(ServiceError) -> NetworkACL.Entry {
        let number = try number(input)
        let action = input.id("RuleAction")
        guard action == "allow" || action == "deny" else {
            throw EC2Error.invalidParameter(
                "Value (\(action.prefix(256))) for parameter ruleAction is invalid. Invalid rule action.")
        }
        let block = try input.ipv4Block("CidrBlock")
        let ipv6Block = try input.ipv6Block("Ipv6CidrBlock")
        guard block != nil || ipv6Block != nil else {
            throw ServiceError("MissingParameter", "The request must contain the parameter cidrBlock or ipv6CidrBlock")
        }
        guard block == nil || ipv6Block == nil else {
            throw EC2Error.invalidCombination(
                "The parameter cidrBlock cannot be used with the parameter ipv6CidrBlock")
        }
        var entry = NetworkACL.Entry(
            number: number, isEgress: input.boolean("Egress") ?? false, allows: action == "allow",
            ipProtocol: try protocolNumber(input.id("Protocol")), ipv4Block: block,
            ipv6Block: ipv6Block?.description)
        switch entry.ipProtocol {
        case "6", "17": try readPorts(input, &entry)
        case "1", "58": try readICMP(input, &entry)
        default: break
        }
        return entry
    }

    /// A protocol's number as text, `-1` for all. Names are for clients to translate, as the CLI and Terraform do.
    private static func protocolNumber(_ text: String) throws(ServiceError) -> String {
        guard let number = Int(text), (-1...255).contains(number) else {
            throw EC2Error.unknownProtocol(text)
        }
        return "\(number)"
    }

    private static func readPorts(_ input: Input, _ entry: inout NetworkACL.Entry) throws(ServiceError) {
        let range = input.structure("PortRange")
        guard let from = range?.integer("From") else { throw EC2Error.missingParameter("portRange.from") }
        guard let to = range?.integer("To") else { throw EC2Error.missingParameter("portRange.to") }
        guard (0...65_535).contains(from), (0...65_535).contains(to) else {
            let wrong = (0...65_535).contains(from) ? to : from
            throw EC2Error.invalidParameter(
                "Value (\(wrong)) for parameter portRange is invalid. Must specify a port number between 0 and 65535.")
        }
        guard from <= to else {
            throw EC2Error.invalidParameter(
                "Invalid TCP/UDP port range (\(from):\(to)) for parameter portRange: the first port is above the last one."
            )
        }
        entry.fromPort = from
        entry.toPort = to
    }

    private static func readICMP(_ input: Input, _ entry: inout NetworkACL.Entry) throws(ServiceError) {
        let icmp = input.structure("IcmpTypeCode")
        guard let type = icmp?.integer("Type") else { throw EC2Error.missingParameter("icmpTypeCode.type") }
        guard let code = icmp?.integer("Code") else { throw EC2Error.missingParameter("icmpTypeCode.code") }
        guard (-1...255).contains(type), (-1...255).contains(code) else {
            throw EC2Error.invalidParameter(
                "Value (\(type), \(code)) for parameter icmpTypeCode is invalid. Must specify values between -1 and 255."
            )
        }
        entry.icmpType = type
        entry.icmpCode = code
    }
}
