import CloudState
import ServiceModel

/// Users' access keys, at most two each.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>
enum AccessKeyCalls {
    static let operations: [String: Handler] = [
        "CreateAccessKey": .write(create),
        "DeleteAccessKey": .write(delete),
        "GetAccessKeyLastUsed": .read(lastUsed),
        "ListAccessKeys": .read(list),
        "UpdateAccessKey": .write(update),
    ]

    private static func noRootKeys(_ context: CallContext) -> ServiceError {
        IAMError.limit("Cannot exceed quota for AccessKeysPerUser: 0")
    }

    private static func key(_ input: Input, _ context: CallContext) throws(ServiceError) -> AccessKey {
        let id = input.string("AccessKeyId") ?? ""
        let user = try UserCalls.namedOrCaller(input, context)
        guard let key = context.iam.accessKeys[id], key.userName == user?.name else {
            throw IAMError.noSuchEntity("The Access Key with id \(id) cannot be found.")
        }
        return key
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let user = try UserCalls.namedOrCaller(input, context) else { throw noRootKeys(context) }
        guard context.iam.accessKeys.count(where: { $0.userName == user.name }) < 2 else {
            throw IAMError.quota("AccessKeysPerUser", 2)
        }
        let (id, secret) = context.newAccessKey("AKIA")
        let key = AccessKey(id: id, secret: secret, userName: user.name, createDate: context.now)
        context.iam.accessKeys.insert(key)
        return Response([
            "AccessKey": [
                "UserName": .string(user.name), "AccessKeyId": .string(id), "Status": "Active",
                "SecretAccessKey": .string(secret), "CreateDate": .timestamp(key.createDate),
            ]
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try UserCalls.namedOrCaller(input, context)
        let keys = context.iam.accessKeys.filter { $0.userName == user?.name }
        return try IAMPage(keys, input).response("AccessKeyMetadata") { key in
            [
                "UserName": .string(key.userName), "AccessKeyId": .string(key.id),
                "Status": .string(key.isActive ? "Active" : "Inactive"), "CreateDate": .timestamp(key.createDate),
            ]
        }
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try key(input, context)
        guard let status = input.string("Status"), ["Active", "Inactive"].contains(status) else {
            throw IAMError.validation("Status must be Active or Inactive.")
        }
        key.isActive = status == "Active"
        context.iam.accessKeys.insert(key)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        context.iam.accessKeys.remove(try key(input, context).id)
        return .empty
    }

    /// Uses are not counted: reading the world does not change it.
    static func lastUsed(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("AccessKeyId") ?? ""
        guard let key = context.iam.accessKeys[id] else {
            throw ServiceError(
                "AccessDenied",
                "User: \(context.caller.arn) is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key \(id.prefix(128))",
                status: 403)
        }
        return Response([
            "UserName": .string(key.userName), "AccessKeyLastUsed": ["ServiceName": "N/A", "Region": "N/A"],
        ])
    }
}
