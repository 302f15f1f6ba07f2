package import ServiceModel

/// Who makes a call.
package struct Caller: Sendable, Equatable {
    package var accessKeyID: String
    package var accountID: String
    /// For instance `arn:aws:iam::123456789012:root`.
    package var arn: String
    /// For instance `AIDACKCEVSQ6C2EXAMPLE`.
    package var userID: String

    /// What stands behind it in IAM.
    package var principal: Principal

    package enum Principal: Sendable, Equatable {
        /// The account itself, which may do everything.
        case account
        /// A user's name.
        case user(String)
        /// The access key id of temporary credentials.
        case session(String)
        /// The name of a role that a service of AWS has taken on.
        case role(String)
    }

    /// Somebody who did not sign the request.
    package static let anonymous = Caller(accessKeyID: "anonymous", accountID: "", arn: "*", userID: "")

    /// Whether nobody signed the request: what is not public is refused.
    package var isAnonymous: Bool { accessKeyID == Self.anonymous.accessKeyID }

    package init(accessKeyID: String, accountID: String, arn: String, userID: String, principal: Principal = .account) {
        self.accessKeyID = accessKeyID
        self.accountID = accountID
        self.arn = arn
        self.userID = userID
        self.principal = principal
    }
}

/// What a handler works on: a draft of the world, and who asks from where.
package struct CallContext {
    /// The draft. It becomes the world when the handler succeeds.
    package var world: World
    package let region: String
    package private(set) var caller: Caller
    /// The region's place in the world.
    package let regionIndex: Int
    /// Whether callers may do only what their policies allow.
    package let enforcesIAM: Bool
    /// The service that makes the call for the caller, for instance `cloudwatch.amazonaws.com`; nil where nobody does.
    package var invokedBy: String?
    /// The id, as the client reads it, of a request to Lambda: an invocation is known by it. Otherwise nil.
    package var requestID: String?
    /// Whether the next call of another operation is held against the caller's policies.
    package var checksNextCall = false
    /// Finds the operation of another service, so that a service can act on another as AWS does: by calling its API.
    package let dispatch: Dispatch

    package typealias Dispatch =
        @Sendable (inout CallContext, _ service: String, _ operation: String, _ parameters: Value) throws(ServiceError)
        -> Fields

    package init(
        world: World, region: String, caller: Caller, enforcesIAM: Bool = false, dispatch: @escaping Dispatch
    ) {
        var world = world
        regionIndex = world.regionIndex(region)
        self.world = world
        self.region = region
        self.caller = caller
        self.enforcesIAM = enforcesIAM
        self.dispatch = dispatch
    }

    /// A context that takes the world away from where it was, so that changing it copies nothing; `moveBack` returns it.
    package init(
        moving world: inout World, region: String, caller: Caller, enforcesIAM: Bool = false,
        dispatch: @escaping Dispatch
    ) {
        regionIndex = world.regionIndex(region)
        self.world = World(seed: "", epoch: world.now)
        self.region = region
        self.caller = caller
        self.enforcesIAM = enforcesIAM
        self.dispatch = dispatch
        swap(&self.world, &world)
    }

    /// Gives the world back to where it was taken from.
    package mutating func moveBack(to world: inout World) { swap(&self.world, &world) }

    package var now: Timestamp { world.now }
    package var accountID: String { world.accountID }

    /// EC2's records in the region that was called.
    package var ec2: EC2State {
        // Yields the records in place: a copy would count the references of all tables.
        _read { yield world.regions[regionIndex].ec2 }
        _modify { yield &world.regions[regionIndex].ec2 }
    }

    /// Changes the region's EC2 records together with the generator of ids, for what needs both.
    package mutating func changeEC2<Result>(_ change: (inout EC2State, inout IDGenerator) -> Result) -> Result {
        var ids = world.ids
        let result = change(&world.regions[regionIndex].ec2, &ids)
        world.ids = ids
        return result
    }

    /// The next id of that prefix in the region, for instance `i-0a1b2c3d4e5f60718`.
    package mutating func newID(_ prefix: String) -> String { world.ids.resource(prefix, in: region) }

    /// Schedules what happens to a resource of this region by itself.
    package mutating func schedule(_ transition: ResourceTransition, _ id: String, after duration: Duration) {
        world.schedule(.resource(id: id, region: region, transition), after: duration)
    }

    /// Calls an operation of another service on the same draft.
    package mutating func call(
        _ service: String, _ operation: String, _ parameters: Value
    ) throws(ServiceError) -> Fields {
        try dispatch(&self, service, operation, parameters)
    }

    /// Calls an operation as a role that a service of AWS has taken on. Where permissions are enforced, the role must
    /// have those that the call needs.
    ///
    /// - Parameters:
    ///   - role: the role's ARN.
    ///   - session: the name of the session, for instance the function's.
    package mutating func call(
        as role: String, session: String, _ service: String, _ operation: String, _ parameters: Value
    ) throws(ServiceError) -> Fields {
        let name = role.split(separator: "/").last.map(String.init) ?? ""
        let before = caller
        defer { caller = before }
        caller = Caller(
            accessKeyID: "", accountID: accountID, arn: "arn:aws:sts::\(accountID):assumed-role/\(name)/\(session)",
            userID: "\(world.iam.role(name)?.roleID ?? ""):\(session)", principal: .role(name))
        return try checkedCall(service, operation, parameters)
    }

    /// Calls an operation as the caller of this one. Where permissions are enforced, the caller must have those that the
    /// call needs.
    package mutating func checkedCall(
        _ service: String, _ operation: String, _ parameters: Value
    ) throws(ServiceError) -> Fields {
        checksNextCall = true
        defer { checksNextCall = false }
        return try dispatch(&self, service, operation, parameters)
    }
}

