import CloudState
import ServiceModel

/// What a bucket has one of, kept and shown as it was given.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>
struct BucketConfiguration: Sendable {
    /// What `get` answers with where nothing was put.
    enum Missing: Sendable {
        case error(code: String, message: String)
        case value(Value)
    }

    /// The name of the sub-resource, for instance `cors`.
    let name: String
    /// What `Get` and `Put` are followed by, for instance `BucketCors`.
    let operation: String
    /// The member of the request that holds it.
    let member: String
    /// Whether the answer has it in a member of the same name, and not as its own members.
    let isWrapped: Bool
    /// The operation that takes it away; nil where none does.
    let deletion: String?
    let missing: Missing

    static let all: [BucketConfiguration] = [
        BucketConfiguration(
            name: "abac", operation: "BucketAbac", member: "AbacStatus", isWrapped: true, deletion: nil,
            missing: .value(["Status": "Disabled"])),
        BucketConfiguration(
            name: "accelerate", operation: "BucketAccelerateConfiguration", member: "AccelerateConfiguration",
            isWrapped: false, deletion: nil, missing: .value([:])),
        BucketConfiguration(
            name: "cors", operation: "BucketCors", member: "CORSConfiguration", isWrapped: false,
            deletion: "DeleteBucketCors",
            missing: .error(
                code: "NoSuchCORSConfiguration", message: "The CORS configuration does not exist")),
        BucketConfiguration(
            name: "encryption", operation: "BucketEncryption", member: "ServerSideEncryptionConfiguration",
            isWrapped: true, deletion: "DeleteBucketEncryption",
            missing: .value([
                "Rules": [
                    ["ApplyServerSideEncryptionByDefault": ["SSEAlgorithm": "AES256"], "BucketKeyEnabled": false]
                ]
            ])),
        BucketConfiguration(
            name: "lifecycle", operation: "BucketLifecycleConfiguration", member: "LifecycleConfiguration",
            isWrapped: false, deletion: "DeleteBucketLifecycle",
            missing: .error(
                code: "NoSuchLifecycleConfiguration", message: "The lifecycle configuration does not exist")),
        BucketConfiguration(
            name: "logging", operation: "BucketLogging", member: "BucketLoggingStatus", isWrapped: false,
            deletion: nil, missing: .value([:])),
        BucketConfiguration(
            name: "notification", operation: "BucketNotificationConfiguration", member: "NotificationConfiguration",
            isWrapped: false, deletion: nil, missing: .value([:])),
        BucketConfiguration(
            name: "ownershipControls", operation: "BucketOwnershipControls", member: "OwnershipControls",
            isWrapped: true, deletion: "DeleteBucketOwnershipControls",
            missing: .error(
                code: "OwnershipControlsNotFoundError", message: "The bucket ownership controls were not found")),
        BucketConfiguration(
            name: "publicAccessBlock", operation: "PublicAccessBlock", member: "PublicAccessBlockConfiguration",
            isWrapped: true, deletion: "DeletePublicAccessBlock",
            missing: .error(
                code: "NoSuchPublicAccessBlockConfiguration",
                message: "The public access block configuration was not found")),
        BucketConfiguration(
            name: "requestPayment", operation: "BucketRequestPayment", member: "RequestPaymentConfiguration",
            isWrapped: false, deletion: nil, missing: .value(["Payer": "BucketOwner"])),
        BucketConfiguration(
            name: "website", operation: "BucketWebsite", member: "WebsiteConfiguration", isWrapped: false,
            deletion: "DeleteBucketWebsite",
            missing: .error(
                code: "NoSuchWebsiteConfiguration",
                message: "The specified bucket does not have a website configuration")),
    ]
}

enum ConfigurationCalls {
    static let operations: [String: Handler] = BucketConfiguration.all.reduce(into: [:]) { all, kind in
        all["Get\(kind.operation)"] = .read { context, input throws(ServiceError) in
            try get(kind, context, input)
        }
        all["Put\(kind.operation)"] = .write { context, input throws(ServiceError) in
            try put(kind, &context, input)
        }
        guard let deletion = kind.deletion else { return }
        all[deletion] = .write { context, input throws(ServiceError) in
            var bucket = try context.bucket(input)
            bucket.configure(kind.name, nil)
            try context.keep(bucket)
            return .empty
        }
    }

