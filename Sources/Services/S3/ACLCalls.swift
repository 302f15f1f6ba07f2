import CloudState
import ServiceModel

/// Access control lists of buckets and objects.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>
enum ACLCalls {
    static let operations: [String: Handler] = [
        "GetBucketAcl": .read(getOfBucket),
        "GetObjectAcl": .read(getOfObject),
        "PutBucketAcl": .write(putOnBucket),
        "PutObjectAcl": .write(putOnObject),
    ]

    private static func view(_ grants: Value?, _ context: CallContext) -> Response {
        Response(["Owner": Owner.view(context), "Grants": grants ?? [Grants.ownersOwn(context)]])
    }

    static func getOfBucket(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        view(try context.bucket(input).grants, context)
    }

    static func getOfObject(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        view(try ReadCalls.object(try context.bucket(input), input).grants, context)
    }

    static func putOnBucket(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        bucket.grants = try Grants.asked(input, bucket, context)
        try context.keep(bucket)
        return .empty
    }

    static func putOnObject(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let object = try ReadCalls.object(bucket, input)
        let grants = try Grants.asked(input, bucket, context)
        bucket.change(ObjectKey(input.string("Key") ?? ""), object.versionID) { $0.grants = grants }
        try context.keep(bucket)
        return .empty
    }
}

/// Grants as requests name them: by a canned list, by headers, by a document.
enum Grants {
    static let everybody = "http://acs.amazonaws.com/groups/global/AllUsers"
    private static let users = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
    private static let logs = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    private static let mostGrants = 100

    static func ownersOwn(_ context: CallContext) -> Value {
        grant(["Type": "CanonicalUser", "ID": .string(Owner.canonicalID(context))], "FULL_CONTROL")
    }

    private static func grant(_ grantee: Value, _ permission: String) -> Value {
        ["Grantee": grantee, "Permission": .string(permission)]
    }

    private static func group(_ uri: String, _ permission: String) -> Value {
        grant(["Type": "Group", "URI": .string(uri)], permission)
    }

    /// The grants that a request asks for; nil for the owner's own alone.
    static func asked(
        _ input: Input, _ bucket: S3Bucket, _ context: CallContext
    ) throws(ServiceError) -> Value? {
        var grants: [Value]?
        var namesACL = false
        if let canned = input.string("ACL") {
            let isCreation = input.shape.member("CreateBucketConfiguration") != nil
            namesACL = canned != "bucket-owner-full-control" && !(isCreation && canned == "private")
            grants = [ownersOwn(context)] + standing(canned)
        }
        let headers = [
            ("GrantFullControl", "FULL_CONTROL"), ("GrantRead", "READ"), ("GrantReadACP", "READ_ACP"),
            ("GrantWrite", "WRITE"), ("GrantWriteACP", "WRITE_ACP"),
        ]
        for (member, permission) in headers where input.shape.member(member) != nil {
            guard let header = input.string(member) else { continue }
            guard input.string("ACL") == nil else {
                throw S3Error.invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
            }
            namesACL = true
            grants = (grants ?? []) + (try grantees(header, member).map { grant($0, permission) })
        }
        if input.shape.member("AccessControlPolicy") != nil, let policy = input.structure("AccessControlPolicy") {
            guard grants == nil else {
                throw S3Error.make("UnexpectedContent", "This request does not support content")
            }
            namesACL = true
            grants = policy["Grants"]?.elements ?? []
            if grants == [ownersOwn(context)] { namesACL = false }
        }
        guard let grants else { return nil }
        guard grants.count <= mostGrants else { throw S3Error.malformedXML }
        if namesACL, bucket.ownership == "BucketOwnerEnforced" {
            throw input.shape.member("CreateBucketConfiguration") != nil
                ? S3Error.make(
                    "InvalidBucketAclWithObjectOwnership",
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
                : S3Error.make("AccessControlListNotSupported", "The bucket does not allow ACLs")
        }
        let isPublic = grants.contains { [everybody, users].contains($0["Grantee"]?["URI"]?.text) }
        if isPublic, bucket.blocks("BlockPublicAcls") {
            throw S3Error.make(
                "AccessDenied",
                "User: \(context.caller.arn) is not authorized to set public ACLs on \(bucket.name) because public access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access.",
                403)
        }
        return grants == [ownersOwn(context)] ? nil : .list(grants)
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>
    private static func standing(_ name: String) -> [Value] {
        switch name {
        case "public-read": [group(everybody, "READ")]
        case "public-read-write": [group(everybody, "READ"), group(everybody, "WRITE")]
        case "authenticated-read": [group(users, "READ")]
        case "log-delivery-write": [group(logs, "WRITE"), group(logs, "READ_ACP")]
        default: []
        }
    }

    /// Grantees of a header: `id="…", uri="…"`.
    private static func grantees(_ header: String, _ name: String) throws(ServiceError) -> [Value] {
        var grantees: [Value] = []
        for part in header.split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1)
            let kind = halves.first?.filter { $0 != " " } ?? ""
            let value = halves.count > 1 ? halves[1].filter { $0 != "\"" && $0 != " " } : ""
            switch kind {
            case "id" where !value.isEmpty: grantees.append(["Type": "CanonicalUser", "ID": .string(value)])
            case "uri" where [everybody, users, logs].contains(value):
                grantees.append(["Type": "Group", "URI": .string(value)])
            default: throw S3Error.invalidArgument("Argument format not recognized", name, header)
            }
        }
        return grantees
    }
}
