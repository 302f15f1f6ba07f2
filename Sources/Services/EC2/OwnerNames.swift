import ServiceModel

/// Whose images or snapshots are asked for: an account's number, or one of a few names.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>: `InvalidUserID.Malformed`.
enum OwnerNames {
    static func check(
        _ owners: [String], names: Set<String> = ["self", "amazon", "aws-marketplace", "aws-backup-vault"]
    ) throws(ServiceError) {
        for owner in owners where !names.contains(owner) {
            guard owner.isAccountNumber else {
                throw ServiceError("InvalidUserID.Malformed", "Invalid user id: \"\(owner.prefix(128))\"")
            }
        }
    }
}
