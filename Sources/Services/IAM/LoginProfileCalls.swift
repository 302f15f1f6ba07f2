import CloudState
import ServiceModel

/// Users' passwords, and the account's rules for them. Passwords themselves are not kept.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html>
enum LoginProfileCalls {
    static let operations: [String: Handler] = [
        "ChangePassword": .write(change),
        "CreateLoginProfile": .write(create),
        "DeleteAccountPasswordPolicy": .write(deletePolicy),
        "DeleteLoginProfile": .write(delete),
        "GetAccountPasswordPolicy": .read(getPolicy),
        "GetLoginProfile": .read(get),
        "UpdateAccountPasswordPolicy": .write(updatePolicy),
        "UpdateLoginProfile": .write(update),
    ]

    private static func missing(_ name: String) -> ServiceError {
        IAMError.noSuchEntity("Login Profile for User \(name) cannot be found.")
    }

    private static func check(_ password: String?, _ context: CallContext) throws(ServiceError) {
        guard let password else { return }
        let policy = context.iam.passwordPolicy
        func refuse(_ condition: Bool, _ what: String) throws(ServiceError) {
            if condition { throw ServiceError("PasswordPolicyViolation", "Password should \(what)") }
        }
        let minimum = policy?.minimumLength ?? 8
        try refuse(password.unicodeScalars.count < minimum, "have a minimum length of \(minimum)")
        guard let policy else { return }
        try refuse(
            policy.requiresUppercase && !password.contains(where: \.isUppercase), "have at least one uppercase letter")
        try refuse(
            policy.requiresLowercase && !password.contains(where: \.isLowercase), "have at least one lowercase letter")
        try refuse(policy.requiresNumbers && !password.contains(where: \.isNumber), "have at least one number")
        try refuse(
            policy.requiresSymbols && !password.contains(where: { !$0.isLetter && !$0.isNumber }),
            "have at least one of the following symbols: ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '")
    }

    private static func view(_ user: IAMUser, _ profile: IAMUser.LoginProfile) -> Value {
        [
            "UserName": .string(user.name), "CreateDate": .timestamp(profile.createDate),
            "PasswordResetRequired": .boolean(profile.isResetRequired),
        ]
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard var user = try UserCalls.namedOrCaller(input, context) else { throw IAMError.noUser("") }
        guard user.loginProfile == nil else {
            throw IAMError.exists("Login Profile for user \(user.name) already exists.")
        }
        try check(input.string("Password"), context)
        let profile = IAMUser.LoginProfile(
            createDate: context.now, isResetRequired: input.boolean("PasswordResetRequired") ?? false)
        user.loginProfile = profile
        context.iam.users.insert(user)
        return Response(["LoginProfile": view(user, profile)])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let user = try UserCalls.namedOrCaller(input, context), let profile = user.loginProfile else {
            throw missing(input.string("UserName") ?? "")
        }
        return Response(["LoginProfile": view(user, profile)])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var user = try UserCalls.named(input.string("UserName"), context)
        guard user.loginProfile != nil else { throw missing(user.name) }
        try check(input.string("Password"), context)
        if let reset = input.boolean("PasswordResetRequired") { user.loginProfile?.isResetRequired = reset }
        context.iam.users.insert(user)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard var user = try UserCalls.namedOrCaller(input, context) else { throw missing("") }
        guard user.loginProfile != nil else { throw missing(user.name) }
        user.loginProfile = nil
        context.iam.users.insert(user)
        return .empty
    }

    static func change(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let user = try UserCalls.caller(context) else {
            throw ServiceError("InvalidUserType", "Only IAM Users can change their own password")
        }
        guard user.loginProfile != nil else { throw missing(user.name) }
        try check(input.string("NewPassword"), context)
        return .empty
    }

    // MARK: The account's rules

    private static func noPolicy(_ context: CallContext) -> ServiceError {
        IAMError.noSuchEntity("The Password Policy with domain name \(context.accountID) cannot be found.")
    }

    static func getPolicy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let policy = context.iam.passwordPolicy else { throw noPolicy(context) }
        return Response([
            "PasswordPolicy": [
                "MinimumPasswordLength": .integer(policy.minimumLength),
                "RequireSymbols": .boolean(policy.requiresSymbols), "RequireNumbers": .boolean(policy.requiresNumbers),
                "RequireUppercaseCharacters": .boolean(policy.requiresUppercase),
                "RequireLowercaseCharacters": .boolean(policy.requiresLowercase),
                "AllowUsersToChangePassword": .boolean(policy.allowsChange),
                "ExpirePasswords": .boolean(policy.maximumAge != nil),
                "MaxPasswordAge": policy.maximumAge.map(Value.integer),
                "PasswordReusePrevention": policy.reusePrevention.map(Value.integer),
                "HardExpiry": policy.hardExpiry.map(Value.boolean),
            ]
        ])
    }

    /// What is not given goes back to its default.
    static func updatePolicy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var policy = PasswordPolicy()
        policy.minimumLength = input.integer("MinimumPasswordLength") ?? policy.minimumLength
        policy.requiresSymbols = input.boolean("RequireSymbols") ?? false
        policy.requiresNumbers = input.boolean("RequireNumbers") ?? false
        policy.requiresUppercase = input.boolean("RequireUppercaseCharacters") ?? false
        policy.requiresLowercase = input.boolean("RequireLowercaseCharacters") ?? false
        policy.allowsChange = input.boolean("AllowUsersToChangePassword") ?? false
        policy.maximumAge = input.integer("MaxPasswordAge").flatMap { $0 == 0 ? nil : $0 }
        policy.reusePrevention = input.integer("PasswordReusePrevention").flatMap { $0 == 0 ? nil : $0 }
        policy.hardExpiry = input.boolean("HardExpiry")
        context.iam.passwordPolicy = policy
        return .empty
    }

    static func deletePolicy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard context.iam.passwordPolicy != nil else { throw noPolicy(context) }
        context.iam.passwordPolicy = nil
        return .empty
    }
}

extension UserCalls {
    /// The user who makes a request; nil where it is none.
    static func caller(_ context: CallContext) throws(ServiceError) -> IAMUser? {
        guard case .user(let name) = context.caller.principal else { return nil }
        return try named(name, context)
    }
}
