import CloudState
import EmulatorCore
import JSONValue
import LabFormat
import PolicyEngine
import ServiceModel

/// The emulated account before a submission's program runs: what `account` in the lab says of it.
struct RegionSetUp: Sendable {
    private let quotas: [LabAccount.Quota]
    private let shortages: [LabAccount.Shortage]
    /// The policies of the IAM user that the student is; nil where nothing is enforced, and the student is nobody in IAM.
    private let permissions: IAMPermissions?
    private let given: [GivenCall]
    private let region: String

    /// - Throws: where the lab names a policy that AWS does not offer, or gives one that is none.
    init(_ lab: Lab, region: String) throws(GradingError) {
        let account = lab.account
        given = lab.given
        self.region = region
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
        // What fails has failed in the rehearsal.
        try? make(&world, student)
        prepareAccount(&world, student)
    }

    /// Makes the calls that the lab gives on a world that is thrown away.
    ///
    /// - Throws: where one of them fails, which is the lab's fault and not the submission's.
    func rehearse(seed: String, epoch: Timestamp, student: Caller) throws(GradingError) {
        guard !given.isEmpty else { return }
        var world = World(seed: seed, epoch: epoch, accountID: student.accountID)
        world.automation = Services.automation(enforcesIAM: permissions != nil)
        try make(&world, student)
    }

    private func make(_ world: inout World, _ student: Caller) throws(GradingError) {
        let root = Caller(
            accessKeyID: "", accountID: student.accountID, arn: "arn:aws:iam::\(student.accountID):root",
            userID: student.accountID)
        for call in given {
            do throws(ServiceError) {
                try world.perform(call.service, call.operation, call.parameters, region: region, caller: root)
            } catch {
                throw GradingError(
                    "the lab's 'given' in line \(call.location.line), \(call.service):\(call.operation), fails: \(error.code): \(error.message)"
                )
            }
        }
        if !given.isEmpty { world.settle() }
    }

    private func prepareAccount(_ world: inout World, _ student: Caller) {
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
