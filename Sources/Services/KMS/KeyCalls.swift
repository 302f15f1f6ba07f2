import CloudState
import PolicyEngine
import ServiceModel

/// Keys: making, describing, switching on and off.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>
enum KeyCalls {
    static let operations: [String: Handler] = [
        "CreateKey": .write(create),
        "DescribeKey": .read(describe),
        "DisableKey": .write { context, input throws(ServiceError) in
            try enter(.disabled, "DisableKey", &context, input)
        },
        "EnableKey": .write { context, input throws(ServiceError) in try enter(.enabled, "EnableKey", &context, input)
        },
        "ListKeys": .read(list),
        "UpdateKeyDescription": .write(updateDescription),
    ]

    static func metadata(_ key: KMSKey) -> Value {
        let algorithms: [String]
        switch (key.usage, key.spec) {
        case ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"): algorithms = ["SYMMETRIC_DEFAULT"]
        case ("ENCRYPT_DECRYPT", _): algorithms = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
        case ("SIGN_VERIFY", "ECC_NIST_P256"): algorithms = ["ECDSA_SHA_256"]
        case ("SIGN_VERIFY", "ECC_NIST_P384"): algorithms = ["ECDSA_SHA_384"]
        case ("SIGN_VERIFY", "ECC_NIST_P521"): algorithms = ["ECDSA_SHA_512"]
        case ("SIGN_VERIFY", "ECC_SECG_P256K1"): algorithms = ["ECDSA_SHA_256"]
        case ("SIGN_VERIFY", _):
            algorithms = [
                "RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512",
                "RSASSA_PSS_SHA_256",
                "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512",
            ]
        default: algorithms = [key.spec]
        }
        return [
            "AWSAccountId": .string(key.accountID), "KeyId": .string(key.id), "Arn": .string(key.arn),
            "CreationDate": .timestamp(key.created), "Enabled": .boolean(key.state == .enabled),
            "Description": .string(key.description), "KeyUsage": .string(key.usage),
            "KeyState": .string(key.state.rawValue), "DeletionDate": key.deletionDate.map(Value.timestamp),
            "Origin": "AWS_KMS", "KeyManager": .string(key.managedBy == nil ? "CUSTOMER" : "AWS"),
            "CustomerMasterKeySpec": .string(key.spec), "KeySpec": .string(key.spec),
            "EncryptionAlgorithms": key.usage == "ENCRYPT_DECRYPT" ? .strings(algorithms) : nil,
            "SigningAlgorithms": key.usage == "SIGN_VERIFY" ? .strings(algorithms) : nil,
            "MacAlgorithms": key.usage == "GENERATE_VERIFY_MAC"
                ? .strings([key.spec.replacing("HMAC_", with: "HMAC_SHA_")]) : nil,
            "MultiRegion": .boolean(key.isMultiRegion),
            // Replicas are not emulated, so that each is the primary of its own.
            "MultiRegionConfiguration": key.isMultiRegion
                ? [
                    "MultiRegionKeyType": "PRIMARY", "ReplicaKeys": [],
                    "PrimaryKey": ["Arn": .string(key.arn), "Region": .string(key.region)],
                ] : nil,
        ]
    }

    /// The policy of a key that is made without one.
    ///
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
    private static func defaultPolicy(_ accountID: String) -> String {
        """
        {
          "Version" : "2012-10-17",
          "Id" : "key-default-1",
          "Statement" : [ {
            "Sid" : "Enable IAM User Permissions",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : "arn:aws:iam::\(accountID):root"
            },
            "Action" : "kms:*",
            "Resource" : "*"
          } ]
        }
        """
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let spec = input.string("KeySpec") ?? input.string("CustomerMasterKeySpec") ?? "SYMMETRIC_DEFAULT"
        let usage = input.string("KeyUsage") ?? (spec.hasPrefix("HMAC") ? "GENERATE_VERIFY_MAC" : "ENCRYPT_DECRYPT")
        let isAllowed =
            switch spec {
            case "SYMMETRIC_DEFAULT": usage == "ENCRYPT_DECRYPT"
            case let spec where spec.hasPrefix("RSA"): usage == "ENCRYPT_DECRYPT" || usage == "SIGN_VERIFY"
            case let spec where spec.hasPrefix("HMAC"): usage == "GENERATE_VERIFY_MAC"
            default: usage == "SIGN_VERIFY" || usage == "KEY_AGREEMENT"
            }
        guard isAllowed else {
            throw KMSError.validation("KeyUsage \(usage) is not compatible with KeySpec \(spec)")
        }
        if let origin = input.string("Origin"), origin != "AWS_KMS" {
            throw ServiceError(
                "UnsupportedOperationException", "Keys of origin \(origin) are not emulated here.", isNotEmulated: true)
        }
        let policy = input.string("Policy") ?? defaultPolicy(context.accountID)
        try KeyPolicyCalls.check(policy, input, context)
        let tags = try KeyTagCalls.tags(input)
        let isMultiRegion = input.boolean("MultiRegion") ?? false
        var id = context.world.ids.uuid("kms/\(context.region)")
        if isMultiRegion { id = "mrk-" + id.replacing("-", with: "") }
        var key = KMSKey(
            id: id, region: context.region, accountID: context.accountID,
            description: input.string("Description") ?? "", usage: usage, spec: spec, policy: policy,
            created: context.now)
        key.isMultiRegion = isMultiRegion
        for tag in tags { key.tags[tag.key] = tag.value }
        context.kms.keys.insert(key)
        return Response(["KeyMetadata": metadata(key)])
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["KeyMetadata": metadata(try Keys.named(input.string("KeyId"), context))])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try KMSPage(Array(context.kms.keys), input).response("Keys") { key in
            ["KeyId": .string(key.id), "KeyArn": .string(key.arn)]
        }
    }

    static func updateDescription(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var key = try Keys.own(input, "UpdateKeyDescription", context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        key.description = input.string("Description") ?? ""
        context.kms.keys.insert(key)
        return .empty
    }

    private static func enter(
        _ state: KMSKey.State, _ operation: String, _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        var key = try Keys.own(input, operation, context)
        guard key.state != .pendingDeletion else { throw KMSError.pendingDeletion(key) }
        key.state = state
        context.kms.keys.insert(key)
        return .empty
    }
}
