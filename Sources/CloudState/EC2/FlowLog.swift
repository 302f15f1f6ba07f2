package import ServiceModel

/// A flow log of a VPC, subnet or network interface.
package struct FlowLog: ResourceRecord {
    package var id: String
    package var resourceID: String
    /// `ALL`, `ACCEPT` or `REJECT`; nil for transit gateways.
    package var trafficType: String?
    /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
    package var destinationType: String
    package var destination: String?
    package var logGroupName: String?
    package var roleARN: String?
    package var crossAccountRoleARN: String?
    package var format: String
    /// Seconds.
    package var aggregationInterval: Int
    package var fileFormat: String?
    package var hiveCompatiblePartitions = false
    package var perHourPartition = false
    package var creationTime: Timestamp
    package var tags = Tags()

    package init(
        id: String, resourceID: String, destinationType: String, format: String, aggregationInterval: Int,
        creationTime: Timestamp
    ) {
        self.id = id
        self.resourceID = resourceID
        self.destinationType = destinationType
        self.format = format
        self.aggregationInterval = aggregationInterval
        self.creationTime = creationTime
    }
}

/// Leave for another account to attach a network interface to its instances.
package struct InterfacePermission: ResourceRecord {
    package var id: String
    package var networkInterfaceID: String
    package var accountID: String
    /// `INSTANCE-ATTACH` or `EIP-ASSOCIATE`.
    package var permission: String

    package init(id: String, networkInterfaceID: String, accountID: String, permission: String) {
        self.id = id
        self.networkInterfaceID = networkInterfaceID
        self.accountID = accountID
        self.permission = permission
    }
}
