import CloudState
import Digests
import ServiceModel

/// Objects stored in one request.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>
enum PutCalls {
    static let operations: [String: Handler] = ["PutObject": .write(put)]

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let key = input.string("Key") ?? ""
        try ObjectDraft.checkKey(key)
        guard input.integer("WriteOffsetBytes") == nil else { throw S3Error.notEmulated("Appending to an object") }
        try Conditions.checkWrite(bucket.current(ObjectKey(key)), input, key)
        var object = try ObjectDraft.make(input, bucket, context)
        object.bytes = input.blob("Body") ?? []
        object.checksum = try Checksums.checked(object.bytes, input, default: "CRC64NVME")
        object.etag = Digest.md5.of(object.bytes).hex
        object.versionID = ObjectDraft.versionID(bucket, &context)
        try store(object, key, in: bucket, &context)
        var output = Fields()
        output.append("ETag", .string("\"\(object.etag)\""))
        output["VersionId"] = ObjectDraft.shown(object.versionID, bucket)
        output["Expiration"] = expiration(object, key, bucket)
        Checksums.add(object.checksum, to: &output)
        ObjectDraft.add(object.encryption, to: &output)
        return Response(.structure(output))
    }

    /// Stores a finished object, and what follows from that.
    static func store(
        _ object: S3Object, _ key: String, in bucket: S3Bucket, by operation: String = "Put",
        _ context: inout CallContext
    ) throws(ServiceError) {
        var bucket = bucket
        var object = object
        if try Replication.copy(object, key, from: bucket, &context) { object.replication = "COMPLETED" }
        bucket.store(object, ObjectKey(key))
        try context.keep(bucket)
        context.world.planLifecycle(bucket.name, for: ObjectKey(key))
        Notifications.send("ObjectCreated:\(operation)", key, object, bucket, &context)
    }

    /// When an object expires, as its header says; nil where it stays.
    static func expiration(_ object: S3Object, _ key: String, _ bucket: S3Bucket) -> Value? {
        bucket.expiration(of: object, key).map { rule, due in
            .string("expiry-date=\"\(due.httpDate)\", rule-id=\"\(PercentEncoding.encode(rule))\"")
        }
    }
}
