/// A policy document of IAM's policy language.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
package struct Policy: Sendable, Equatable {
    /// `2012-10-17`, or `2008-10-17`, which knows no policy variables and is the default.
    package var version: String
    package var id: String?
    package var statements: [Statement]

    package static let currentVersion = "2012-10-17"
    package static let oldVersion = "2008-10-17"

    package var hasVariables: Bool { version == Self.currentVersion }
}

/// One statement of a policy.
package struct Statement: Sendable, Equatable {
    package enum Effect: String, Sendable { case allow = "Allow", deny = "Deny" }

    /// A list of patterns, or all but those.
    package struct Patterns: Sendable, Equatable {
        package var texts: [String]
        /// Whether it is `NotAction` or `NotResource`.
        package var isNegated: Bool
    }

    package var sid: String?
    package var effect: Effect
    package var principals: Principals?
    package var actions: Patterns
    /// Nil in trust policies.
    package var resources: Patterns?
    package var conditions: [Condition]
}

/// The `Principal` or `NotPrincipal` of a resource's policy.
package struct Principals: Sendable, Equatable {
    package var isNegated: Bool
    /// Whether it is `"*"`, everybody.
    package var isEverybody: Bool
    /// By type: `AWS`, `Service`, `Federated`, `CanonicalUser`.
    package var byType: [Entry]

    package struct Entry: Sendable, Equatable {
        package var type: String
        package var values: [String]
    }

    package func values(_ type: String) -> [String] { byType.first { $0.type == type }?.values ?? [] }
}

/// One operator on one key: any of the values makes it true.
package struct Condition: Sendable, Equatable {
    package enum Quantifier: Sendable { case one, forAllValues, forAnyValue }

    package var operation: ConditionOperator
    package var quantifier: Quantifier
    /// Whether it holds where the key is missing.
    package var isIfExists: Bool
    package var key: String
    package var values: [String]
}

/// The operators of conditions.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
package enum ConditionOperator: String, Sendable, CaseIterable {
    case stringEquals = "StringEquals"
    case stringNotEquals = "StringNotEquals"
    case stringEqualsIgnoreCase = "StringEqualsIgnoreCase"
    case stringNotEqualsIgnoreCase = "StringNotEqualsIgnoreCase"
    case stringLike = "StringLike"
    case stringNotLike = "StringNotLike"
    case numericEquals = "NumericEquals"
    case numericNotEquals = "NumericNotEquals"
    case numericLessThan = "NumericLessThan"
    case numericLessThanEquals = "NumericLessThanEquals"
    case numericGreaterThan = "NumericGreaterThan"
    case numericGreaterThanEquals = "NumericGreaterThanEquals"
    case dateEquals = "DateEquals"
    case dateNotEquals = "DateNotEquals"
    case dateLessThan = "DateLessThan"
    case dateLessThanEquals = "DateLessThanEquals"
    case dateGreaterThan = "DateGreaterThan"
    case dateGreaterThanEquals = "DateGreaterThanEquals"
    case bool = "Bool"
    case binaryEquals = "BinaryEquals"
    case ipAddress = "IpAddress"
    case notIPAddress = "NotIpAddress"
    case arnEquals = "ArnEquals"
    case arnLike = "ArnLike"
    case arnNotEquals = "ArnNotEquals"
    case arnNotLike = "ArnNotLike"
    case null = "Null"

    /// The operator that this one denies: it holds where none of the values matches, and where the key is missing.
    var negated: ConditionOperator? {
        switch self {
        case .stringNotEquals: .stringEquals
        case .stringNotEqualsIgnoreCase: .stringEqualsIgnoreCase
        case .stringNotLike: .stringLike
        case .numericNotEquals: .numericEquals
        case .dateNotEquals: .dateEquals
        case .notIPAddress: .ipAddress
        case .arnNotEquals: .arnEquals
        case .arnNotLike: .arnLike
        default: nil
        }
    }
}
