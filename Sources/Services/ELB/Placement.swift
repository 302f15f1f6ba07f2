import CloudState
import ServiceModel

/// Where a load balancer is to be: a subnet in each zone, and the addresses that were asked for there.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer>
struct Placement {
    var sites: [Site] = []
    var vpcID = ""

    /// One zone's subnet.
    struct Site {
        var subnet: Subnet
        var allocation: ElasticIP?
        var privateAddress: IPv4Address?
        var isInternetFacing: Bool
    }

    /// - Parameter existing: what a balancer has already; addresses there are kept.
    init(
        _ input: Input, _ kind: LoadBalancer.Kind, isInternetFacing: Bool, existing: [LoadBalancer.Zone] = [],
        _ context: CallContext
    ) throws(ServiceError) {
        let subnets = input.strings("Subnets")
        let mappings = input.structures("SubnetMappings")
        guard subnets.isEmpty || mappings.isEmpty else {
            throw ELBError.validation("Only one of the two parameters, Subnets and SubnetMappings, can be specified")
        }
        for id in subnets {
            sites.append(Site(subnet: try Self.subnet(id, context), isInternetFacing: isInternetFacing))
        }
        for mapping in mappings {
            sites.append(try Self.site(mapping, kind, isInternetFacing: isInternetFacing, existing, context))
        }
        try check(kind, isInternetFacing: isInternetFacing, existing, context)
        sites.sort { $0.subnet.zone < $1.subnet.zone }
    }

    private static func subnet(_ id: String, _ context: CallContext) throws(ServiceError) -> Subnet {
        guard let subnet = context.ec2.subnets[id] else {
            throw ServiceError("SubnetNotFound", "The subnet ID '\(id.prefix(64))' does not exist")
        }
        return subnet
    }

    private static func site(
        _ mapping: Input, _ kind: LoadBalancer.Kind, isInternetFacing: Bool, _ existing: [LoadBalancer.Zone],
        _ context: CallContext
    ) throws(ServiceError) -> Site {
        guard let id = mapping.string("SubnetId") else {
            throw ELBError.validation("You must specify a subnet ID for each subnet mapping")
        }
        var site = Site(subnet: try subnet(id, context), isInternetFacing: isInternetFacing)
        let kept = existing.first { $0.subnetID == id }
        if let allocation = mapping.string("AllocationId"), allocation != kept?.allocationID {
            guard kind == .network, isInternetFacing else {
                throw ELBError.configuration(
                    "Elastic IP addresses are only supported for internet-facing load balancers with type 'network'")
            }
            guard let elasticIP = context.ec2.elasticIPs[allocation] else {
                throw ServiceError(
                    "AllocationIdNotFound", "The allocation IDs '[\(allocation.prefix(64))]' do not exist")
            }
            guard context.ec2.association(of: elasticIP) == nil else {
                throw ELBError.configuration("The allocation IDs '[\(allocation)]' are already associated")
            }
            site.allocation = elasticIP
        }
        if let text = mapping.string("PrivateIPv4Address"), text != kept?.privateAddress.description {
            guard kind == .network, !isInternetFacing else {
                throw ELBError.configuration(
                    "Private IPv4 addresses are only supported for internal load balancers with type 'network'")
            }
            guard let address = IPv4Address(text), site.subnet.isAssignable(address) else {
                throw ELBError.configuration(
                    "The private IPv4 address '\(text.prefix(64))' is not available in subnet '\(id)'")
            }
            site.privateAddress = address
        }
        return site
    }

