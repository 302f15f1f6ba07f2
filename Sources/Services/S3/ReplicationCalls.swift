import CloudState
import ServiceModel

/// Replication of new objects to other buckets of the account.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html>
enum ReplicationCalls {
    static let operations: [String: Handler] = [
        "DeleteBucketReplication": .write(delete),
        "GetBucketReplication": .read(get),
        "PutBucketReplication": .write(put),
    ]

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        guard let value = bucket.configurations["replication"] else {
            throw S3Error.make(
                "ReplicationConfigurationNotFoundError", "The replication configuration was not found", 404,
                ["BucketName": bucket.name])
        }
        return Response(["ReplicationConfiguration": value])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        bucket.configure("replication", nil)
        try context.keep(bucket)
        return .empty
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        guard bucket.isVersioned else {
            throw S3Error.invalidRequest(
                "Versioning must be 'Enabled' on the bucket to apply a replication configuration")
        }
        guard let configuration = input.structure("ReplicationConfiguration") else { throw S3Error.malformedXML }
        let rules = configuration.structures("Rules")
        guard (1...1000).contains(rules.count) else { throw S3Error.malformedXML }
        var named: [Value] = []
        for rule in rules {
            let destination = Replication.bucketName(rule.structure("Destination")?.string("Bucket"))
            guard let target = destination.flatMap({ context.s3.buckets[$0] }) else {
                throw S3Error.invalidRequest("Destination bucket must exist.")
            }
            guard target.isVersioned else {
                throw S3Error.invalidRequest("Destination bucket must have versioning enabled.")
            }
            var fields = rule.fields
            if fields["ID"] == nil { fields["ID"] = .string(context.world.ids.uuid("s3/replication")) }
            named.append(.structure(fields))
        }
        var fields = configuration.fields
        fields["Rules"] = .list(named)
        bucket.configure("replication", .structure(fields))
        try context.keep(bucket)
        return .empty
    }
}

/// Copies what is stored in one bucket to those that its rules name.
enum Replication {
    static func bucketName(_ arn: String?) -> String? {
        let prefix = "arn:aws:s3:::"
        guard let arn, arn.hasPrefix(prefix) else { return nil }
        return String(arn.dropFirst(prefix.count))
    }

    /// Copies a new object; true where a rule was for it.
    static func copy(
        _ object: S3Object, _ key: String, from bucket: S3Bucket, _ context: inout CallContext
    ) throws(ServiceError) -> Bool {
        let rules = rules(for: key, object.tags, in: bucket)
        for rule in rules { try store(object, key, by: rule, from: bucket, &context) }
        return !rules.isEmpty
    }

    /// Copies a delete marker where a rule says so.
    static func copyMarker(
        _ marker: S3Object, _ key: String, from bucket: S3Bucket, _ context: inout CallContext
    ) throws(ServiceError) {
        for rule in rules(for: key, Tags(), in: bucket)
        where rule["DeleteMarkerReplication"]?["Status"]?.text == "Enabled" {
            try store(marker, key, by: rule, from: bucket, &context)
        }
    }

    private static func store(
        _ object: S3Object, _ key: String, by rule: Value, from bucket: S3Bucket, _ context: inout CallContext
    ) throws(ServiceError) {
        let destination = rule["Destination"]
        guard let name = bucketName(destination?["Bucket"]?.text), name != bucket.name,
            var target = context.s3.buckets[name], target.isVersioned
        else { return }
        var replica = object
        replica.replication = object.isDeleteMarker ? nil : "REPLICA"
        if let storageClass = destination?["StorageClass"]?.text { replica.storageClass = storageClass }
        target.store(replica, ObjectKey(key))
        try context.keep(target)
        context.world.planLifecycle(name, for: ObjectKey(key))
    }

    /// The rules that are for an object: of those for one destination, the one of the highest priority.
    private static func rules(for key: String, _ tags: Tags, in bucket: S3Bucket) -> [Value] {
        guard bucket.isVersioned else { return [] }
        let rules = bucket.configurations["replication"]?["Rules"]?.elements ?? []
        let found = rules.filter { $0["Status"]?.text == "Enabled" && matches($0, key, tags) }
            .sorted { priority($0) > priority($1) }
        var seen: Set<String> = []
        return found.filter { seen.insert($0["Destination"]?["Bucket"]?.text ?? "").inserted }
    }

    private static func priority(_ rule: Value) -> Int {
        guard case .integer(let number)? = rule["Priority"] else { return 0 }
        return number
    }

    private static func matches(_ rule: Value, _ key: String, _ tags: Tags) -> Bool {
        let filter = rule["Filter"]
        let both = filter?["And"]
        let prefix = both?["Prefix"]?.text ?? filter?["Prefix"]?.text ?? rule["Prefix"]?.text ?? ""
        let wanted = (both?["Tags"]?.elements ?? []) + (filter?["Tag"].map { [$0] } ?? [])
        return key.utf8.starts(with: prefix.utf8)
            && wanted.allSatisfy { tag in tag["Key"]?.text.flatMap { tags[$0] } == tag["Value"]?.text }
    }
}
