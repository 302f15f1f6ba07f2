/// What is asked: may this principal do that to this resource, in this context?
package struct AccessRequest: Sendable {
    /// Who asks, in all the spellings that a `Principal` element may use.
    package struct Principal: Sendable, Equatable {
        /// For instance `arn:aws:iam::123456789012:user/ana`, or an assumed role's session ARN.
        package var arn: String
        package var accountID: String
        /// The role behind a session: a policy that names it means all its sessions.
        package var roleARN: String?
        /// For instance `ec2.amazonaws.com`, where a service asks.
        package var service: String?
        /// A federated identity's provider.
        package var federated: String?

        package init(
            arn: String, accountID: String, roleARN: String? = nil, service: String? = nil, federated: String? = nil
        ) {
            self.arn = arn
            self.accountID = accountID
            self.roleARN = roleARN
            self.service = service
            self.federated = federated
        }
    }

    package var principal: Principal
    /// For instance `ec2:RunInstances`.
    package var action: String
    /// An ARN, or `*` where the operation has no resource of its own.
    package var resource: String
    package var context: ConditionContext

    package init(principal: Principal, action: String, resource: String, context: ConditionContext = ConditionContext())
    {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

/// The condition keys of a request and their values; keys are told apart whatever their case.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
package struct ConditionContext: Sendable, Equatable {
    private var values: [String: [String]] = [:]

    package init() {}

    package init(_ pairs: [(key: String, values: [String])]) {
        for pair in pairs { self[pair.key] = pair.values }
    }

    /// The values of a key; nil where the request does not have it.
    package subscript(_ key: String) -> [String]? {
        get { values[Self.folded(key)] }
        set { values[Self.folded(key)] = newValue }
    }

    /// Takes over another context's keys, which win over one's own.
    package mutating func merge(_ other: ConditionContext) { values.merge(other.values) { _, new in new } }

    package mutating func set(_ key: String, _ value: String) { self[key] = [value] }

    private static func folded(_ key: String) -> String { key.lowercased() }

    package var keys: [String] { values.keys.sorted() }
}
