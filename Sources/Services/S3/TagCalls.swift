import CloudState
import ServiceModel

/// Tags of buckets and objects.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "DeleteBucketTagging": .write(deleteOfBucket),
        "DeleteObjectTagging": .write(deleteOfObject),
        "GetBucketTagging": .read(getOfBucket),
        "GetObjectTagging": .read(getOfObject),
        "PutBucketTagging": .write(putOnBucket),
        "PutObjectTagging": .write(putOnObject),
    ]

    private static func view(_ tags: Tags) -> Value {
        .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] }
    }

    private static func asked(_ input: Input, most: Int) throws(ServiceError) -> Tags {
        guard let tagging = input.structure("Tagging") else { throw S3Error.malformedXML }
        return try TagRules.tags(tagging.structures("TagSet"), most: most)
    }

    static func putOnBucket(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        bucket.tags = try asked(input, most: 50)
        try context.keep(bucket)
        return .empty
    }

    static func getOfBucket(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        guard !bucket.tags.isEmpty else {
            throw S3Error.make("NoSuchTagSet", "The TagSet does not exist", 404, ["BucketName": bucket.name])
        }
        return Response(["TagSet": view(bucket.tags)])
    }

    static func deleteOfBucket(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        bucket.tags = Tags()
        try context.keep(bucket)
        return .empty
    }

    private static func change(
        _ context: inout CallContext, _ input: Input, _ tags: Tags
    ) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let object = try ReadCalls.object(bucket, input)
        bucket.change(ObjectKey(input.string("Key") ?? ""), object.versionID) { $0.tags = tags }
        try context.keep(bucket)
        context.world.planLifecycle(bucket.name, for: ObjectKey(input.string("Key") ?? ""))
        return Response(["VersionId": ObjectDraft.shown(object.versionID, bucket)])
    }

    static func putOnObject(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input, try asked(input, most: TagRules.mostOfObject))
    }

    static func deleteOfObject(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input, Tags())
    }

    static func getOfObject(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let object = try ReadCalls.object(bucket, input)
        return Response([
            "TagSet": view(object.tags), "VersionId": ObjectDraft.shown(object.versionID, bucket),
        ])
    }
}

/// What tags may be.
enum TagRules {
    static let mostOfObject = 10

    static func tags(_ pairs: [Input], most: Int) throws(ServiceError) -> Tags {
        try tags(pairs.map { ($0.string("Key") ?? "", $0.string("Value") ?? "") }, most: most)
    }

    /// Tags of the header `x-amz-tagging`, which is spelled like a query string.
    static func tags(header: String) throws(ServiceError) -> Tags {
        var pairs: [(key: String, value: String)] = []
        for part in header.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = halves.compactMap { PercentEncoding.decode($0.replacing("+", with: " ")[...]) }
            guard decoded.count == halves.count, let key = decoded.first else {
                throw S3Error.invalidArgument(
                    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
                    "x-amz-tagging", header)
            }
            pairs.append((key, decoded.count > 1 ? decoded[1] : ""))
        }
        return try tags(pairs, most: mostOfObject)
    }

    private static func tags(
        _ pairs: [(key: String, value: String)], most: Int
    ) throws(ServiceError) -> Tags {
        guard pairs.count <= most else {
            throw S3Error.make(
                "BadRequest",
                most == mostOfObject
                    ? "Object tags cannot be greater than 10" : "Bucket tag count cannot be greater than 50")
        }
        var seen: Set<String> = []
        for pair in pairs {
            guard (1...128).contains(pair.key.unicodeScalars.count) else {
                throw S3Error.make("InvalidTag", "The TagKey you have provided is invalid")
            }
            guard pair.value.unicodeScalars.count <= 256 else {
                throw S3Error.make("InvalidTag", "The TagValue you have provided is invalid")
            }
            guard !pair.key.lowercased().hasPrefix("aws:") else {
                throw S3Error.make("InvalidTag", "System tags cannot be added/updated by requester")
            }
            guard seen.insert(pair.key).inserted else {
                throw S3Error.make("InvalidTag", "Cannot provide multiple Tags with the same key")
            }
        }
        return Tags(pairs)
    }
}