    private static func get(
        _ kind: BucketConfiguration, _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        var value = bucket.configurations[kind.name]
        if value == nil {
            switch kind.missing {
            case .error(let code, let message):
                throw S3Error.make(code, message, 404, ["BucketName": bucket.name])
            case .value(let standard): value = standard
            }
        }
        guard let value else { return .empty }
        guard !kind.isWrapped else { return Response(.structure(Fields([.init(name: kind.member, value: value)]))) }
        return Response(value)
    }

    private static func put(
        _ kind: BucketConfiguration, _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        guard var fields = input[kind.member]?.fields else { throw S3Error.malformedXML }
        switch kind.name {
        case "encryption": try checkEncryption(fields)
        case "lifecycle":
            try checkRules(fields, "Rules", most: 1000)
            try LifecycleChecks.check(fields["Rules"]?.elements ?? [])
            name("Rules", of: &fields, &context)
            fields["TransitionDefaultMinimumObjectSize"] =
                input["TransitionDefaultMinimumObjectSize"] ?? "all_storage_classes_128K"
        case "cors": try checkRules(fields, "CORSRules", most: 100)
        case "notification":
            for member in ["TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations"] {
                name(member, of: &fields, &context)
            }
            let isChecked = input.boolean("SkipDestinationValidation") != true
            if isChecked { try Notifications.check(fields, bucket, context) }
        case "logging":
            if let target = fields["LoggingEnabled"]?["TargetBucket"]?.text, context.s3.buckets[target] == nil {
                throw S3Error.make(
                    "InvalidTargetBucketForLogging", "The target bucket for logging does not exist", 400,
                    ["TargetBucket": String(target.prefix(128))])
            }
        case "ownershipControls":
            let isEnforced =
                fields["Rules"]?.elements?.first?["ObjectOwnership"]?.text == "BucketOwnerEnforced"
            guard !isEnforced || bucket.grants == nil else {
                throw S3Error.make(
                    "InvalidBucketAclWithObjectOwnership",
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
            }
        case "accelerate":
            guard !bucket.name.contains(".") else {
                throw S3Error.invalidRequest(
                    "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names")
            }
        case "website":
            let redirects = fields["RedirectAllRequestsTo"] != nil
            guard redirects || fields["IndexDocument"]?["Suffix"]?.text?.contains("/") == false else {
                throw S3Error.invalidArgument("The IndexDocument Suffix is not well formed", "IndexDocument", "")
            }
        case "publicAccessBlock":
            // A setting that is not named is off.
            for name in ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
            where fields[name] == nil {
                fields[name] = false
            }
        default: break
        }
        bucket.configure(kind.name, .structure(fields))
        try context.keep(bucket)
        if kind.name == "lifecycle" { context.world.planLifecycle(bucket.name) }
        if kind.name == "notification" { Notifications.test(bucket, .structure(fields), &context) }
        let echoes = kind.name == "lifecycle" ? fields["TransitionDefaultMinimumObjectSize"] : nil
        return Response(["TransitionDefaultMinimumObjectSize": echoes])
    }

    private static func checkRules(_ fields: Fields, _ member: String, most: Int) throws(ServiceError) {
        guard (1...most).contains(fields[member]?.elements?.count ?? 0) else { throw S3Error.malformedXML }
    }

    private static func checkEncryption(_ fields: Fields) throws(ServiceError) {
        guard let rules = fields["Rules"]?.elements, rules.count == 1 else { throw S3Error.malformedXML }
        let standard = rules.first?["ApplyServerSideEncryptionByDefault"]
        if standard?["SSEAlgorithm"]?.text == "AES256", standard?["KMSMasterKeyID"] != nil {
            throw S3Error.invalidArgument(
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
                "ApplyServerSideEncryptionByDefault", "AES256")
        }
    }

    /// Gives the elements of a list the ids that they lack.
    private static func name(_ member: String, of fields: inout Fields, _ context: inout CallContext) {
        let key = member == "Rules" ? "ID" : "Id"
        guard let elements = fields[member]?.elements else { return }
        var named: [Value] = []
        for element in elements {
            var fields = element.fields ?? Fields()
            if fields[key] == nil { fields[key] = .string(context.world.ids.uuid("s3/\(member)")) }
            named.append(.structure(fields))
        }
        fields[member] = .list(named)
    }
}
