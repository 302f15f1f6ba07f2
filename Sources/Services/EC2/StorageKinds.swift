// Kinds of resources beside instances and VPCs.
extension ResourceKind {
    static let keyPair = ResourceKind("key", type: "key-pair", noun: "key pair", code: "InvalidKeyPair")
    static let snapshot = ResourceKind(
        "snap", type: "snapshot", noun: "snapshot", code: "InvalidSnapshot", malformed: "InvalidSnapshotID")
    static let prefixList = ResourceKind("pl", type: "prefix-list", noun: "prefix list", code: "InvalidPrefixListID")
    static let vpcEndpoint = ResourceKind(
        "vpce", type: "vpc-endpoint", noun: "Vpc Endpoint", code: "InvalidVpcEndpointId")
    static let vpcPeering = ResourceKind(
        "pcx", type: "vpc-peering-connection", noun: "vpcPeeringConnection", code: "InvalidVpcPeeringConnectionID",
        malformed: "InvalidVpcPeeringConnectionId")
    static let flowLog = ResourceKind("fl", type: "vpc-flow-log", noun: "flow log", code: "InvalidFlowLogId")
    static let interfacePermission = ResourceKind(
        "eni-perm", type: "network-interface-permission", noun: "permission", code: "InvalidPermissionID")
}
