/// A policy with what one calls it: a managed policy's ARN, an inline policy's name.
package struct NamedPolicy: Sendable, Equatable {
    /// The kinds that SimulatePrincipalPolicy tells apart.
    package enum Source: String, Sendable {
        case user, group, role
        case awsManaged = "aws-managed"
        case userManaged = "user-managed"
        case resource, none
    }

    package var name: String
    package var source: Source
    package var policy: Policy

    package init(name: String, source: Source, policy: Policy) {
        self.name = name
        self.source = source
        self.policy = policy
    }
}

/// All policies that have a say in a request.
package struct PolicySet: Sendable, Equatable {
    package var identity: [NamedPolicy]
    /// The permissions boundary; nil where there is none.
    package var boundary: [NamedPolicy]?
    /// The policies of the session; nil where it was begun without.
    package var session: [NamedPolicy]?
    package var resource: [NamedPolicy]

    package init(
        identity: [NamedPolicy] = [], boundary: [NamedPolicy]? = nil, session: [NamedPolicy]? = nil,
        resource: [NamedPolicy] = []
    ) {
        self.identity = identity
        self.boundary = boundary
        self.session = session
        self.resource = resource
    }
}

/// The statement that decided.
package struct MatchedStatement: Sendable, Equatable {
    package var policyName: String
    package var source: NamedPolicy.Source
    /// From 0.
    package var index: Int
    package var sid: String?
}

/// What came of a request, and why.
package struct Decision: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case allowed
        case explicitlyDenied(by: PolicyType)
        /// Nobody allowed it; the kind of policy that it takes.
        case implicitlyDenied(for: PolicyType)
    }

    /// As AWS's messages call them.
    package enum PolicyType: String, Sendable {
        case identity = "identity-based policy"
        case boundary = "permissions boundary"
        case session = "session policy"
        case resource = "resource-based policy"
    }

    package var outcome: Outcome
    /// The statements that matched with the deciding effect; empty where nothing matched.
    package var statements: [MatchedStatement]

    package var isAllowed: Bool { outcome == .allowed }
}

extension PolicySet {
    /// Evaluates a request as AWS does within one account: an explicit deny anywhere wins; then boundary and session
    /// policies must allow what the identity's policies allow; a resource's policy that names the principal allows by
    /// itself.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
    package func decide(_ request: AccessRequest) -> Decision {
        let groups: [(Decision.PolicyType, [NamedPolicy])] = [
            (.identity, identity), (.boundary, boundary ?? []), (.session, session ?? []), (.resource, resource),
        ]
        for (type, policies) in groups {
            let denying = Self.matches(policies, .deny, request, needsPrincipal: type == .resource)
            guard denying.isEmpty else {
                return Decision(outcome: .explicitlyDenied(by: type), statements: denying)
            }
        }
        let byIdentity = Self.matches(identity, .allow, request, needsPrincipal: false)
        let byResource = Self.matches(resource, .allow, request, needsPrincipal: true)
        let naming = byResource.map { self.naming($0, request.principal) }.max() ?? .not
        // Neither boundary nor session limits what a resource's policy grants to the very one who asks.
        if naming == .exactly { return Decision(outcome: .allowed, statements: byResource) }
        guard !byIdentity.isEmpty || naming == .role else {
            return Decision(outcome: .implicitlyDenied(for: .identity), statements: [])
        }
        if let boundary, Self.matches(boundary, .allow, request, needsPrincipal: false).isEmpty {
            return Decision(outcome: .implicitlyDenied(for: .boundary), statements: [])
        }
        if let session, Self.matches(session, .allow, request, needsPrincipal: false).isEmpty {
            return Decision(outcome: .implicitlyDenied(for: .session), statements: [])
        }
        return Decision(outcome: .allowed, statements: byIdentity + byResource)
    }

    private func naming(_ match: MatchedStatement, _ principal: AccessRequest.Principal) -> Principals.Naming {
        for named in resource where named.name == match.policyName {
            guard named.policy.statements.indices.contains(match.index) else { continue }
            return named.policy.statements[match.index].principals?.naming(principal) ?? .not
        }
        return .not
    }

    private static func matches(
        _ policies: [NamedPolicy], _ effect: Statement.Effect, _ request: AccessRequest, needsPrincipal: Bool
    ) -> [MatchedStatement] {
        var found: [MatchedStatement] = []
        for named in policies {
            for (index, statement) in named.policy.statements.enumerated()
            where statement.effect == effect
                && statement.applies(
                    to: request, hasVariables: named.policy.hasVariables, needsPrincipal: needsPrincipal)
            {
                found.append(
                    MatchedStatement(
                        policyName: named.name, source: named.source, index: index, sid: statement.sid))
            }
        }
        return found
    }
}

extension Policy {
    /// What a resource's policy, for instance a role's trust policy, says to a request.
    package enum Grant: Sendable, Equatable {
        case refused
        /// The account may do it; it is for the account's own policies to let this principal.
        case toAccount
        case toPrincipal
    }

    package func grant(_ request: AccessRequest) -> Grant {
        var grant = Grant.refused
        for statement in statements
        where statement.applies(to: request, hasVariables: hasVariables, needsPrincipal: true) {
            guard statement.effect == .allow else { return .refused }
            let naming = statement.principals?.naming(request.principal) ?? .not
            if naming > .account { grant = .toPrincipal } else if grant == .refused { grant = .toAccount }
        }
        return grant
    }

    /// The condition keys that the policy looks at, and the variables that it uses, sorted.
    package var contextKeys: [String] {
        var keys: Set<String> = []
        for statement in statements {
            for condition in statement.conditions {
                keys.insert(condition.key)
                for value in condition.values { keys.formUnion(Self.variables(in: value)) }
            }
            for text in statement.resources?.texts ?? [] { keys.formUnion(Self.variables(in: text)) }
        }
        return keys.sorted()
    }

    private static func variables(in text: String) -> [String] {
        var found: [String] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "${"), let close = rest[open.upperBound...].firstIndex(of: "}") {
            let name = rest[open.upperBound..<close].prefix { $0 != "," }
            if !["*", "?", "$"].contains(name) { found.append(String(name)) }
            rest = rest[close...]
        }
        return found
    }
}
