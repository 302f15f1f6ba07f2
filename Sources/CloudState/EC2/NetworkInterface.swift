package import ServiceModel

/// An elastic network interface.
package struct NetworkInterface: ResourceRecord {
    package struct PrivateAddress: Sendable, Equatable {
        package var address: IPv4Address
        package var isPrimary: Bool
        package var association: PublicAddress?

        package init(address: IPv4Address, isPrimary: Bool, association: PublicAddress? = nil) {
            self.address = address
            self.isPrimary = isPrimary
            self.association = association
        }
    }

    /// A public IPv4 address: one that AWS lends while the instance runs, or an Elastic IP.
    package struct PublicAddress: Sendable, Equatable {
        package var address: IPv4Address
        /// `amazon`, or the account for an Elastic IP.
        package var ownerID: String
        package var allocationID: String?
        package var associationID: String?

        package init(address: IPv4Address, ownerID: String, allocationID: String? = nil, associationID: String? = nil) {
            self.address = address
            self.ownerID = ownerID
            self.allocationID = allocationID
            self.associationID = associationID
        }
    }

    package struct Attachment: Sendable, Equatable {
        package var id: String
        package var instanceID: String
        package var instanceOwnerID: String
        package var deviceIndex: Int
        package var networkCardIndex = 0
        package var attachTime: Timestamp
        package var deleteOnTermination: Bool
        package var isAttaching = false
        package var isDetaching = false

        package init(
            id: String, instanceID: String, instanceOwnerID: String, deviceIndex: Int, attachTime: Timestamp,
            deleteOnTermination: Bool
        ) {
            self.id = id
            self.instanceID = instanceID
            self.instanceOwnerID = instanceOwnerID
            self.deviceIndex = deviceIndex
            self.attachTime = attachTime
            self.deleteOnTermination = deleteOnTermination
        }
    }

    package var id: String
    package var subnetID: String
    package var vpcID: String
    package var zone: String
    package var ownerID: String
    package var description: String
    package var macAddress: String
    package var addresses: [PrivateAddress]
    package var ipv6Addresses: [String] = []
    /// Ranges of sixteen addresses.
    package var ipv4Prefixes: [IPv4Block] = []
    /// Of 80 bits each.
    package var ipv6Prefixes: [IPv6Block] = []
    package var groupIDs: [String]
    package var sourceDestCheck = true
    package var interfaceType = "interface"
    package var requesterID: String?
    package var isRequesterManaged = false
    /// Whether AWS lends a public address each time the instance starts.
    package var borrowsPublicAddress = false
    package var attachment: Attachment?
    /// The attachment that was undone a moment ago: who asks by its id still finds it, as `detached`.
    package var formerAttachment: Attachment?
    package var tags = Tags()

    package init(
        id: String, subnetID: String, vpcID: String, zone: String, ownerID: String, description: String,
        macAddress: String, addresses: [PrivateAddress], groupIDs: [String]
    ) {
        self.id = id
        self.subnetID = subnetID
        self.vpcID = vpcID
        self.zone = zone
        self.ownerID = ownerID
        self.description = description
        self.macAddress = macAddress
        self.addresses = addresses
        self.groupIDs = groupIDs
    }

    package var primary: PrivateAddress? { addresses.first(where: \.isPrimary) ?? addresses.first }
}

extension EC2State {
    /// The interface that has a private address, in a VPC or, where none is said, in the first that has it.
    package func networkInterface(havingPrivate address: IPv4Address, in vpcID: String? = nil) -> NetworkInterface? {
        networkInterfaces.first { interface in
            vpcID.map { $0 == interface.vpcID } ?? true && interface.addresses.contains { $0.address == address }
        }
    }

    /// The first private address of an instance's primary interface.
    package func primaryAddress(ofInstance id: String) -> IPv4Address? {
        networkInterfaces.first { $0.attachment?.instanceID == id && $0.attachment?.deviceIndex == 0 }?
            .addresses.first?.address
    }
}
