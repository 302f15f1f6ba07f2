import PolicyEngine
import ServiceModel

/// The policies that AWS offers to every account.
///
/// Those that the course and common tutorials attach. ReadOnlyAccess and the other job functions name hundreds of
/// actions on AWS; here they are shortened to the services that are emulated, with wildcards.
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>
package enum AWSManagedPolicies {
    package static let administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

    /// All of them, in the order of their names.
    package static let all: [ManagedPolicy] = tables.flatMap { $0.split(separator: "\n") }.compactMap(read)
        .sorted { $0.name < $1.name }

    package static func policy(arn: String) -> ManagedPolicy? {
        guard arn.hasPrefix("arn:aws:iam::aws:") else { return nil }
        return byARN[arn]
    }

    private static let byARN = Dictionary(all.map { ($0.arn, $0) }, uniquingKeysWith: { first, _ in first })

    private static let tables = [generalTable, computeTable, serviceRoleTable]

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
