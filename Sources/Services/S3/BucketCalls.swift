import CloudState
import Digests
import ServiceModel

/// Buckets: made, found, deleted.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
enum BucketCalls {
    static let operations: [String: Handler] = [
        "CreateBucket": .write(create),
        "DeleteBucket": .write(delete),
        "GetBucketLocation": .read(location),
        "HeadBucket": .read(head),
        "ListBuckets": .read(list),
    ]

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Bucket") ?? ""
        try BucketName.check(name)
        let configuration = input.structure("CreateBucketConfiguration")
        let region = try region(configuration?.string("LocationConstraint"), context)
        guard configuration?.structure("Location") == nil, configuration?.structure("Bucket") == nil else {
            throw S3Error.notEmulated("A directory bucket")
        }
        if context.s3.buckets[name] != nil {
            // The oldest region alone answers as if it had made it.
            guard region == "us-east-1", context.region == region else {
                throw S3Error.make(
                    "BucketAlreadyOwnedByYou",
                    "Your previous request to create the named bucket succeeded and you already own it.", 409,
                    ["BucketName": name])
            }
            return Response(["Location": .string("/\(name)")])
        }
        guard context.s3.buckets.count < S3State.mostBuckets else {
            throw S3Error.make(
                "TooManyBuckets", "You have attempted to create more buckets than allowed")
        }
        var bucket = S3Bucket(name: name, region: region, created: context.now)
        bucket.configure(
            "ownershipControls",
            ["Rules": [["ObjectOwnership": .string(input.string("ObjectOwnership") ?? "BucketOwnerEnforced")]]])
        bucket.configure(
            "publicAccessBlock",
            [
                "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true,
                "RestrictPublicBuckets": true,
            ])
        if input.boolean("ObjectLockEnabledForBucket") ?? false {
            bucket.hasObjectLock = true
            bucket.versioning = "Enabled"
            bucket.configure("object-lock", ["ObjectLockEnabled": "Enabled"])
        }
        bucket.tags = try TagRules.tags(configuration?.structures("Tags") ?? [], most: 50)
        bucket.grants = try Grants.asked(input, bucket, context)
        try context.keep(bucket)
        return Response(["Location": .string(region == "us-east-1" ? "/\(name)" : "http://\(name).s3.amazonaws.com/")])
    }

    /// Where a bucket is to be: the region that was called, which the request has to name unless it is the oldest.
    private static func region(_ constraint: String?, _ context: CallContext) throws(ServiceError) -> String {
        let wanted = constraint == "EU" ? "eu-west-1" : constraint
        switch wanted {
        case context.region where context.region != "us-east-1": return context.region
        case nil where context.region == "us-east-1": return context.region
        case nil:
            throw S3Error.make(
                "IllegalLocationConstraintException",
                "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."
            )
        case let wanted? where context.region == "us-east-1" && wanted != "us-east-1":
            guard RegionFacts.named(wanted) != nil else { throw invalidConstraint(wanted) }
            return wanted
        case "us-east-1" where context.region == "us-east-1":
            throw invalidConstraint("us-east-1")
        case let wanted?:
            throw S3Error.make(
                "IllegalLocationConstraintException",
                "The \(wanted.prefix(64)) location constraint is incompatible for the region specific endpoint this request was sent to."
            )
        }
    }

    private static func invalidConstraint(_ name: String) -> ServiceError {
        S3Error.make(
            "InvalidLocationConstraint", "The specified location-constraint is not valid", 400,
            ["LocationConstraint": String(name.prefix(64))])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        guard bucket.keys.isEmpty else {
            throw S3Error.make(
                "BucketNotEmpty",
                bucket.versioning == nil
                    ? "The bucket you tried to delete is not empty"
                    : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.", 409,
                ["BucketName": bucket.name])
        }
        context.s3.buckets.remove(bucket.name)
        return .empty
    }

    static func head(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        return Response([
            "BucketArn": .string("arn:aws:s3:::\(bucket.name)"), "BucketRegion": .string(bucket.region),
            "AccessPointAlias": false,
        ])
    }

    static func location(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let region = try context.bucket(input).region
        return Response(["LocationConstraint": region == "us-east-1" ? nil : .string(region)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("Prefix") ?? ""
        let region = input.string("BucketRegion")
        let most = input.integer("MaxBuckets") ?? S3State.mostBuckets
        guard (1...S3State.mostBuckets).contains(most) else {
            throw S3Error.invalidArgument("max-buckets must be between 1 and 10000.", "max-buckets", "\(most)")
        }
        var after = ""
        if let token = input.string("ContinuationToken") {
            guard let text = Token.decode(token) else { throw Token.invalid(token) }
            after = text
        }
        let found = context.s3.buckets.filter {
            $0.name.utf8.starts(with: prefix.utf8) && (region == nil || $0.region == region)
                && ObjectKey(after) < ObjectKey($0.name)
        }.sorted { ObjectKey($0.name) < ObjectKey($1.name) }
        let page = found.prefix(most)
        return Response([
            "Buckets": .list(page) {
                [
                    "Name": .string($0.name), "CreationDate": .timestamp($0.created),
                    "BucketRegion": .string($0.region), "BucketArn": .string("arn:aws:s3:::\($0.name)"),
                ]
            }, "Owner": Owner.view(context),
            "ContinuationToken": page.count < found.count ? page.last.map { .string(Token.encode($0.name)) } : nil,
            "Prefix": .optional(input.string("Prefix")),
        ])
    }
}

/// The account as S3 knows it.
enum Owner {
    /// 64 hexadecimal digits that belong to the account.
    static func canonicalID(_ context: CallContext) -> String {
        Digest.sha256.of("s3/\(context.accountID)").hex
    }

    static func view(_ context: CallContext) -> Value { ["ID": .string(canonicalID(context))] }
}

/// Tokens that go on with a list.
enum Token {
    static func encode(_ text: String) -> String { Base64.encode(Array("s3:\(text)".utf8)) }

    static func decode(_ token: String) -> String? {
        guard let bytes = Base64.decode(token), let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix("s3:")
        else { return nil }
        return String(text.dropFirst(3))
    }

    static func invalid(_ token: String) -> ServiceError {
        S3Error.invalidArgument("The continuation token provided is incorrect", "continuation-token", token)
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
enum BucketName {
    static func check(_ name: String) throws(ServiceError) {
        let bytes = Array(name.utf8)
        let isPlain = bytes.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        let ends = [bytes.first, bytes.last].allSatisfy { $0.map(isLetterOrDigit) ?? false }
        let reserved = name.hasPrefix("xn--") || name.hasPrefix("sthree-") || name.hasPrefix("amzn-s3-demo-")
        let reservedEnd = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].contains { name.hasSuffix($0) }
        guard (3...63).contains(bytes.count), isPlain, ends, !name.contains(".."), !isAddress(name), !reserved,
            !reservedEnd
        else {
            throw S3Error.make(
                "InvalidBucketName", "The specified bucket is not valid.", 400,
                ["BucketName": String(name.prefix(128))])
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func isAddress(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
