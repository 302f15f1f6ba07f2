/// What AWS demands of a policy beyond its grammar, with its messages.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>
enum PolicyRules {
    static func check(_ policy: Policy, as kind: PolicyKind) throws(PolicyError) {
        for statement in policy.statements {
            if let sid = statement.sid, kind != .resource {
                guard
                    sid.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) })
                else {
                    throw PolicyError(
                        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
                    )
                }
            }
            guard !statement.actions.texts.isEmpty else {
                throw PolicyError("Policy statement must contain actions.")
            }
            for action in statement.actions.texts { try check(action: action, as: kind) }
            guard let resources = statement.resources else { continue }
            guard !resources.texts.isEmpty else {
                throw PolicyError("Policy statement must contain resources.")
            }
            for resource in resources.texts { try check(resource: resource) }
        }
    }

    private static func check(action: String, as kind: PolicyKind) throws(PolicyError) {
        if action == "*", kind != .trust { return }
        let parts = action.split(separator: ":", omittingEmptySubsequences: false)
        if kind == .trust {
            guard parts.count == 2, parts[0].lowercased() == "sts" else {
                throw PolicyError("AssumeRole policy may only specify STS AssumeRole actions.")
            }
            return
        }
        guard parts.count >= 2 else {
            throw PolicyError("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
        }
        guard parts.count == 2 else { throw PolicyError("Actions/Condition can contain only one colon.") }
        let isVendor =
            !parts[0].isEmpty
            && parts[0].utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 0x2D || $0 == 0x2E
            }
        guard isVendor else { throw PolicyError("Vendor \(parts[0].prefix(64)) is not valid") }
        guard !parts[1].isEmpty else { throw .syntax }
    }

    private static let iamResourceTypes = [
        "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
        "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
    ]

    private static func check(resource: String) throws(PolicyError) {
        if resource == "*" { return }
        let parts = resource.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.first == "arn" else {
            throw PolicyError("Resource \(resource.prefix(512)) must be in ARN format or \"*\".")
        }
        // `arn:*` and `arn:aws:*` leave the rest open.
        if parts.count < 6, resource.hasSuffix("*") { return }
        guard parts.count == 6 else {
            throw PolicyError("Resource \(resource.prefix(512)) must be in ARN format or \"*\".")
        }
        guard ["aws", "aws-cn", "aws-us-gov", "*"].contains(parts[1]) || parts[1].hasPrefix("${") else {
            throw PolicyError(
                "Partition \"\(parts[1].prefix(64))\" is not valid for resource \"\(resource.prefix(512))\".")
        }
        let vendor = parts[2]
        guard vendor == "*" || !vendor.contains(where: { $0 == "*" || $0 == "?" }) else {
            throw PolicyError("Resource vendor must be fully qualified and cannot contain regexes.")
        }
        guard vendor != "s3" || parts[3].isEmpty || parts[3] == "*" || parts[5].hasPrefix("accesspoint/") else {
            throw PolicyError("Resource \(resource.prefix(512)) can not contain region information.")
        }
        guard vendor == "iam" else { return }
        guard parts[3].isEmpty || parts[3] == "*" else {
            throw PolicyError("IAM resource \(resource.prefix(512)) cannot contain region information.")
        }
        let path = parts[5]
        guard
            path == "root" || path.hasPrefix("*") || iamResourceTypes.contains(where: { path.hasPrefix($0) })
                || path.contains("*")
        else {
            throw PolicyError(
                "IAM resource path must either be \"*\" or start with \(iamResourceTypes.joined(separator: ", ")).")
        }
    }
}
