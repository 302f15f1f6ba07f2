/// EC2's records in one region.
package struct EC2State: Sendable, Equatable {
    package var instances = ResourceTable<Instance>()
    package var volumes = ResourceTable<Volume>()
    package var networkInterfaces = ResourceTable<NetworkInterface>()
    package var securityGroups = ResourceTable<SecurityGroup>()
    package var vpcs = ResourceTable<VPC>()
    package var subnets = ResourceTable<Subnet>()
    package var internetGateways = ResourceTable<InternetGateway>()
    package var routeTables = ResourceTable<RouteTable>()
    package var networkACLs = ResourceTable<NetworkACL>()
    package var dhcpOptions = ResourceTable<DHCPOptions>()
    package var egressOnlyInternetGateways = ResourceTable<EgressOnlyInternetGateway>()
    package var vpnGateways = ResourceTable<VPNGateway>()
    package var customerGateways = ResourceTable<CustomerGateway>()
    package var natGateways = ResourceTable<NATGateway>()
    package var elasticIPs = ResourceTable<ElasticIP>()
    package var networkQuotas = NetworkQuotas()
    /// Groups of Local Zones that the account has opted into, sorted.
    package var optedInZoneGroups: [String] = []
    package var launchTemplates = ResourceTable<LaunchTemplate>()
    package var placementGroups = ResourceTable<PlacementGroup>()
    package var spotRequests = ResourceTable<SpotRequest>()
    /// Instances that have entered states which the default event bus was not told of yet.
    package var stateChanges: [InstanceStateChange] = []
    /// vCPUs of instances that are pending or running.
    package var vCPUs = VCPUCounts()
    package var pastUsage = ResourceTable<PastUsage>()
    package var keyPairs = ResourceTable<KeyPair>()
    package var snapshots = ResourceTable<Snapshot>()
    package var images = ResourceTable<Image>()
    package var prefixLists = ResourceTable<PrefixList>()
    package var vpcEndpoints = ResourceTable<VPCEndpoint>()
    package var vpcPeerings = ResourceTable<VPCPeering>()
    package var flowLogs = ResourceTable<FlowLog>()
    package var networkInsightsPaths = ResourceTable<NetworkInsightsPath>()
    package var networkInsightsAnalyses = ResourceTable<NetworkInsightsAnalysis>()
    package var interfacePermissions = ResourceTable<InterfacePermission>()
    package var capacityReservations = ResourceTable<CapacityReservation>()
    package var subnetReservations = ResourceTable<SubnetReservation>()
    package var accountDefaults = AccountDefaults()
    package var storage = StorageSettings()
    package var idempotency = ResourceTable<IdempotentLaunch>()

    package init() {}

    package var defaultVPC: VPC? { vpcs.first(where: \.isDefault) }
}

/// What a client token stands for: the same request with the same token is answered with the same resources.
///
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>
package struct IdempotentLaunch: ResourceRecord {
    /// Operation and token.
    package var id: String
    /// A digest of the parameters, without the token.
    package var parameters: UInt64
    /// What was made, for instance a reservation's id.
    package var resource: String

    package init(id: String, parameters: UInt64, resource: String) {
        self.id = id
        self.parameters = parameters
        self.resource = resource
    }
}
