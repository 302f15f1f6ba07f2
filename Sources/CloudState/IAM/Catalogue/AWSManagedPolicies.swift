import PolicyEngine
import ServiceModel
import Synchronization

/// The policies that AWS offers to every account.
///
/// Those that the course and common tutorials attach. ReadOnlyAccess and the other job functions name hundreds of
/// actions on AWS; here they are shortened to the services that are emulated, with wildcards.
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>
package enum AWSManagedPolicies {
    package static let administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

    /// All of them, in the order of their names.
    package static let all: [ManagedPolicy] = rows.values.compactMap(\.policy).sorted { $0.name < $1.name }

    package static func policy(arn: String) -> ManagedPolicy? {
        guard arn.hasPrefix(arnPrefix) else { return nil }
        return rows[arn]?.policy
    }

    private static let arnPrefix = "arn:aws:iam::aws:policy"

    /// A policy that is read when it is first asked for: most are not.
    private final class Row: Sendable {
        private let line: Substring
        private let read = Mutex<ManagedPolicy?>(nil)

        init(_ line: Substring) { self.line = line }

        var policy: ManagedPolicy? {
            read.withLock { policy in
                if policy == nil { policy = AWSManagedPolicies.read(line) }
                return policy
            }
        }
    }

    /// By ARN.
    private static let rows: [String: Row] = Dictionary(
        tables.flatMap { $0.split(separator: "\n") }.map { line in
            ("\(arnPrefix)\(line.prefix { $0 != "|" })", Row(line))
        }, uniquingKeysWith: { first, _ in first })

    private static let tables = [generalTable, computeTable, serviceRoleTable, otherServiceTable]

    /// One line a policy: path and name, version, date of the first and of the current version, description, document.
    private static func read(_ line: Substring) -> ManagedPolicy? {
        let fields = line.split(separator: "|", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6, let slash = fields[0].lastIndex(of: "/"), let version = Int(fields[1]),
            let created = Timestamp(iso8601: fields[2]), let updated = Timestamp(iso8601: fields[3]),
            let document = try? PolicyDocument(fields[5], as: .identity)
        else {
            assertionFailure("no AWS managed policy: \(line.prefix(80))")
            return nil
        }
        let name = String(fields[0][fields[0].index(after: slash)...])
        return ManagedPolicy(
            name: name, policyID: id(name), path: String(fields[0][...slash]), owner: "aws",
            description: fields[4].isEmpty ? nil : fields[4], document: document, createDate: created,
            version: version, updateDate: updated)
    }

    /// A form-correct id that a name always leads to.
    private static func id(_ name: String) -> String {
        var ids = IDGenerator(seed: name)
        return "ANPAI" + ids.capitals("policy", count: 16)
    }
}
