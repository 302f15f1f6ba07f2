package import JSONValue
package import ServiceModel

extension World {
    /// Whether somebody would see an event of a service of AWS.
    package func hasListeners(_ region: String) -> Bool {
        regions.first { $0.name == region }?.events.listens(EventBus.standard) ?? false
    }

    /// Puts an event of a service of AWS on the default bus, where somebody there would see it.
    ///
    /// - Parameter source: for instance `aws.ec2`.
    package mutating func announce(
        _ source: String, _ detailType: String, _ detail: JSON, resources: [String], region: String
    ) {
        guard let place = regions.firstIndex(where: { $0.name == region }),
            regions[place].events.listens(EventBus.standard)
        else { return }
        let event = BusEvent(
            id: ids.uuid("\(region)/events/event"), bus: EventBus.standard, source: source, detailType: detailType,
            detail: detail, resources: resources, time: now, account: accountID, region: region)
        schedule(.event(.events(.arrival(event)), region: region), after: .zero)
    }

    /// Tells of the instances whose states have changed.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-state-change-events.html>
    mutating func announceInstances() {
        for place in regions.indices where !regions[place].ec2.stateChanges.isEmpty {
            let changes = regions[place].ec2.stateChanges
            regions[place].ec2.stateChanges = []
            let region = regions[place].name
            for change in changes {
                announce(
                    "aws.ec2", "EC2 Instance State-change Notification",
                    ["instance-id": .string(change.instanceID), "state": .string(change.state.rawValue)],
                    resources: ["arn:aws:ec2:\(region):\(accountID):instance/\(change.instanceID)"], region: region)
            }
        }
    }
}

extension JSON {
    /// An answer of an operation as events have it: times in ISO 8601.
    package init(describing value: APIValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .number(number)
        case .boolean(let flag): self = .boolean(flag)
        case .timestamp(let time): self = .string(time.iso8601)
        case .blob(let bytes): self = .string(Base64.encode(bytes))
        case .list(let elements): self = .array(elements.map { JSON(describing: $0) })
        case .structure(let fields), .map(let fields):
            self = .object(JSONObject(uniquing: fields.fields.map { ($0.name, JSON(describing: $0.value)) }))
        case .null: self = .null
        }
    }
}

extension EventsState {
    /// Whether an event on a bus would come to anybody.
    package func listens(_ bus: String) -> Bool {
        rules.contains { $0.bus == bus && $0.pattern != nil && $0.isEnabled } || archives.contains { $0.bus == bus }
    }
}

/// An instance that has entered a state.
package struct InstanceStateChange: Sendable, Equatable {
    package var instanceID: String
    package var state: InstanceState
}
