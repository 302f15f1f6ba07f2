import CloudState
import ServiceModel

/// The filters of DescribeInstances beside those of `DescribeInstances.listing`: what an interface of the instance has,
/// and what few clients ask for.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>
enum InstanceFilters {
    typealias FilterValues = Listing<Instance>.FilterValues

    static let all: [String: FilterValues] = [own, interfaces, absent].reduce(into: [:]) { all, some in
        all.merge(some) { first, _ in first }
    }

    private static let own: [String: FilterValues] = [
        "current-instance-boot-mode": { instance, _ in InstanceViews.currentBootMode(instance).map { [$0] } ?? [] },
        "ebs-optimized": { instance, _ in ["\(instance.isEBSOptimized)"] },
        "ena-support": { instance, _ in ["\(instance.enaSupport)"] },
        "ipv6-address": { instance, state in of(instance, state).flatMap(\.ipv6Addresses) },
        "metadata-options.http-protocol-ipv4": { instance, _ in [instance.metadata.httpEndpoint] },
        "metadata-options.http-protocol-ipv6": { instance, _ in [instance.metadata.httpProtocolIPv6] },
        "metadata-options.state": { instance, _ in [instance.state == .pending ? "pending" : "applied"] },
        "network-performance-options.bandwidth-weighting": { _, _ in ["default"] },
        "operator.managed": { _, _ in ["false"] },
        "private-dns-name-options.enable-resource-name-dns-a-record": { instance, _ in
            ["\(instance.publishesARecord)"]
        },
        "private-dns-name-options.enable-resource-name-dns-aaaa-record": { instance, _ in
            ["\(instance.publishesAAAARecord)"]
        },
        "usage-operation-update-time": { instance, state in
            [InstanceViews.firstLaunch(instance, of(instance, state).first).iso8601]
        },
    ]

    /// An instance has the values of all of its interfaces.
    private static let interfaces: [String: FilterValues] = {
        var filters: [String: FilterValues] = [:]
        for (name, values) in NetworkInterfaceViews.listing.filters {
            filters["network-interface.\(name)"] = { instance, state in
                of(instance, state).flatMap { values($0, state) }
            }
        }
        for (name, same) in [
            ("addresses.association.ip-owner-id", "addresses.association.owner-id"),
            ("ipv6-address", "ipv6-addresses.ipv6-address"), ("public-dns-name", "association.public-dns-name"),
        ] {
            filters["network-interface.\(name)"] = filters["network-interface.\(same)"]
        }
        filters["network-interface.addresses.association.allocation-id"] = { instance, state in
            associations(instance, state).compactMap(\.allocationID)
        }
        filters["network-interface.addresses.association.association-id"] = { instance, state in
            associations(instance, state).compactMap(\.associationID)
        }
        filters["network-interface.addresses.association.public-dns-name"] = { instance, state in
            guard state.vpcs[instance.vpcID]?.dnsHostnames ?? false else { return [] }
            let region = String(instance.zone.dropLast())
            return associations(instance, state).map { InstanceViews.publicName($0.address, region) }
        }
        filters["network-interface.addresses.private-dns-name"] = { instance, state in
            let region = String(instance.zone.dropLast())
            return of(instance, state).flatMap(\.addresses).compactMap {
                InstanceViews.privateName(instance, $0.address, region)
            }
        }
        filters["network-interface.deny-all-igw-traffic"] = { instance, state in
            of(instance, state).map { _ in "false" }
        }
        filters["network-interface.ipv6-addresses.is-primary-ipv6"] = { instance, state in
            of(instance, state).flatMap(\.ipv6Addresses).map { _ in "false" }
        }
        filters["network-interface.ipv6-native"] = { instance, state in
            of(instance, state).map { "\($0.addresses.isEmpty)" }
        }
        filters["network-interface.tag-key"] = { instance, state in
            of(instance, state).flatMap { $0.tags.tags.map(\.key) }
        }
        filters["network-interface.tag-value"] = { instance, state in
            of(instance, state).flatMap { $0.tags.tags.map(\.value) }
        }
        return filters
    }()

    /// What no instance here has, so that nothing matches: hosts of one's own, reservations of capacity, Outposts, product
    /// codes, kernels.
    private static let absent: [String: FilterValues] = Dictionary(
        uniqueKeysWithValues: [
            "affinity", "capacity-reservation-id",
            "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
            "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn",
            "host-id", "kernel-id", "operator.principal", "outpost-arn", "product-code", "product-code.type",
            "ramdisk-id", "requester-id", "tpm-support", "network-interface.addresses.association.carrier-ip",
            "network-interface.addresses.association.customer-owned-ip", "network-interface.association.carrier-ip",
            "network-interface.association.customer-owned-ip", "network-interface.ipv4-prefixes.ipv4-prefix",
            "network-interface.ipv6-prefixes.ipv6-prefix", "network-interface.outpost-arn",
        ].map { name -> (String, FilterValues) in (name, { _, _ in [] }) })

    private static func of(_ instance: Instance, _ state: EC2State) -> [NetworkInterface] {
        instance.networkInterfaceIDs.compactMap { state.networkInterfaces[$0] }
    }

    private static func associations(
        _ instance: Instance, _ state: EC2State
    ) -> [NetworkInterface.PublicAddress] {
        of(instance, state).flatMap { $0.addresses.compactMap(\.association) }
    }
}
