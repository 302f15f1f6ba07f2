package import PolicyEngine
package import ServiceModel

/// Something that a call needs permission for: an action on a resource.
package struct Permission: Sendable {
    /// For instance `iam:PassRole`; nil for the operation itself.
    package var action: String?
    /// An ARN, or `*`.
    package var resource: String
    /// Condition keys beside those that every request has.
    package var context: ConditionContext
    /// The resource's own policy.
    package var policy: Policy?

    package init(
        _ resource: String, action: String? = nil, context: ConditionContext = ConditionContext(), policy: Policy? = nil
    ) {
        self.resource = resource
        self.action = action
        self.context = context
        self.policy = policy
    }

    /// An operation that has no resource of its own.
    package static let anything = [Permission("*")]
}

/// What a service's operations need permission for.
package struct Authorization: Sendable {
    /// The permissions that a call needs, all of them.
    package typealias Permissions =
        @Sendable (_ operation: String, _ input: Input, _ context: CallContext) -> [Permission]

    /// The prefix of the actions, for instance `ec2`.
    package let vendor: String
    package let permissions: Permissions
    /// Operations that are not asked about: those that everybody may do, and those that decide for themselves.
    package let free: Set<String>

    package init(vendor: String, free: Set<String> = [], permissions: @escaping Permissions) {
        self.vendor = vendor
        self.free = free
        self.permissions = permissions
    }

    /// A service whose operations all speak of `*`.
    package static func plain(_ vendor: String) -> Authorization {
        Authorization(vendor: vendor) { _, _, _ in Permission.anything }
    }
}
