import CloudState
import ServiceModel

/// The account's alias and its summary, and lists that are empty here.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>
enum AccountCalls {
    static let operations: [String: Handler] = [
        "CreateAccountAlias": .write(createAlias),
        "DeleteAccountAlias": .write(deleteAlias),
        "GetAccountSummary": .read(summary),
        "ListAccountAliases": .read(listAliases),
        "ListSAMLProviders": .read { _, _ in Response(["SAMLProviderList": []]) },
        "SetSecurityTokenServicePreferences": .write { context, input throws(ServiceError) in
            context.iam.globalTokenVersion = input.string("GlobalEndpointTokenVersion") ?? ""
            return .empty
        },
    ]

    static func createAlias(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let alias = input.string("AccountAlias") ?? ""
        let isValid =
            alias.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-") }
            && !alias.hasPrefix("-") && !alias.hasSuffix("-") && !alias.contains("--")
            && !alias.utf8.allSatisfy({ (48...57).contains($0) })
        guard isValid else {
            throw IAMError.validation(
                "1 validation error detected: Value '\(alias)' at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
            )
        }
        // Another alias takes the place of the one that there is.
        context.iam.accountAlias = alias
        return .empty
    }

    static func deleteAlias(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let alias = input.string("AccountAlias") ?? ""
        guard context.iam.accountAlias == alias else {
            throw IAMError.noSuchEntity("The account alias with name \(alias) cannot be found.")
        }
        context.iam.accountAlias = nil
        return .empty
    }

    static func listAliases(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try IAMPage([context.iam.accountAlias].compactMap { $0 }, input).response("AccountAliases", Value.string)
    }

    static func summary(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let state = context.iam
        let inUse = state.mfaDevices.count { $0.userName != nil }
        let entries: KeyValuePairs<String, Int> = [
            "AccessKeysPerUserQuota": 2, "AccountAccessKeysPresent": 0, "AccountMFAEnabled": 0,
            "AccountPasswordPresent": 1, "AccountSigningCertificatesPresent": 0, "AssumeRolePolicySizeQuota": 2048,
            "AttachedPoliciesPerGroupQuota": 10, "AttachedPoliciesPerRoleQuota": 10,
            "AttachedPoliciesPerUserQuota": 10,
            "GlobalEndpointTokenVersion": state.globalTokenVersion == "v2Token" ? 2 : 1, "GroupPolicySizeQuota": 5120,
            "Groups": state.groups.count, "GroupsPerUserQuota": 10, "GroupsQuota": 300,
            "InstanceProfiles": state.instanceProfiles.count, "InstanceProfilesQuota": 1000,
            "MFADevices": state.mfaDevices.count, "MFADevicesInUse": inUse, "Policies": state.policies.count,
            "PoliciesQuota": 1500, "PolicySizeQuota": 6144,
            "PolicyVersionsInUse": state.policies.reduce(0) { $0 + $1.versions.count },
            "PolicyVersionsInUseQuota": 10_000, "Providers": state.openIDProviders.count, "RolePolicySizeQuota": 10_240,
            "Roles": state.roles.count, "RolesQuota": 1000, "ServerCertificates": state.serverCertificates.count,
            "ServerCertificatesQuota": 20,
            "SigningCertificatesPerUserQuota": 2, "UserPolicySizeQuota": 2048, "Users": state.users.count,
            "UsersQuota": 5000, "VersionsPerPolicyQuota": 5,
        ]
        var map = Fields()
        for entry in entries { map.append(entry.key, .integer(entry.value)) }
        return Response(["SummaryMap": .map(map)])
    }
}
