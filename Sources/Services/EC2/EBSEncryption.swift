import CloudState
import ServiceModel

/// Encryption of volumes by default, and the keys that encrypt them.
///
/// <https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html>
enum EBSEncryption {
    static let operations: [String: Handler] = [
        "EnableEbsEncryptionByDefault": .write { context, _ throws(ServiceError) in
            context.ec2.storage.encryptsByDefault = true
            return Response(["EbsEncryptionByDefault": true])
        },
        "DisableEbsEncryptionByDefault": .write { context, _ throws(ServiceError) in
            context.ec2.storage.encryptsByDefault = false
            return Response(["EbsEncryptionByDefault": false])
        },
        "GetEbsEncryptionByDefault": .read { context, _ throws(ServiceError) in
            let isOn = context.ec2.storage.encryptsByDefault
            return Response(["EbsEncryptionByDefault": .boolean(isOn), "SseType": isOn ? "sse-kms" : "none"])
        },
        "GetEbsDefaultKmsKeyId": .read { context, _ throws(ServiceError) in
            Response(["KmsKeyId": .string(context.ec2.storage.defaultKMSKeyID ?? managedKey)])
        },
        "ModifyEbsDefaultKmsKeyId": .write { context, input throws(ServiceError) in
            let key = input.string("KmsKeyId") ?? ""
            guard !key.isEmpty else { throw EC2Error.missingParameter("KmsKeyId") }
            let arn = keyARN(key, &context)
            context.ec2.storage.defaultKMSKeyID = arn
            return Response(["KmsKeyId": .string(arn)])
        },
        "ResetEbsDefaultKmsKeyId": .write { context, _ throws(ServiceError) in
            context.ec2.storage.defaultKMSKeyID = nil
            return Response(["KmsKeyId": .string(managedKey)])
        },
    ]

    private static let managedKey = "alias/aws/ebs"

    /// The ARN of the key that encrypts a volume: the one asked for, the account's default or AWS's own.
    static func keyARN(_ wanted: String?, _ context: inout CallContext) -> String {
        let name = wanted.flatMap { $0.isEmpty ? nil : $0 } ?? context.ec2.storage.defaultKMSKeyID ?? managedKey
        if name.hasPrefix("arn:"), name.contains(":key/") { return name }
        if let known = try? context.call("kms", "DescribeKey", ["KeyId": .string(name)]),
            let arn = known["KeyMetadata"]?["Arn"]?.text
        {
            return arn
        }
        let prefix = "arn:aws:kms:\(context.region):\(context.accountID):key/"
        guard name.contains("alias/") else { return prefix + name }
        // Without a record of the alias its key still has one id, always the same.
        let basis = IDGenerator.hash("\(context.region)/\(context.accountID)/\(name)", context.world.ids.seed)
        return prefix + IDGenerator.uuid(IDGenerator.mix(basis), IDGenerator.mix(basis &+ 1))
    }

    /// Whether a new volume or snapshot is encrypted, and with which key.
    static func decide(
        _ input: Input, source: Bool, sourceKey: String?, _ context: inout CallContext
    ) throws(ServiceError) -> (isEncrypted: Bool, keyARN: String?) {
        let key = input.string("KmsKeyId").flatMap { $0.isEmpty ? nil : $0 }
        let isEncrypted = source || context.ec2.storage.encryptsByDefault || input.boolean("Encrypted") ?? false
        guard key == nil || isEncrypted else {
            throw ServiceError(
                "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.")
        }
        guard isEncrypted else { return (false, nil) }
        return (true, keyARN(key ?? sourceKey, &context))
    }
}
