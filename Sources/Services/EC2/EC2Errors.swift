import CloudState
import ServiceModel

/// EC2's errors, with AWS's codes and messages.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
enum EC2Error {
    static func missingParameter(_ name: String) -> ServiceError {
        ServiceError("MissingParameter", "The request must contain the parameter \(name)")
    }

    static func invalidParameter(_ message: String) -> ServiceError { ServiceError("InvalidParameterValue", message) }

    static func unknownProtocol(_ text: String) -> ServiceError {
        invalidParameter("Invalid value '\(text.prefix(64))' for IP protocol. Unknown protocol.")
    }

    static func invalidCombination(_ message: String) -> ServiceError {
        ServiceError("InvalidParameterCombination", message)
    }

    static func incorrectState(_ instance: Instance, _ wanted: String) -> ServiceError {
        let subject = wanted == "stopped" ? "This" : "The"
        return ServiceError(
            "IncorrectInstanceState",
            "\(subject) instance '\(instance.id)' is not in a state from which it can be \(wanted).")
    }

    /// An id that is not of the kind's form.
    static func malformed(_ kind: ResourceKind, _ id: String) -> ServiceError {
        ServiceError(kind.malformedCode, "Invalid id: \"\(id.prefix(256))\" (expecting \"\(kind.prefix)-...\")")
    }

    static func notFound(_ kind: ResourceKind, _ ids: [String]) -> ServiceError {
        let list = ids.map { String($0.prefix(256)) }.joined(separator: ", ")
        let message: String
        switch kind {
        case .image:
            message =
                ids.count == 1 ? "The image id '[\(list)]' does not exist" : "The image ids '[\(list)]' do not exist"
        case .volume, .snapshot:
            message =
                ids.count == 1
                ? "The \(kind.noun) '\(list)' does not exist." : "The \(kind.noun)s '\(list)' do not exist."
        case .vpcEndpoint:
            message =
                "The Vpc Endpoint \(ids.count == 1 ? "Id" : "Ids") '\(list)' \(ids.count == 1 ? "does" : "do") not exist"
        case .flowLog:
            message = "These flow log ids in the input list are not found: [TotalCount: \(ids.count)] \(list)"
        case .securityGroup:
            message =
                ids.count == 1
                ? "The security group '\(list)' does not exist" : "The security groups '\(list)' do not exist"
        default:
            message =
                ids.count == 1
                ? "The \(kind.noun) ID '\(list)' does not exist" : "The \(kind.noun) IDs '\(list)' do not exist"
        }
        return ServiceError(kind.notFoundCode, message)
    }
}

/// A kind of EC2 resource: the form of its ids and how errors speak of it.
struct ResourceKind: Sendable, Hashable {
    let prefix: String
    /// The resource type in tag specifications and DescribeTags.
    let type: String
    let noun: String
    let notFoundCode: String
    let malformedCode: String

    init(_ prefix: String, type: String, noun: String, code: String, malformed: String? = nil) {
        self.prefix = prefix
        self.type = type
        self.noun = noun
        notFoundCode = "\(code).NotFound"
        malformedCode = "\(malformed ?? code).Malformed"
    }

    static let instance = ResourceKind("i", type: "instance", noun: "instance", code: "InvalidInstanceID")
    static let image = ResourceKind("ami", type: "image", noun: "image", code: "InvalidAMIID")
    static let volume = ResourceKind(
        "vol", type: "volume", noun: "volume", code: "InvalidVolume", malformed: "InvalidVolumeID")
    static let networkInterface = ResourceKind(
        "eni", type: "network-interface", noun: "networkInterface", code: "InvalidNetworkInterfaceID",
        malformed: "InvalidNetworkInterfaceId")
    static let vpc = ResourceKind("vpc", type: "vpc", noun: "vpc", code: "InvalidVpcID")
    static let subnet = ResourceKind("subnet", type: "subnet", noun: "subnet", code: "InvalidSubnetID")
    static let securityGroup = ResourceKind(
        "sg", type: "security-group", noun: "security group", code: "InvalidGroup", malformed: "InvalidGroupId")
    static let securityGroupRule = ResourceKind(
        "sgr", type: "security-group-rule", noun: "security group rule", code: "InvalidSecurityGroupRuleId")
    static let internetGateway = ResourceKind(
        "igw", type: "internet-gateway", noun: "internetGateway", code: "InvalidInternetGatewayID",
        malformed: "InvalidInternetGatewayId")
    static let routeTable = ResourceKind(
        "rtb", type: "route-table", noun: "routeTable", code: "InvalidRouteTableID", malformed: "InvalidRouteTableId")
    static let networkACL = ResourceKind(
        "acl", type: "network-acl", noun: "networkAcl", code: "InvalidNetworkAclID", malformed: "InvalidNetworkAclId")
    static let dhcpOptions = ResourceKind(
        "dopt", type: "dhcp-options", noun: "dhcpOption", code: "InvalidDhcpOptionID", malformed: "InvalidDhcpOptionsId"
    )

    /// Whether a text has the form of such an id: the prefix and 8 or 17 hexadecimal digits.
    func accepts(_ id: String) -> Bool {
        guard id.hasPrefix(prefix + "-") else { return false }
        let digits = id.utf8.dropFirst(prefix.utf8.count + 1)
        guard digits.count == 8 || digits.count == 17 else { return false }
        return digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// Refuses an id of another form.
    func check(_ id: String) throws(ServiceError) {
        guard accepts(id) else { throw EC2Error.malformed(self, id) }
    }
}
