/// How many of each thing an account may have in a region: AWS's quotas for a new account.
///
/// They are part of the state, so that a lab can set others.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
package struct NetworkQuotas: Sendable, Equatable {
    package var vpcs = 5
    /// The primary block counts.
    package var ipv4BlocksPerVPC = 5
    package var ipv6BlocksPerVPC = 5
    package var subnetsPerVPC = 200
    package var internetGateways = 5
    package var egressOnlyInternetGateways = 5
    package var routeTablesPerVPC = 200
    package var routesPerTable = 50
    package var networkACLsPerVPC = 200
    /// In each direction.
    package var entriesPerNetworkACL = 20
    package var natGatewaysPerZone = 5
    package var elasticIPs = 5
    package var dhcpOptions = 100

    package init() {}
}
