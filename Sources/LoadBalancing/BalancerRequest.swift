package import CloudState

/// A request to a load balancer, as far as its rules look at it.
package struct BalancerRequest: Sendable, Equatable {
    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Where the client is.
    package enum Client: Sendable, Equatable {
        /// Some host of the internet.
        case internet
        /// A host of the internet with that address.
        case address(IPv4Address)
        /// An instance of the region.
        case instance(id: String)
    }

    package var method: String
    /// The `Host` header without its port; nil stands for the name that was asked for.
    package var host: String?
    /// With the query, for instance `/cart?item=1`.
    package var path: String
    package var port: Int
    package var headers: [Header]
    package var client: Client

    package init(
        method: String = "GET", host: String? = nil, path: String = "/", port: Int = 80, headers: [Header] = [],
        client: Client = .internet
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.port = port
        self.headers = headers
        self.client = client
    }

    /// The path without the query.
    var plainPath: String {
        let plain = path.prefix { $0 != "?" && $0 != "#" }
        return plain.isEmpty ? "/" : String(plain)
    }

    /// The pairs of the query.
    var queryPairs: [RuleCondition.Pair] {
        guard let mark = path.firstIndex(of: "?") else { return [] }
        return path[path.index(after: mark)...].prefix { $0 != "#" }.split(separator: "&").map { part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return RuleCondition.Pair(key: String(halves[0]), value: halves.count > 1 ? String(halves[1]) : "")
        }
    }
}

/// What became of a request, and who had a part in it.
package struct RoutedRequest: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// There is no load balancer of that name or address.
        case noSuchName
        /// Nothing came back when the client connected.
        case timedOut
        /// The connection was refused.
        case refused
        /// An HTTP status: the target's, or the balancer's own.
        case status(Int)
    }

    package var outcome: Outcome
    /// The Availability Zone of the node that took the request.
    package var nodeZone: String?
    /// The address that the client connected to.
    package var address: IPv4Address?
    package var listenerARN: String?
    /// The rule that matched; of a Network Load Balancer its listener's default rule.
    package var ruleARN: String?
    package var targetGroupARN: String?
    /// The target that the request was sent to, whether or not it answered.
    package var targetID: String?
    package var targetPort: Int?
    package var targetZone: String?
    /// Where a redirect leads to.
    package var location: String?

    package init(_ outcome: Outcome) { self.outcome = outcome }

    /// Whether the client got what it asked for.
    package var isSuccess: Bool {
        guard case .status(let status) = outcome else { return false }
        return (200..<400).contains(status)
    }
}
