package import ServiceModel

/// Something that is wrong in the world for as long as it lasts, in the terms of AWS Fault Injection Service.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html>
package struct Fault: ResourceRecord {
    /// `fault-` and a number that is never given again.
    package var id: String
    package var region: String
    package var since: Timestamp
    package var kind: Kind

    package enum Kind: Sendable, Equatable {
        /// A whole Availability Zone without power: its hosts are down, nothing reaches its subnets, and nothing can be
        /// launched there. FIS's scenario "AZ Availability: Power Interruption".
        case zoneOutage(zone: String)
        /// `aws:network:disrupt-connectivity`.
        case networkDisruption(subnets: [String], scope: DisruptionScope)
        /// Traffic between two sets of subnets is dropped, both ways.
        case subnetsSeparated([String], from: [String])
        /// A status check of an instance fails: `system` for its host, `instance` for its operating system.
        case impairment(instanceID: String, StatusCheck)
        /// `aws:ec2:api-insufficient-instance-capacity-error` and
        /// `aws:ec2:asg-insufficient-instance-capacity-error`: launches in those zones fail.
        case insufficientCapacity(zones: [String], percentage: Int, of: Launcher)
        /// `aws:fis:inject-api-throttle-error`, `-internal-error` and `-unavailable-error`.
        case apiError(APIFault)
        /// `AWSFIS-Run-CPU-Stress` on an instance: its CPU is that busy, in per cent.
        case cpuStress(instanceID: String, percentage: Int)
    }

    /// What traffic `aws:network:disrupt-connectivity` denies. Traffic within a subnet goes on in every scope.
    ///
    /// <https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#disrupt-connectivity>
    package enum DisruptionScope: String, Sendable, CaseIterable {
        /// All that enters or leaves the subnet.
        case all
        /// To and from subnets of the VPC in other Availability Zones.
        case availabilityZone = "availability-zone"
        /// All that enters or leaves the VPC.
        case vpc
        case dynamodb, s3
        case prefixList = "prefix-list"
    }

    package enum StatusCheck: String, Sendable { case system, instance }

    /// Whose launches fail.
    package enum Launcher: String, Sendable { case api, autoScaling = "auto-scaling" }

    package struct APIFault: Sendable, Equatable {
        package enum Failure: String, Sendable, CaseIterable {
            case throttle = "aws:fis:inject-api-throttle-error"
            case internalError = "aws:fis:inject-api-internal-error"
            case unavailable = "aws:fis:inject-api-unavailable-error"
        }

        package var failure: Failure
        /// The signing name, for instance `ec2`.
        package var service: String
        /// Names of operations; empty for all.
        package var operations: [String]
        /// Of a hundred calls so many fail.
        package var percentage: Int
        /// ARNs of the roles whose calls fail; empty for every caller.
        package var roles: [String]

        package init(
            _ failure: Failure, service: String, operations: [String] = [], percentage: Int = 100, roles: [String] = []
        ) {
            self.failure = failure
            self.service = service
            self.operations = operations
            self.percentage = percentage
            self.roles = roles
        }
    }

    package init(id: String, region: String, since: Timestamp, kind: Kind) {
        self.id = id
        self.region = region
        self.since = since
        self.kind = kind
    }
}
