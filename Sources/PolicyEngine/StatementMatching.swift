extension Statement {
    /// Whether the statement speaks of a request at all.
    ///
    /// - Parameters:
    ///   - hasVariables: whether the policy's version knows variables.
    ///   - needsPrincipal: whether the policy belongs to a resource, so that it must name who asks.
    func applies(to request: AccessRequest, hasVariables: Bool, needsPrincipal: Bool) -> Bool {
        let variables: ((String) -> String?)? =
            hasVariables
            ? { name in
                // A variable needs exactly one value.
                guard let values = request.context[name], values.count == 1 else { return nil }
                return values[0]
            }
            : nil
        if needsPrincipal {
            guard let principals, principals.naming(request.principal) != .not else { return false }
        }
        guard matches(action: request.action) else { return false }
        if let resources {
            let found = resources.texts.contains { matches(resource: request.resource, $0, variables) }
            guard found != resources.isNegated else { return false }
        }
        return conditions.allSatisfy { $0.holds(in: request.context, variables: variables) }
    }

    /// Actions are told apart whatever their case.
    package func matches(action: String) -> Bool {
        let found = actions.texts.contains { pattern in
            pattern == "*"
                || Glob(pattern, ignoringCase: true, variables: nil)?.matches(action, ignoringCase: true) ?? false
        }
        return found != actions.isNegated
    }

    private func matches(resource: String, _ pattern: String, _ variables: ((String) -> String?)?) -> Bool {
        pattern == "*" || Glob(pattern, variables: variables)?.matches(resource) ?? false
    }
}

extension Principals {
    /// How an element names a principal.
    enum Naming: Comparable {
        case not
        /// By its account: the account's own policies must allow it too.
        case account
        /// By its role, or as one of everybody: it needs no other policy, but boundaries and sessions still limit it.
        case role
        /// By its own ARN.
        case exactly
    }

    /// Whether and how the element names who asks.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    func naming(_ principal: AccessRequest.Principal) -> Naming {
        let plain = plainNaming(principal)
        guard isNegated else { return plain }
        return plain == .not ? .role : .not
    }

    private func plainNaming(_ principal: AccessRequest.Principal) -> Naming {
        if isEverybody { return .role }
        if let service = principal.service { return values("Service").contains(service) ? .exactly : .not }
        if let provider = principal.federated {
            return values("Federated").contains { $0 == provider || $0 == "*" } ? .exactly : .not
        }
        let account = "arn:aws:iam::\(principal.accountID):root"
        return values("AWS").map { value -> Naming in
            if value == principal.arn { return .exactly }
            if value == "*" || value == principal.roleARN { return .role }
            return value == principal.accountID || value == account ? .account : .not
        }.max() ?? .not
    }
}