    private mutating func check(
        _ kind: LoadBalancer.Kind, isInternetFacing: Bool, _ existing: [LoadBalancer.Zone], _ context: CallContext
    ) throws(ServiceError) {
        guard let first = sites.first else {
            throw ELBError.validation(
                kind == .application
                    ? "At least two subnets in two different Availability Zones must be specified"
                    : "At least one subnet must be specified")
        }
        vpcID = first.subnet.vpcID
        guard sites.allSatisfy({ $0.subnet.vpcID == vpcID }) else {
            throw ELBError.configuration("All subnets must belong to the same VPC: '\(vpcID)'")
        }
        guard Set(sites.map(\.subnet.zone)).count == sites.count else {
            throw ELBError.configuration(
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone")
        }
        guard kind != .application || sites.count >= 2 else {
            throw ELBError.validation("At least two subnets in two different Availability Zones must be specified")
        }
        let vpc = vpcID
        guard !isInternetFacing || context.ec2.internetGateways.contains(where: { $0.vpcID == vpc }) else {
            throw ServiceError("InvalidSubnet", "VPC \(vpcID) has no internet gateway")
        }
        // An Application Load Balancer needs room to grow: a /27 and eight free addresses.
        for site in sites where !existing.contains(where: { $0.subnetID == site.subnet.id }) {
            let wanted = kind == .application ? 8 : 1
            guard site.subnet.availableAddresses >= wanted else {
                throw ServiceError(
                    "InvalidSubnet",
                    "Not enough IP space available in \(site.subnet.id). ELB requires at least \(wanted) free IP addresses in each subnet."
                )
            }
        }
    }
}

extension Placement.Site {
    /// Puts the balancer's node into the subnet: its interface and addresses.
    func build(for balancer: LoadBalancer, _ context: inout CallContext) throws(ServiceError) -> LoadBalancer.Zone {
        var home = context.ec2.subnets[subnet.id] ?? subnet
        let address: IPv4Address
        if let privateAddress {
            home.take(privateAddress)
            address = privateAddress
        } else if let free = home.takeFree(context.world.ids.bits("\(context.region)/private-address")) {
            address = free
        } else {
            throw ServiceError("InvalidSubnet", "Not enough IP space available in \(subnet.id).")
        }
        context.ec2.subnets[home.id] = home
        var interface = NetworkInterface(
            id: context.newID("eni"), subnetID: home.id, vpcID: home.vpcID, zone: home.zone, ownerID: context.accountID,
            description: "ELB \(balancer.path)", macAddress: context.newMACAddress(),
            addresses: [.init(address: address, isPrimary: true)], groupIDs: balancer.groupIDs)
        switch balancer.kind {
        case .application: break
        case .network: interface.interfaceType = "network_load_balancer"
        case .gateway: interface.interfaceType = "gateway_load_balancer"
        }
        interface.isRequesterManaged = true
        interface.requesterID = "amazon-elb"
        interface.sourceDestCheck = balancer.kind == .application
        interface.attachment = NetworkInterface.Attachment(
            id: context.newID("ela-attach"), instanceID: "", instanceOwnerID: "amazon-elb", deviceIndex: 1,
            attachTime: context.now, deleteOnTermination: false)
        if isInternetFacing, allocation == nil {
            interface.addresses[0].association = NetworkInterface.PublicAddress(
                address: context.newPublicAddress(), ownerID: "amazon-elb")
        }
        if balancer.ipAddressType != "ipv4", let six = home.ipv6Address(context.world.ids.bits("ipv6-address")) {
            interface.ipv6Addresses = [six.description]
        }
        context.ec2.networkInterfaces.insert(interface)
        if let allocation {
            context.ec2.associate(
                allocation.id, with: interface.id, privateAddress: address, associationID: context.newID("eipassoc"),
                ownerID: context.accountID)
        }
        var zone = LoadBalancer.Zone(
            zone: home.zone, subnetID: home.id, interfaceID: interface.id, privateAddress: address,
            publicAddress: allocation?.address ?? interface.addresses[0].association?.address,
            allocationID: allocation?.id)
        zone.choseAddress = privateAddress != nil
        zone.ipv6Address = balancer.kind == .network ? interface.ipv6Addresses.first : nil
        return zone
    }
}

/// Which types of addresses a balancer can have.
enum IPAddressTypes {
    static func checked(
        _ type: String, _ kind: LoadBalancer.Kind, isInternetFacing: Bool, _ sites: [Placement.Site]
    ) throws(ServiceError) -> String {
        guard type != "ipv4" else { return type }
        guard type == "dualstack" || kind == .application && isInternetFacing else {
            throw ELBError.configuration(
                "IP address type '\(type)' is only supported for internet-facing load balancers with type 'application'"
            )
        }
        for site in sites where site.subnet.ipv6Blocks.isEmpty {
            throw ServiceError(
                "InvalidSubnet", "You must specify subnets with an associated IPv6 CIDR block: '\(site.subnet.id)'")
        }
        return type
    }
}
