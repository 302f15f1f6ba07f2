import CloudState
import ServiceModel

extension ResourceKind {
    static let elasticIP = ResourceKind("eipalloc", type: "elastic-ip", noun: "allocation", code: "InvalidAllocationID")
    static let natGateway = ResourceKind("nat", type: "natgateway", noun: "natGateway", code: "InvalidNatGatewayID")
    static let egressOnlyInternetGateway = ResourceKind(
        "eigw", type: "egress-only-internet-gateway", noun: "gateway", code: "InvalidGatewayID")
}

extension ResourceTable {
    /// The record of that id, which must be there.
    func named(_ id: String, _ kind: ResourceKind) throws(ServiceError) -> Record {
        try kind.check(id)
        guard let record = self[id] else { throw EC2Error.notFound(kind, [id]) }
        return record
    }
}

extension EC2Error {
    /// What cannot be deleted because something else needs it.
    static func dependency(_ noun: String, _ id: String) -> ServiceError {
        ServiceError("DependencyViolation", "The \(noun) '\(id)' has dependencies and cannot be deleted.")
    }

    /// A text that is no CIDR block.
    static func notACIDRBlock(_ text: String, _ parameter: String) -> ServiceError {
        invalidParameter(
            "Value (\(text.prefix(256))) for parameter \(parameter) is invalid. This is not a valid CIDR block.")
    }

    static func associationNotFound(_ id: String) -> ServiceError {
        ServiceError("InvalidAssociationID.NotFound", "The association ID '\(id.prefix(256))' does not exist")
    }
}

extension Input {
    /// A required id: the shared validation has seen to it that there is one.
    func id(_ name: String) -> String { string(name) ?? "" }

    /// A parameter that is a CIDR block; nil where it is missing.
    func ipv4Block(_ name: String, called parameter: String? = nil) throws(ServiceError) -> IPv4Block? {
        guard let text = string(name), !text.isEmpty else { return nil }
        guard let block = IPv4Block(text) else {
            throw EC2Error.notACIDRBlock(text, parameter ?? name.prefix(1).lowercased() + name.dropFirst())
        }
        return block
    }

    func ipv6Block(_ name: String, called parameter: String? = nil) throws(ServiceError) -> IPv6Block? {
        guard let text = string(name), !text.isEmpty else { return nil }
        guard let block = IPv6Block(text) else {
            throw EC2Error.notACIDRBlock(text, parameter ?? name.prefix(1).lowercased() + name.dropFirst())
        }
        return block
    }

    /// The `Value` of a member that wraps a Boolean, as attributes have it.
    func attribute(_ name: String) -> Bool? { structure(name)?.boolean("Value") }
}
