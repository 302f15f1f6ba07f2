import CloudState
import JSONValue
import LabFormat
import PolicyEngine

/// The emulated account before a submission's program runs: what `account` in the lab says of it.
struct RegionSetUp: Sendable {
    private let quotas: [LabAccount.Quota]
    private let shortages: [LabAccount.Shortage]
    /// The policies of the IAM user that the student is; nil where nothing is enforced, and the student is nobody in IAM.
    private let permissions: IAMPermissions?

    /// - Throws: where the lab names a policy that AWS does not offer, or gives one that is none.
    init(_ account: LabAccount) throws(GradingError) {
        quotas = account.quotas
        shortages = account.shortages
        guard account.enforcesIAM else {
            permissions = nil
            return
        }
        var permissions = IAMPermissions()
        if account.studentPolicies.isEmpty { permissions.attach(AWSManagedPolicies.administrator) }
        for (index, policy) in account.studentPolicies.enumerated() {
            switch policy {
            case .managed(let name):
                guard let known = AWSManagedPolicies.all.first(where: { $0.name == name || $0.arn == name }) else {
                    throw GradingError(
                        "the lab's 'student_policies' name '\(name)', which is no AWS managed policy known here; give the policy itself instead"
                    )
                }
                permissions.attach(known.arn)
            case .inline(let json):
                do throws(PolicyError) {
                    permissions["lab-\(index + 1)"] = try PolicyDocument(json.serializedString(), as: .identity)
                } catch {
                    throw GradingError("policy \(index + 1) of the lab's 'student_policies' is none: \(error.message)")
                }
            }
        }
        self.permissions = permissions
    }

    /// Brings a fresh world to that.
    func prepare(_ world: inout World, student: Caller) {
        for quota in quotas {
            guard let bucket = VCPUQuota(name: quota.bucket.rawValue) else { continue }
            world.capacity.quotas[bucket, isSpot: quota.isSpot] = quota.vCPUs
        }
        world.capacity.shortages += shortages.map { Capacity.Shortage(zone: $0.zone, types: $0.types) }
        guard let permissions else { return }
        var user = IAMUser(
            name: "student", userID: student.userID, path: "/", accountID: world.accountID, createDate: world.epoch)
        user.permissions = permissions
        world.iam.users.insert(user)
        world.iam.accessKeys.insert(
            AccessKey(
                id: StudentBox.accessKeyID, secret: StudentBox.secretAccessKey, userName: user.name,
                createDate: world.epoch))
    }
}
