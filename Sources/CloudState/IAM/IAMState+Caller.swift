package import PolicyEngine
package import ServiceModel

extension IAMState {
    /// Who is behind an access key; nil where the account has no such key.
    package func caller(accessKeyID: String, accountID: String, now: Timestamp) -> Result<Caller, CallerError>? {
        if let key = accessKeys[accessKeyID] {
            guard key.isActive else { return .failure(.inactive) }
            guard let user = user(key.userName) else { return .failure(.inactive) }
            return .success(
                Caller(
                    accessKeyID: accessKeyID, accountID: accountID, arn: user.arn, userID: user.userID,
                    principal: .user(user.name)))
        }
        guard let session = sessions[accessKeyID] else { return nil }
        guard session.expiration > now else { return .failure(.expired) }
        return .success(
            Caller(
                accessKeyID: accessKeyID, accountID: accountID, arn: session.arn, userID: session.userID,
                principal: .session(session.id)))
    }

    /// Why an access key that the account has, or had, is no good.
    package enum CallerError: Error, Sendable, Equatable { case inactive, expired }
}

// MARK: - The policies that have a say

extension IAMState {
    /// The policies of a user and of the user's groups.
    package func policies(of user: IAMUser) -> PolicySet {
        var set = policies(user.permissions, .user)
        for name in user.groups {
            if let group = group(name) { set.identity += policies(group.permissions, .group).identity }
        }
        return set
    }

    package func policies(of role: IAMRole) -> PolicySet { policies(role.permissions, .role) }

    package func policies(of group: IAMGroup) -> PolicySet { policies(group.permissions, .group) }

    private func policies(_ permissions: IAMPermissions, _ source: NamedPolicy.Source) -> PolicySet {
        var set = PolicySet()
        for inline in permissions.inline {
            set.identity.append(NamedPolicy(name: inline.name, source: source, policy: inline.document.policy))
        }
        set.identity += named(permissions.attached)
        // A boundary that is gone allows nothing.
        if let boundary = permissions.boundary { set.boundary = named([boundary]) }
        return set
    }

    /// Managed policies by ARN; those that are gone are left out.
    package func named(_ arns: [String]) -> [NamedPolicy] {
        arns.compactMap { arn in
            guard let policy = policy(arn: arn), let document = policy.document else { return nil }
            return NamedPolicy(
                name: arn, source: policy.isAWSManaged ? .awsManaged : .userManaged, policy: document.policy)
        }
    }

    /// The policies that say what a caller may do; nil for the account itself, which may do everything.
    package func policies(of caller: Caller) -> PolicySet? {
        switch caller.principal {
        case .account: return nil
        case .user(let name): return user(name).map(policies(of:)) ?? PolicySet()
        case .role(let name): return role(name).map(policies(of:)) ?? PolicySet()
        case .session(let id):
            guard let session = sessions[id] else { return PolicySet() }
            var set: PolicySet
            switch session.source {
            case .role(let name): set = role(name).map(policies(of:)) ?? PolicySet()
            case .user(let name): set = user(name).map(policies(of:)) ?? PolicySet()
            case .federated(let name?): set = user(name).map(policies(of:)) ?? PolicySet()
            case .account: return nil
            case .federated(nil): set = PolicySet(identity: named([AWSManagedPolicies.administrator]))
            }
            let documents = session.policies.enumerated().map { index, document in
                NamedPolicy(name: "session-policy-\(index + 1)", source: .none, policy: document.policy)
            }
            if !documents.isEmpty || !session.policyARNs.isEmpty {
                set.session = documents + named(session.policyARNs)
            } else if case .federated = session.source {
                // A federated session without a policy may do nothing.
                set.session = []
            }
            return set
        }
    }

    /// The principal of a caller, as `Principal` elements name it.
    package func principal(of caller: Caller) -> AccessRequest.Principal {
        var principal = AccessRequest.Principal(arn: caller.arn, accountID: caller.accountID)
        if case .role(let name) = caller.principal { principal.roleARN = role(name)?.arn }
        if case .session(let id) = caller.principal, let session = sessions[id] {
            switch session.source {
            case .role(let name): principal.roleARN = role(name)?.arn
            // GetSessionToken leaves one who one was.
            case .user, .account, .federated: break
            }
        }
        return principal
    }

    /// The condition keys that every request has.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    package func context(of caller: Caller, region: String, now: Timestamp) -> ConditionContext {
        var context = ConditionContext()
        context.set("aws:PrincipalArn", principal(of: caller).roleARN ?? caller.arn)
        context.set("aws:PrincipalAccount", caller.accountID)
        context.set("aws:userid", caller.userID)
        context.set("aws:CurrentTime", now.iso8601Seconds)
        context.set("aws:EpochTime", "\(now.milliseconds / 1000)")
        context.set("aws:SecureTransport", "true")
        context.set("aws:SourceIp", "127.0.0.1")
        context.set("aws:RequestedRegion", region)
        context.set("aws:ViaAWSService", "false")
        var tags = Tags()
        switch caller.principal {
        case .account: context.set("aws:PrincipalType", "Account")
        case .user(let name):
            context.set("aws:PrincipalType", "User")
            context.set("aws:username", name)
            tags = user(name)?.tags ?? tags
        case .role(let name):
            context.set("aws:PrincipalType", "AssumedRole")
            tags = role(name)?.tags ?? tags
        case .session(let id):
            guard let session = sessions[id] else { break }
            context.set("aws:TokenIssueTime", session.issueTime.iso8601Seconds)
            context.set("aws:MultiFactorAuthPresent", session.isMultiFactor ? "true" : "false")
            if session.isMultiFactor {
                let age = (now.milliseconds - session.issueTime.milliseconds) / 1000
                context.set("aws:MultiFactorAuthAge", "\(age)")
            }
            switch session.source {
            case .role(let name):
                context.set("aws:PrincipalType", "AssumedRole")
                tags = role(name)?.tags ?? tags
            case .user(let name):
                context.set("aws:PrincipalType", "User")
                context.set("aws:username", name)
                tags = user(name)?.tags ?? tags
            case .federated: context.set("aws:PrincipalType", "FederatedUser")
            case .account: context.set("aws:PrincipalType", "Account")
            }
            for tag in session.tags.tags { tags[tag.key] = tag.value }
            if let identity = session.sourceIdentity { context.set("aws:SourceIdentity", identity) }
        }
        for tag in tags.tags { context.set("aws:PrincipalTag/\(tag.key)", tag.value) }
        return context
    }
}
