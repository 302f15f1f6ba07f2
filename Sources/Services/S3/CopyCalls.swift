import CloudState
import Digests
import ServiceModel

/// Objects copied within the account.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
enum CopyCalls {
    static let operations: [String: Handler] = ["CopyObject": .write(copy)]

    static func copy(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let key = input.string("Key") ?? ""
        try ObjectDraft.checkKey(key)
        let source = try CopySource(input)
        let (from, original) = try source.object(input, context)
        try Conditions.checkWrite(bucket.current(ObjectKey(key)), input, key)
        var object = try ObjectDraft.make(input, bucket, context)
        let replacesMetadata = input.string("MetadataDirective") == "REPLACE"
        if source.bucket == bucket.name, source.key == key, source.versionID == nil, !replacesMetadata,
            input.string("StorageClass") == nil, input.string("ServerSideEncryption") == nil,
            input.string("WebsiteRedirectLocation") == nil, input.string("SSECustomerAlgorithm") == nil
        {
            throw S3Error.invalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
            )
        }
        if !replacesMetadata {
            let redirect = object.headers["WebsiteRedirectLocation"]
            object.headers = original.headers
            object.headers["WebsiteRedirectLocation"] = redirect
            object.metadata = original.metadata
        }
        if input.string("TaggingDirective") != "REPLACE" { object.tags = original.tags }
        object.bytes = original.bytes
        object.etag = original.parts.isEmpty ? original.etag : Digest.md5.of(original.bytes).hex
        let algorithm = input.string("ChecksumAlgorithm") ?? original.checksum?.algorithm ?? "CRC64NVME"
        object.checksum =
            original.checksum?.algorithm == algorithm && original.checksum?.type == "FULL_OBJECT"
            ? original.checksum
            : Checksums.of(object.bytes, algorithm).map { S3Checksum(algorithm: algorithm, value: $0) }
        object.versionID = ObjectDraft.versionID(bucket, &context)
        try PutCalls.store(object, key, in: bucket, by: "Copy", &context)
        var result = Fields()
        result.append("ETag", .string("\"\(object.etag)\""))
        result.append("LastModified", .timestamp(object.modified))
        Checksums.add(object.checksum, to: &result)
        var output = Fields()
        output.append("CopyObjectResult", .structure(result))
        output["VersionId"] = ObjectDraft.shown(object.versionID, bucket)
        output["CopySourceVersionId"] = ObjectDraft.shown(original.versionID, from)
        ObjectDraft.add(object.encryption, to: &output)
        return Response(.structure(output))
    }
}

/// `x-amz-copy-source`: `bucket/key`, percent-encoded, perhaps with a version.
struct CopySource {
    let bucket: String
    let key: String
    let versionID: String?

    init(_ input: Input) throws(ServiceError) {
        let header = input.string("CopySource") ?? ""
        var path = header[...]
        var version: Substring?
        if let mark = path.firstRange(of: "?versionId=") {
            version = path[mark.upperBound...]
            path = path[..<mark.lowerBound]
        }
        guard let text = PercentEncoding.decode(path), version != "" else { throw Self.invalid(header) }
        let parts = (text.hasPrefix("/") ? text.dropFirst() : text[...]).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !text.hasPrefix("arn:") else {
            throw Self.invalid(header)
        }
        bucket = String(parts[0])
        key = String(parts[1])
        versionID = version.flatMap(PercentEncoding.decode)
    }

    private static func invalid(_ header: String) -> ServiceError {
        S3Error.invalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source", header)
    }

    /// The object to copy, once the request's conditions hold.
    func object(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> (bucket: S3Bucket, object: S3Object) {
        guard let from = context.s3.buckets[bucket] else { throw S3Error.noBucket(bucket) }
        let object = try ReadCalls.object(from, key, versionID)
        try CustomerKey.check(object, input, prefix: "CopySource")
        try ReadCalls.checkArchive(object, context)
        try Conditions.checkCopy(object, input)
        return (from, object)
    }
}

/// Percent encoding of keys (RFC 3986 §2.1).
enum PercentEncoding {
    /// Undoes it; nil where it is malformed or no UTF-8.
    static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// As lists show keys with `encoding-type=url`: all but unreserved characters and slashes.
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain =
                (0x61...0x7A).contains(byte | 0x20) && byte < 0x80 || (0x30...0x39).contains(byte)
                || "-._~/*".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += byte < 16 ? "%0" : "%"
                result += String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
