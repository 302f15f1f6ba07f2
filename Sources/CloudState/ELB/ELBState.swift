/// Elastic Load Balancing's records in one region. All are found by their ARNs.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html>
package struct ELBState: Sendable, Equatable {
    package var loadBalancers = ResourceTable<LoadBalancer>()
    package var listeners = ResourceTable<Listener>()
    /// The rules of all listeners, each listener's default rule among them.
    package var rules = ResourceTable<ListenerRule>()
    package var targetGroups = ResourceTable<TargetGroup>()

    package init() {}

    package func listeners(of loadBalancer: String) -> [Listener] {
        listeners.filter { $0.loadBalancerARN == loadBalancer }
    }

    /// A listener's rules in the order in which they are tried: by priority, the default rule last.
    package func rules(of listener: String) -> [ListenerRule] {
        rules.filter { $0.listenerARN == listener }.sorted { ($0.priority ?? .max) < ($1.priority ?? .max) }
    }

    /// What a listener does when no other rule matches.
    package func defaultActions(of listener: Listener) -> [RuleAction] {
        rules.first { $0.listenerARN == listener.id && $0.isDefault }?.actions ?? []
    }

    /// The load balancers whose listeners forward to a group, in the order of their creation.
    package func loadBalancers(using targetGroup: String) -> [LoadBalancer] {
        var names: Set<String> = []
        for rule in rules where rule.actions.contains(where: { $0.targetGroups.contains(targetGroup) }) {
            if let listener = listeners[rule.listenerARN] { names.insert(listener.loadBalancerARN) }
        }
        guard !names.isEmpty else { return [] }
        return loadBalancers.filter { names.contains($0.id) }
    }

    /// The groups that a load balancer's rules forward to, each once.
    package func targetGroups(of loadBalancer: String) -> [String] {
        var found: [String] = []
        for listener in listeners(of: loadBalancer) {
            for rule in rules(of: listener.id) {
                for group in rule.actions.flatMap(\.targetGroups) where !found.contains(group) { found.append(group) }
            }
        }
        return found
    }
}

extension CallContext {
    /// Elastic Load Balancing's records in the region that was called.
    package var elb: ELBState {
        get { world.regions[regionIndex].elb }
        _modify { yield &world.regions[regionIndex].elb }
    }
}

/// Attributes of load balancers, listeners and target groups: names and values in AWS's order.
package struct AttributeList: Sendable, Equatable {
    package struct Attribute: Sendable, Equatable {
        package var key: String
        package var value: String
    }

    package private(set) var attributes: [Attribute]

    package init(_ pairs: [(String, String)]) { attributes = pairs.map { Attribute(key: $0.0, value: $0.1) } }

    /// The value of a name; setting one that is not there adds it.
    package subscript(_ key: String) -> String? {
        get { attributes.first { $0.key == key }?.value }
        set {
            let place = attributes.firstIndex { $0.key == key }
            switch (place, newValue) {
            case (let place?, let value?): attributes[place].value = value
            case (let place?, nil): attributes.remove(at: place)
            case (nil, let value?): attributes.append(Attribute(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    package func isOn(_ key: String) -> Bool { self[key] == "true" }
}
