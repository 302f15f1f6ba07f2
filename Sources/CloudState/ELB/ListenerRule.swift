package import ServiceModel

/// Something that a listener does with requests that match.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Rule.html>
package struct ListenerRule: ResourceRecord {
    /// The ARN.
    package var id: String
    package var listenerARN: String
    /// 1…50 000, the smallest first; nil for the default rule.
    package var priority: Int?
    /// All must hold; none for the default rule.
    package var conditions: [RuleCondition]
    package var actions: [RuleAction]
    package var tags = Tags()

    package init(
        id: String, listenerARN: String, priority: Int?, conditions: [RuleCondition], actions: [RuleAction]
    ) {
        self.id = id
        self.listenerARN = listenerARN
        self.priority = priority
        self.conditions = conditions
        self.actions = actions
    }

    package var isDefault: Bool { priority == nil }
}

/// What a request must be like: one of the values has to match.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html>
package struct RuleCondition: Sendable, Equatable {
    package enum Test: Sendable, Equatable {
        /// Names with wildcards, without regard to case.
        case host([String])
        /// Paths with wildcards.
        case path([String])
        /// A header's name and its values with wildcards.
        case header(name: String, [String])
        case method([String])
        /// Pairs with wildcards; a pair without a key asks for the value under any key.
        case query([Pair])
        /// Blocks of addresses.
        case sourceAddress([String])

        /// What AWS calls the field.
        package var field: String {
            switch self {
            case .host: "host-header"
            case .path: "path-pattern"
            case .header: "http-header"
            case .method: "http-request-method"
            case .query: "query-string"
            case .sourceAddress: "source-ip"
            }
        }
    }

    package struct Pair: Sendable, Equatable {
        package var key: String?
        package var value: String

        package init(key: String?, value: String) {
            self.key = key
            self.value = value
        }
    }

    package var test: Test

    package init(_ test: Test) { self.test = test }
}

/// What happens to a request that matches.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html>
package struct RuleAction: Sendable, Equatable {
    package struct Weighted: Sendable, Equatable {
        package var targetGroup: String
        /// 0…999.
        package var weight: Int

        package init(targetGroup: String, weight: Int) {
            self.targetGroup = targetGroup
            self.weight = weight
        }
    }

    package struct Forward: Sendable, Equatable {
        package var groups: [Weighted]
        package var isSticky = false
        /// Seconds, where stickiness was set.
        package var stickiness: Int?

        package init(groups: [Weighted], isSticky: Bool = false, stickiness: Int? = nil) {
            self.groups = groups
            self.isSticky = isSticky
            self.stickiness = stickiness
        }
    }

    package struct Redirect: Sendable, Equatable {
        package var urlProtocol = "#{protocol}"
        package var host = "#{host}"
        package var port = "#{port}"
        package var path = "/#{path}"
        package var query = "#{query}"
        /// `HTTP_301` or `HTTP_302`.
        package var statusCode: String

        package init(statusCode: String) { self.statusCode = statusCode }
    }

    package struct FixedResponse: Sendable, Equatable {
        package var statusCode: String
        package var contentType: String?
        package var body: String?

        package init(statusCode: String, contentType: String? = nil, body: String? = nil) {
            self.statusCode = statusCode
            self.contentType = contentType
            self.body = body
        }
    }

    package enum Kind: Sendable, Equatable {
        case forward(Forward)
        case redirect(Redirect)
        case fixedResponse(FixedResponse)
        /// `authenticate-oidc`, `authenticate-cognito` or `jwt-validation`, with its configuration.
        case authenticate(type: String, configuration: Value)
    }

    package var kind: Kind
    package var order: Int?

    package init(_ kind: Kind, order: Int? = nil) {
        self.kind = kind
        self.order = order
    }

    /// The groups that it forwards to.
    package var targetGroups: [String] {
        guard case .forward(let forward) = kind else { return [] }
        return forward.groups.map(\.targetGroup)
    }
}
