package import ServiceModel

/// A request for one Spot Instance.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html>
package struct SpotRequest: ResourceRecord {
    package enum State: String, Sendable { case open, active, disabled, closed, cancelled, failed }

    /// `sir-` and eight characters.
    package var id: String
    package var state: State
    /// For instance `fulfilled`.
    package var statusCode: String
    package var statusMessage: String
    package var statusTime: Timestamp
    package var createTime: Timestamp
    /// `one-time` or `persistent`.
    package var type: String
    /// Dollars an hour at most.
    package var maximumPrice: String
    /// `terminate`, `stop` or `hibernate`.
    package var interruptionBehavior: String
    package var validUntil: Timestamp?
    package var instanceID: String?
    package var zone: String?
    package var zoneID: String?
    package var productDescription: String
    /// The members of `LaunchSpecification`, for the answer.
    package var launchSpecification: Fields
    package var tags = Tags()

    package init(
        id: String, type: String, maximumPrice: String, interruptionBehavior: String, productDescription: String,
        launchSpecification: Fields, createTime: Timestamp
    ) {
        self.id = id
        self.type = type
        self.maximumPrice = maximumPrice
        self.interruptionBehavior = interruptionBehavior
        self.productDescription = productDescription
        self.launchSpecification = launchSpecification
        self.createTime = createTime
        state = .open
        statusCode = "pending-evaluation"
        statusMessage = "Your Spot request has been submitted for review, and is pending evaluation."
        statusTime = createTime
    }

    package mutating func enter(_ state: State, _ code: String, _ message: String, at time: Timestamp) {
        self.state = state
        statusCode = code
        statusMessage = message
        statusTime = time
    }
}

extension EC2State {
    /// What becomes of a Spot request when its instance changes state by the user's hand.
    mutating func spotInstanceChanged(_ instance: Instance, now: Timestamp) {
        guard let id = instance.spotRequestID else { return }
        spotRequests.update(id) { request in
            switch (instance.state, request.state) {
            case (.shuttingDown, .open), (.shuttingDown, .active), (.shuttingDown, .disabled):
                request.enter(
                    .closed, "instance-terminated-by-user",
                    "Spot Instance terminated due to user-initiated termination.",
                    at: now)
            case (.stopping, .active):
                request.enter(
                    .disabled, "instance-stopped-by-user", "Spot Instance stopped due to user-initiated stop.", at: now)
            case (.pending, .disabled):
                request.enter(.active, "fulfilled", "Your spot request is fulfilled.", at: now)
            case (.shuttingDown, .cancelled), (.terminated, .cancelled):
                request.enter(
                    .cancelled, "instance-terminated-by-user",
                    "Spot Instance terminated due to user-initiated termination.", at: now)
            default: break
            }
        }
    }

    /// A request that AWS has found an instance for.
    mutating func fulfil(_ id: String, now: Timestamp) {
        spotRequests.update(id) { request in
            guard request.state == .open else { return }
            request.enter(.active, "fulfilled", "Your spot request is fulfilled.", at: now)
        }
    }
}
