import CloudState
import ServiceModel

/// Parameters as they stand in answers.
enum ParameterViews {
    static func arn(_ name: String, _ context: CallContext) -> String {
        "arn:aws:ssm:\(context.region):\(context.accountID):parameter\(name.hasPrefix("/") ? "" : "/")\(name)"
    }

    static func parameter(
        _ name: String, _ version: Parameter.Version, selector: String? = nil, withDecryption: Bool,
        _ context: CallContext
    ) -> Value {
        [
            "Name": .string(name), "Type": .string(version.type),
            "Value": .string(value(name, version, withDecryption: withDecryption, context)),
            "Version": .integer(version.number), "Selector": .optional(selector),
            "LastModifiedDate": .timestamp(version.modified), "ARN": .string(arn(name, context)),
            "DataType": .string(version.dataType),
        ]
    }

    static func parameter(_ parameter: PublicParameter, _ context: CallContext) -> Value {
        [
            "Name": .string(parameter.name), "Type": "String", "Value": .string(parameter.value),
            "Version": .integer(parameter.version), "LastModifiedDate": .timestamp(parameter.modified),
            "ARN": .string("arn:aws:ssm:\(context.region)::parameter\(parameter.name)"),
            "DataType": .string(parameter.dataType),
        ]
    }

    static func metadata(_ parameter: Parameter, _ version: Parameter.Version, _ context: CallContext) -> Value {
        [
            "Name": .string(parameter.name), "ARN": .string(arn(parameter.name, context)),
            "Type": .string(version.type), "KeyId": .optional(version.keyID),
            "LastModifiedDate": .timestamp(version.modified), "LastModifiedUser": .string(version.user),
            "Description": .optional(version.description), "AllowedPattern": .optional(version.allowedPattern),
            "Version": .integer(version.number), "Tier": .string(version.tier), "Policies": policies(version),
            "DataType": .string(version.dataType),
        ]
    }

    static func history(
        _ parameter: Parameter, _ version: Parameter.Version, withDecryption: Bool, _ context: CallContext
    ) -> Value {
        [
            "Name": .string(parameter.name), "Type": .string(version.type), "KeyId": .optional(version.keyID),
            "LastModifiedDate": .timestamp(version.modified), "LastModifiedUser": .string(version.user),
            "Description": .optional(version.description),
            "Value": .string(value(parameter.name, version, withDecryption: withDecryption, context)),
            "AllowedPattern": .optional(version.allowedPattern), "Version": .integer(version.number),
            "Labels": .strings(version.labels), "Tier": .string(version.tier), "Policies": policies(version),
            "DataType": .string(version.dataType),
        ]
    }

    private static func policies(_ version: Parameter.Version) -> Value {
        guard let text = version.policies, !text.isEmpty else { return [] }
        return [["PolicyText": .string(text), "PolicyType": .string(type(text)), "PolicyStatus": "Pending"]]
    }

    private static func type(_ policies: String) -> String {
        ["ExpirationNotification", "NoChangeNotification", "Expiration"].first { policies.contains($0) } ?? "Expiration"
    }

    /// The text of a `SecureString` is shown only to who asks for it; others see what it was made into.
    private static func value(
        _ name: String, _ version: Parameter.Version, withDecryption: Bool, _ context: CallContext
    ) -> String {
        guard version.type == "SecureString", !withDecryption,
            let key = context.world.kmsKey(version.keyID ?? "alias/aws/ssm", region: context.region)
        else { return version.value }
        let nonce = IDGenerator.hash("\(name)/\(version.number)", context.world.ids.seed)
        let sealed = Sealing.seal(
            Array(version.value.utf8), key: key.material(context.world), nonce: nonce, context: arn(name, context))
        return Base64.encode([0x01, 0x02, 0x02, 0x00, 0x78] + sealed)
    }
}
