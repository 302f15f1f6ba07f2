import CloudState
import ServiceModel

/// Objects read.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>
enum ReadCalls {
    static let operations: [String: Handler] = [
        "GetObject": .read(get),
        "GetObjectAttributes": .read(attributes),
        "HeadObject": .read(head),
        "RestoreObject": .write(restore),
    ]

    /// The version of an object that a call is about.
    ///
    /// - Throws: `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a delete marker.
    static func object(_ bucket: S3Bucket, _ input: Input) throws(ServiceError) -> S3Object {
        try object(bucket, input.string("Key") ?? "", input.string("VersionId"))
    }

    static func object(
        _ bucket: S3Bucket, _ key: String, _ versionID: String?
    ) throws(ServiceError) -> S3Object {
        let versions = bucket.versions(ObjectKey(key))
        guard let versionID else {
            guard let last = versions.last else { throw S3Error.noKey(key) }
            guard !last.isDeleteMarker else { throw S3Error.isDeleted(key, last.versionID) }
            return last
        }
        guard let version = versions.first(where: { $0.versionID == versionID }) else {
            throw S3Error.noVersion(key, versionID)
        }
        guard !version.isDeleteMarker else { throw S3Error.isMarker(key, versionID) }
        return version
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (object, range, output) = try read(context, input)
        try checkArchive(object, context)
        var answer = output
        let names = [
            "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires",
        ]
        for name in names {
            if let text = input.string("Response\(name)") { answer[name] = .string(text) }
        }
        answer["Body"] = .blob(range.map { Array(object.bytes[$0]) } ?? object.bytes)
        return Response(.structure(answer))
    }

    static func head(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (object, range, output) = try read(context, input)
        var answer = output
        answer["ContentLength"] = .integer(range?.count ?? object.bytes.count)
        return Response(.structure(answer))
    }

    /// Refuses to read what is in an archive.
    static func checkArchive(_ object: S3Object, _ context: CallContext) throws(ServiceError) {
        guard object.isArchived(at: context.now) else { return }
        throw S3Error.make(
            "InvalidObjectState", "The operation is not valid for the object's storage class", 403,
            ["StorageClass": object.storageClass])
    }

    /// Restores an archived object for some days. That takes hours on AWS, and no time here.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html>
    static func restore(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let object = try object(bucket, input)
        guard ["GLACIER", "DEEP_ARCHIVE"].contains(object.storageClass) else {
            throw S3Error.make(
                "InvalidObjectState", "Restore is not allowed for the object's current storage class", 403,
                ["StorageClass": object.storageClass])
        }
        guard let days = input.structure("RestoreRequest")?.integer("Days"), (1...36_500).contains(days) else {
            throw S3Error.malformedXML
        }
        let until = context.now.adding(seconds: days * 86_400)
        bucket.change(ObjectKey(input.string("Key") ?? ""), object.versionID) { $0.restoredUntil = until }
        try context.keep(bucket)
        return .empty
    }

    /// What reading an object and asking about it have in common.
    private static func read(
        _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> (object: S3Object, range: Range<Int>?, output: Fields) {
        let bucket = try context.bucket(input)
        let key = input.string("Key") ?? ""
        let action = input.string("VersionId") == nil ? "GetObject" : "GetObjectVersion"
        try PublicAccess.check(action, bucket, key: key, object: bucket.current(ObjectKey(key)), context)
        let object = try object(bucket, input)
        try CustomerKey.check(object, input)
        try Conditions.checkRead(object, input)
        var output = object.headers
        output["ETag"] = .string("\"\(object.etag)\"")
        output["LastModified"] = .timestamp(object.modified)
        output["AcceptRanges"] = "bytes"
        output["VersionId"] = ObjectDraft.shown(object.versionID, bucket)
        if !object.metadata.isEmpty { output["Metadata"] = .map(object.metadata) }
        if !object.tags.isEmpty { output["TagCount"] = .integer(object.tags.count) }
        if object.storageClass != "STANDARD" { output["StorageClass"] = .string(object.storageClass) }
        if let until = object.restoredUntil {
            output["Restore"] = .string("ongoing-request=\"false\", expiry-date=\"\(until.httpDate)\"")
        }
        if input.string("VersionId") == nil { output["Expiration"] = PutCalls.expiration(object, key, bucket) }
        output["ReplicationStatus"] = .optional(object.replication)
        ObjectDraft.add(object.encryption, to: &output)
        LockRules.add(object, to: &output)
        var range = try input.string("Range").flatMap { header throws(ServiceError) in
            try ByteRange.parse(header, size: object.bytes.count)
        }
        if let number = input.integer("PartNumber") {
            guard input.string("Range") == nil else {
                throw S3Error.invalidRequest("Cannot specify both Range header and partNumber query parameter.")
            }
            range = try part(number, of: object)
            if !object.parts.isEmpty { output["PartsCount"] = .integer(object.parts.count) }
        }
        if let range {
            output["ContentRange"] = .string(
                "bytes \(range.lowerBound)-\(max(range.lowerBound, range.upperBound - 1))/\(object.bytes.count)")
        } else if input.string("ChecksumMode") == "ENABLED" {
            Checksums.add(object.checksum, to: &output)
        }
        return (object, range, output)
    }

    private static func part(_ number: Int, of object: S3Object) throws(ServiceError) -> Range<Int>? {
        if object.parts.isEmpty, number == 1 { return nil }
        guard number >= 1, number <= object.parts.count else {
            throw S3Error.make(
                "InvalidPartNumber", "The requested partnumber is not satisfiable", 416,
                ["PartNumberRequested": "\(number)", "ActualPartCount": "\(max(1, object.parts.count))"])
        }
        let start = object.parts[..<(number - 1)].reduce(0, +)
        return start..<start + object.parts[number - 1]
    }

    static func attributes(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let object = try object(bucket, input)
        try CustomerKey.check(object, input)
        let asked = Set(input.strings("ObjectAttributes"))
        var output = Fields()
        output["LastModified"] = .timestamp(object.modified)
        output["VersionId"] = ObjectDraft.shown(object.versionID, bucket)
        if asked.contains("ETag") { output["ETag"] = .string(object.etag) }
        if asked.contains("Checksum"), object.checksum != nil {
            var checksum = Fields()
            Checksums.add(object.checksum, to: &checksum)
            output["Checksum"] = .structure(checksum)
        }
        if asked.contains("ObjectParts"), !object.parts.isEmpty {
            output["ObjectParts"] = parts(object, input)
        }
        if asked.contains("StorageClass") { output["StorageClass"] = .string(object.storageClass) }
        if asked.contains("ObjectSize") { output["ObjectSize"] = .integer(object.bytes.count) }
        return Response(.structure(output))
    }

    private static func parts(_ object: S3Object, _ input: Input) -> Value {
        let most = min(1000, max(0, input.integer("MaxParts") ?? 1000))
        let after = max(0, input.integer("PartNumberMarker") ?? 0)
        let page = object.parts.enumerated().dropFirst(after).prefix(most)
        let last = page.last.map { $0.offset + 1 } ?? after
        return [
            "TotalPartsCount": .integer(object.parts.count), "PartNumberMarker": .integer(after),
            "NextPartNumberMarker": .integer(last), "MaxParts": .integer(most),
            "IsTruncated": .boolean(last < object.parts.count && most > 0),
            "Parts": .list(page) { ["PartNumber": .integer($0.offset + 1), "Size": .integer($0.element)] },
        ]
    }
}
