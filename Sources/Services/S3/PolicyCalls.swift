import CloudState
import JSONValue
import PolicyEngine
import ServiceModel

/// Policies of buckets.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html>
enum PolicyCalls {
    static let operations: [String: Handler] = [
        "DeleteBucketPolicy": .write(delete),
        "GetBucketPolicy": .read(get),
        "GetBucketPolicyStatus": .read(status),
        "PutBucketPolicy": .write(put),
    ]

    private static let most = 20 * 1024

    private static func text(_ bucket: S3Bucket) throws(ServiceError) -> String {
        guard let policy = bucket.policy else {
            throw S3Error.make(
                "NoSuchBucketPolicy", "The bucket policy does not exist", 404, ["BucketName": bucket.name])
        }
        return policy
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["Policy": .string(try text(try context.bucket(input)))])
    }

    static func status(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let isPublic = isPublic(try text(try context.bucket(input)))
        return Response(["PolicyStatus": ["IsPublic": .boolean(isPublic)]])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        bucket.setPolicy(nil)
        try context.keep(bucket)
        return .empty
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let text = input.string("Policy") ?? ""
        guard text.utf8.count <= most else {
            throw malformed("Policy exceeds the maximum allowed document size.")
        }
        guard text.utf8.first == UInt8(ascii: "{"), (try? JSON.parse(text, maximumDepth: 32)) != nil else {
            throw malformed("Policies must be valid JSON and the first byte must be '{'")
        }
        let policy: Policy
        do throws(PolicyError) {
            policy = try Policy(parsing: text, as: .resource)
        } catch {
            throw malformed(error.message)
        }
        let arn = "arn:aws:s3:::\(bucket.name)"
        for statement in policy.statements {
            for resource in statement.resources?.texts ?? []
            where resource != arn && !resource.hasPrefix(arn + "/") && !resource.hasPrefix(arn + "*") && resource != "*"
            {
                throw malformed("Policy has invalid resource")
            }
        }
        if bucket.blocks("BlockPublicPolicy"), isPublic(text) {
            throw S3Error.make(
                "AccessDenied",
                "User: \(context.caller.arn) is not authorized to perform: s3:PutBucketPolicy on resource: \"\(arn)\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
                403)
        }
        bucket.setPolicy(text)
        try context.keep(bucket)
        return .empty
    }

    private static func malformed(_ message: String) -> ServiceError { S3Error.make("MalformedPolicy", message) }

    /// Whether a policy lets everybody in. A condition is taken for one that keeps most people out.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status>
    private static func isPublic(_ text: String) -> Bool {
        guard let statements = (try? JSON.parse(text, maximumDepth: 32))?["Statement"] else { return false }
        return (statements.arrayValue ?? [statements]).contains { statement in
            guard statement["Effect"]?.stringValue == "Allow", statement["Condition"] == nil else { return false }
            if statement["NotPrincipal"] != nil { return true }
            guard let principal = statement["Principal"] else { return false }
            let names = principal["AWS"] ?? principal
            return (names.arrayValue ?? [names]).contains { $0.stringValue == "*" }
        }
    }
}

extension S3Bucket {
    /// Whether its public access block has that setting.
    func blocks(_ setting: String) -> Bool { configurations["publicAccessBlock"]?[setting] == .boolean(true) }

    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
    var ownership: String {
        configurations["ownershipControls"]?["Rules"]?.elements?.first?["ObjectOwnership"]?.text ?? "ObjectWriter"
    }
}
