import ServiceModel

extension Condition {
    /// Whether the condition holds in a context.
    ///
    /// - Parameter variables: the value of a policy variable; nil where the policy's version has none.
    func holds(in context: ConditionContext, variables: ((String) -> String?)?) -> Bool {
        let found = context[key]
        if operation == .null {
            let isMissing = found?.isEmpty ?? true
            return values.contains { ($0.lowercased() == "true") == isMissing }
        }
        guard let found, !found.isEmpty else {
            // A missing key fulfils what asks for all of nothing, what denies, and `…IfExists`.
            switch quantifier {
            case .forAllValues: return true
            case .forAnyValue: return isIfExists
            case .one: return isIfExists || operation.negated != nil
            }
        }
        let negated = operation.negated
        let test = negated ?? operation
        func matches(_ value: String) -> Bool {
            let any = values.contains { test.matches(value, $0, variables) }
            return negated == nil ? any : !any
        }
        switch quantifier {
        case .forAllValues: return found.allSatisfy(matches)
        // A key with several values and a plain operator: one that matches is enough, and all must differ.
        case .forAnyValue: return found.contains(where: matches)
        case .one: return negated == nil ? found.contains(where: matches) : found.allSatisfy(matches)
        }
    }
}

extension ConditionOperator {
    /// Whether a value of the request matches a value of the policy.
    func matches(_ value: String, _ wanted: String, _ variables: ((String) -> String?)?) -> Bool {
        switch self {
        case .stringEquals:
            return Glob(wanted, hasWildcards: false, variables: variables)?.matches(value) ?? false
        case .stringEqualsIgnoreCase:
            return Glob(wanted, hasWildcards: false, ignoringCase: true, variables: variables)?
                .matches(value, ignoringCase: true) ?? false
        case .stringLike:
            return Glob(wanted, variables: variables)?.matches(value) ?? false
        case .arnEquals, .arnLike:
            return ARNPattern(wanted, variables).matches(value)
        case .bool:
            return value.lowercased() == wanted.lowercased()
        case .binaryEquals:
            return Base64.decode(value) == Base64.decode(wanted)
        case .ipAddress:
            guard let block = IPBlock(wanted), let address = IPBlock(value) else { return false }
            return block.contains(address)
        case .numericEquals, .numericLessThan, .numericLessThanEquals, .numericGreaterThan, .numericGreaterThanEquals:
            guard let left = Double(value), let right = Double(wanted) else { return false }
            return compare(left, right)
        case .dateEquals, .dateLessThan, .dateLessThanEquals, .dateGreaterThan, .dateGreaterThanEquals:
            guard let left = Self.date(value), let right = Self.date(wanted) else { return false }
            return compare(left, right)
        default:
            return false
        }
    }

    private func compare(_ left: Double, _ right: Double) -> Bool {
        switch self {
        case .numericEquals, .dateEquals: left == right
        case .numericLessThan, .dateLessThan: left < right
        case .numericLessThanEquals, .dateLessThanEquals: left <= right
        case .numericGreaterThan, .dateGreaterThan: left > right
        case .numericGreaterThanEquals, .dateGreaterThanEquals: left >= right
        default: false
        }
    }

    /// Milliseconds since 1970, from ISO 8601 or seconds since 1970.
    private static func date(_ text: String) -> Double? {
        if let time = Timestamp(iso8601: text) { return Double(time.milliseconds) }
        return Double(text).map { $0 * 1000 }
    }
}

/// A pattern for ARNs: each of the six parts is matched on its own.
struct ARNPattern {
    private let globs: [Glob]?

    init(_ text: String, _ variables: ((String) -> String?)?) {
        let parts = Self.parts(text)
        let globs = parts.compactMap { Glob($0, variables: variables) }
        self.globs = globs.count == parts.count ? globs : nil
    }

    func matches(_ arn: String) -> Bool {
        let parts = Self.parts(arn)
        guard let globs, globs.count == parts.count else { return false }
        return zip(globs, parts).allSatisfy { $0.matches($1) }
    }

    private static func parts(_ text: String) -> [String] {
        text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
    }
}