/// What a handler answers with.
package struct Response: Sendable {
    package var output: Fields
    /// The effect whose outcome is the answer; nil where the answer is here.
    package var awaited: Int?

    package init(_ output: Value) { self.output = output.fields ?? Fields() }

    /// The answer comes when an effect has been carried out.
    package static func outcome(of effect: Int) -> Response {
        var response = Response([:])
        response.awaited = effect
        return response
    }

    /// An answer without members.
    package static var empty: Response { Response([:]) }
}

/// How an operation is handled.
package struct Handler: Sendable {
    package typealias Body = @Sendable (inout CallContext, Input) throws(ServiceError) -> Response

    /// Whether the operation only looks: its draft is thrown away, and it may run beside others.
    package let isRead: Bool
    /// Whether the answer changes with time alone, so that it may not be given again.
    package let dependsOnTime: Bool
    /// Whether it is to see what effects that are under way will do; it waits for them.
    package var observes: Bool
    package let body: Body

    package static func read(_ body: @escaping Body) -> Handler {
        Handler(isRead: true, dependsOnTime: false, observes: true, body: body)
    }

    package static func readAtTime(_ body: @escaping Body) -> Handler {
        Handler(isRead: true, dependsOnTime: true, observes: true, body: body)
    }

    package static func write(_ body: @escaping Body) -> Handler {
        Handler(isRead: false, dependsOnTime: true, observes: false, body: body)
    }

    /// Changes something, and looks at what others did: a message that is received is hidden from then on.
    package static func receive(_ body: @escaping Body) -> Handler {
        Handler(isRead: false, dependsOnTime: true, observes: true, body: body)
    }
}

extension [[String: Handler]] {
    /// The operations of all groups.
    package var merged: [String: Handler] { reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } } }
}

/// A service: its model and the operations of it that are emulated.
package struct ServiceDefinition: Sendable {
    package let model: @Sendable () -> APIModel
    /// The names in a signature's scope that lead to it.
    package let signingNames: [String]
    package let operations: [String: Handler]
    /// What the operations need permission for, where permissions are enforced.
    package let authorization: Authorization
    /// What the service does by itself.
    package let reactions: ServiceReactions?

    package init(
        signingNames: [String], model: @escaping @Sendable () -> APIModel, operations: [String: Handler],
        authorization: Authorization? = nil, reactions: ServiceReactions? = nil
    ) {
        self.signingNames = signingNames
        self.model = model
        self.operations = operations
        self.authorization = authorization ?? .plain(signingNames.first ?? "")
        self.reactions = reactions
    }
}
