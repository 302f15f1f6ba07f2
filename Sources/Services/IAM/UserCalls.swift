import CloudState
import ServiceModel

/// Users and what they are in.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html>
enum UserCalls {
    static let operations: [String: Handler] = [
        "CreateUser": .write(create),
        "DeleteUser": .write(delete),
        "GetUser": .read(get),
        "ListGroupsForUser": .read(listGroups),
        "ListUsers": .read(list),
        "UpdateUser": .write(update),
    ]

    /// The user of that name.
    static func named(_ name: String?, _ context: CallContext) throws(ServiceError) -> IAMUser {
        guard let user = context.iam.user(name ?? "") else { throw IAMError.noUser(name ?? "") }
        return user
    }

    /// The user that a request names, or who makes it; nil where that is the account itself.
    static func namedOrCaller(_ input: Input, _ context: CallContext) throws(ServiceError) -> IAMUser? {
        if let name = input.string("UserName"), !name.isEmpty { return try named(name, context) }
        switch context.caller.principal {
        case .account: return nil
        case .user(let name): return try named(name, context)
        case .role:
            throw IAMError.validation("Must specify userName when calling with non-User credentials")
        case .session(let id):
            guard case .user(let name)? = context.iam.sessions[id]?.source else {
                throw IAMError.validation("Must specify userName when calling with non-User credentials")
            }
            return try named(name, context)
        }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try IAMRules.newName(input, "UserName")
        guard context.iam.user(name) == nil else { throw IAMError.exists("User with name \(name) already exists.") }
        guard context.iam.users.count < 5000 else { throw IAMError.quota("UsersPerAccount", 5000) }
        let path = try IAMRules.path(input)
        let boundary = try BoundaryCalls.given(input, context)
        let tags = try IAMRules.newTags(input)
        var user = IAMUser(
            name: name, userID: context.newUniqueID("AIDA"), path: path, accountID: context.accountID,
            createDate: context.now)
        user.tags = tags
        user.permissions.boundary = boundary
        context.iam.users.insert(user)
        return Response(["User": IAMViews.user(user)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let user = try namedOrCaller(input, context) else {
            // The account's root user has neither name nor path.
            return Response([
                "User": [
                    "UserId": .string(context.accountID),
                    "Arn": .string("arn:aws:iam::\(context.accountID):root"),
                    "CreateDate": .timestamp(context.world.epoch),
                ]
            ])
        }
        return Response(["User": IAMViews.user(user)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let users = context.iam.users.sorted(by: \.name).filter { IAMRules.matches($0.path, input) }
        return try IAMPage(users, input).response("Users") { IAMViews.user($0, isListed: true) }
    }

    static func listGroups(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try named(input.string("UserName"), context)
        let groups = user.groups.compactMap(context.iam.group)
        return try IAMPage(groups, input).response("Groups", IAMViews.group)
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var user = try named(input.string("UserName"), context)
        let old = user
        if input.has("NewUserName") {
            let name = try IAMRules.newName(input, "NewUserName")
            if let other = context.iam.user(name), other.id != user.id {
                throw IAMError.exists("User with name \(name) already exists.")
            }
            user.name = name
        }
        if input.has("NewPath") { user.path = try IAMRules.path(input, "NewPath") }
        user.arn = "arn:aws:iam::\(context.accountID):user\(user.path)\(user.name)"
        context.iam.rename(old, to: user)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try named(input.string("UserName"), context)
        func refuse(_ condition: Bool, _ what: String) throws(ServiceError) {
            if condition { throw IAMError.conflict("Cannot delete entity, must \(what) first.") }
        }
        let state = context.iam
        try refuse(user.loginProfile != nil, "delete login profile")
        try refuse(state.accessKeys.contains { $0.userName == user.name }, "delete access keys")
        try refuse(!user.permissions.inline.isEmpty, "delete policies")
        try refuse(!user.permissions.attached.isEmpty, "detach all policies")
        try refuse(!user.groups.isEmpty, "remove users from group")
        try refuse(state.mfaDevices.contains { $0.userName == user.name }, "delete MFA device")
        try refuse(state.hasCredentials(.signingCertificate, user.name), "delete signing certificates")
        try refuse(state.hasCredentials(.sshKey, user.name), "delete SSH public keys")
        try refuse(state.hasCredentials(.serviceSpecific, user.name), "delete service specific credentials")
        context.iam.users.remove(user.id)
        return .empty
    }
}

extension IAMState {
    func hasCredentials(_ kind: UserCredential.Kind, _ userName: String) -> Bool {
        credentials.contains { $0.kind == kind && $0.userName == userName }
    }

    /// Renames a user everywhere.
    mutating func rename(_ old: IAMUser, to new: IAMUser) {
        if old.id != new.id { users.remove(old.id) }
        users.insert(new)
        guard old.name != new.name else { return }
        for key in accessKeys where key.userName == old.name { accessKeys.update(key.id) { $0.userName = new.name } }
        for device in mfaDevices where device.userName == old.name {
            mfaDevices.update(device.id) { $0.userName = new.name }
        }
        for credential in credentials where credential.userName == old.name {
            credentials.update(credential.id) { $0.userName = new.name }
        }
    }
}
