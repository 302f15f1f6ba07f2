package import JSONValue

/// The emulated account as a submission's program finds it.
package struct LabAccount: Sendable, Hashable {
    /// The buckets of AWS's vCPU quotas, as Service Quotas names them.
    ///
    /// <https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html>
    package enum QuotaBucket: String, Sendable, CaseIterable {
        case standard
        case f
        case gAndVT = "g-and-vt"
        case p, x, inf, trn, dl, hpc
        case highMemory = "high-memory"
    }

    /// How many vCPUs of a bucket may run in each region.
    package struct Quota: Sendable, Hashable {
        package var bucket: QuotaBucket
        package var isSpot: Bool
        package var vCPUs: Int
    }

    /// Instances that AWS has none left of.
    package struct Shortage: Sendable, Hashable {
        /// A type, a series with `.*` as in `m5.*`, or `*` for all.
        package var types: String
        /// Nil for all zones.
        package var zone: String?
    }

    /// What the student may do where IAM is enforced.
    package enum StudentPolicy: Sendable, Hashable {
        /// The name of a policy that AWS offers to every account.
        case managed(String)
        /// A policy of the lab's own, as JSON.
        case inline(JSON)
    }

    /// Whether every call is held against the caller's IAM policies.
    package var enforcesIAM = false
    /// Empty for AdministratorAccess.
    package var studentPolicies: [StudentPolicy] = []
    package var quotas: [Quota] = []
    package var shortages: [Shortage] = []

    package init() {}
}
