import CloudState
import Digests
import ServiceModel

/// Objects uploaded in parts.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>
enum MultipartCalls {
    static let operations: [String: Handler] = [
        "AbortMultipartUpload": .write(abort),
        "CompleteMultipartUpload": .write(complete),
        "CreateMultipartUpload": .write(create),
        "UploadPart": .write(uploadPart),
        "UploadPartCopy": .write(copyPart),
    ]

    static let mostParts = 10_000
    /// What every part but the last must have.
    private static let leastPart = 5 << 20

    static func upload(_ bucket: S3Bucket, _ input: Input) throws(ServiceError) -> S3Upload {
        let id = input.string("UploadId") ?? ""
        guard let upload = bucket.uploads[id], upload.key == ObjectKey(input.string("Key") ?? "") else {
            throw S3Error.make(
                "NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
                404, ["UploadId": String(id.prefix(256))])
        }
        return upload
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let key = input.string("Key") ?? ""
        try ObjectDraft.checkKey(key)
        let object = try ObjectDraft.make(input, bucket, context)
        let algorithm = input.string("ChecksumAlgorithm")
        let type = try checksumType(algorithm, input.string("ChecksumType"))
        let upload = S3Upload(
            id: context.world.ids.capitals("s3/upload", count: 64), key: ObjectKey(key), object: object,
            checksumAlgorithm: algorithm, checksumType: type)
        bucket.insert(upload)
        try context.keep(bucket)
        context.world.planLifecycle(bucket.name, for: upload.key)
        var output = Fields()
        output.append("Bucket", .string(bucket.name))
        output.append("Key", .string(key))
        output.append("UploadId", .string(upload.id))
        output["ChecksumAlgorithm"] = .optional(algorithm)
        output["ChecksumType"] = .optional(type)
        ObjectDraft.add(object.encryption, to: &output)
        return Response(.structure(output))
    }

    /// CRC-64 covers the whole object only, the SHA family parts only; CRC-32 can do both.
    private static func checksumType(_ algorithm: String?, _ wanted: String?) throws(ServiceError) -> String? {
        guard let algorithm else {
            guard wanted == nil else {
                throw S3Error.invalidRequest(
                    "The x-amz-checksum-type header can only be used with a checksum algorithm.")
            }
            return nil
        }
        let whole = algorithm == "CRC64NVME"
        let partsOnly = !algorithm.hasPrefix("CRC")
        guard !(whole && wanted == "COMPOSITE"), !(partsOnly && wanted == "FULL_OBJECT") else {
            throw S3Error.invalidRequest(
                "The \(wanted ?? "") checksum type cannot be used with the \(algorithm.lowercased()) checksum algorithm."
            )
        }
        return wanted ?? (whole ? "FULL_OBJECT" : "COMPOSITE")
    }

    // MARK: Parts

    private static func checkNumber(_ number: Int) throws(ServiceError) {
        guard (1...mostParts).contains(number) else {
            throw S3Error.invalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive", "partNumber", "\(number)")
        }
    }

    static func uploadPart(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let upload = try upload(bucket, input)
        let number = input.integer("PartNumber") ?? 0
        try checkNumber(number)
        try CustomerKey.check(upload.object, input)
        let bytes = input.blob("Body") ?? []
        let given = Checksums.given(input)
        if let given, let expected = upload.checksumAlgorithm, given.algorithm != expected {
            throw S3Error.invalidRequest(
                "Checksum Type mismatch occurred, expected checksum Type: \(expected.lowercased()), actual checksum Type: \(given.algorithm.lowercased())"
            )
        }
        let checksum = try Checksums.checked(bytes, input, default: upload.checksumAlgorithm)
        let part = S3Upload.Part(
            number: number, bytes: bytes, etag: Digest.md5.of(bytes).hex, checksum: checksum, modified: context.now)
        try insert(part, upload, bucket, &context)
        var output = Fields()
        output.append("ETag", .string("\"\(part.etag)\""))
        Checksums.add(checksum, to: &output, withType: false)
        ObjectDraft.add(upload.object.encryption, to: &output)
        return Response(.structure(output))
    }

    static func copyPart(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let upload = try upload(bucket, input)
        let number = input.integer("PartNumber") ?? 0
        try checkNumber(number)
        let (from, original) = try CopySource(input).object(input, context)
        var bytes = original.bytes
        if let header = input.string("CopySourceRange") {
            guard let range = try ByteRange.parse(header, size: bytes.count) else {
                throw S3Error.invalidArgument(
                    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
                    "x-amz-copy-source-range", header)
            }
            bytes = Array(bytes[range])
        }
        let checksum = upload.checksumAlgorithm.flatMap { name in
            Checksums.of(bytes, name).map { S3Checksum(algorithm: name, value: $0) }
        }
        let part = S3Upload.Part(
            number: number, bytes: bytes, etag: Digest.md5.of(bytes).hex, checksum: checksum, modified: context.now)
        try insert(part, upload, bucket, &context)
        var result = Fields()
        result.append("ETag", .string("\"\(part.etag)\""))
        result.append("LastModified", .timestamp(part.modified))
        Checksums.add(checksum, to: &result, withType: false)
        var output = Fields()
        output.append("CopyPartResult", .structure(result))
        output["CopySourceVersionId"] = ObjectDraft.shown(original.versionID, from)
        ObjectDraft.add(upload.object.encryption, to: &output)
        return Response(.structure(output))
    }

    private static func insert(
        _ part: S3Upload.Part, _ upload: S3Upload, _ bucket: S3Bucket, _ context: inout CallContext
    ) throws(ServiceError) {
        var (upload, bucket) = (upload, bucket)
        upload.insert(part)
        bucket.insert(upload)
        try context.keep(bucket)
    }

    // MARK: The end

    static func abort(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        bucket.removeUpload(try upload(bucket, input).id)
        try context.keep(bucket)
        return .empty
    }

    static func complete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let upload = try upload(bucket, input)
        let key = upload.key.text
        let parts = try chosen(upload, input.structure("MultipartUpload")?.structures("Parts") ?? [])
        try Conditions.checkWrite(bucket.current(upload.key), input, key)
        var object = upload.object
        object.bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
        for part in parts { object.bytes += part.bytes }
        if let size = input.integer("MpuObjectSize"), size != object.bytes.count {
            throw S3Error.invalidRequest(
                "The provided 'x-amz-mp-object-size' header value \(size) does not match what was computed: \(object.bytes.count)"
            )
        }
        let digests = parts.flatMap { Self.bytes(hexadecimal: $0.etag) }
        object.etag = "\(Digest.md5.of(digests).hex)-\(parts.count)"
        object.parts = parts.map(\.bytes.count)
        object.checksum = try checksum(upload, parts, object.bytes, input)
        object.modified = context.now
        object.versionID = ObjectDraft.versionID(bucket, &context)
        bucket.removeUpload(upload.id)
        try PutCalls.store(object, key, in: bucket, by: "CompleteMultipartUpload", &context)
        var output = Fields()
        output.append("Location", .string("https://\(bucket.name).s3.\(bucket.region).amazonaws.com/\(key)"))
        output.append("Bucket", .string(bucket.name))
        output.append("Key", .string(key))
        output.append("ETag", .string("\"\(object.etag)\""))
        Checksums.add(object.checksum, to: &output)
        output["VersionId"] = ObjectDraft.shown(object.versionID, bucket)
        var encryption = Fields()
        ObjectDraft.add(object.encryption, to: &encryption)
        for field in encryption.fields where !field.name.hasPrefix("SSECustomer") {
            output.append(field.name, field.value)
        }
        return Response(.structure(output))
    }

    /// The parts that a request lists, in its order.
    private static func chosen(_ upload: S3Upload, _ listed: [Input]) throws(ServiceError) -> [S3Upload.Part] {
        guard !listed.isEmpty, listed.count <= mostParts else { throw S3Error.malformedXML }
        var parts: [S3Upload.Part] = []
        for entry in listed {
            let number = entry.integer("PartNumber") ?? 0
            guard number > parts.last?.number ?? 0 else {
                throw S3Error.make(
                    "InvalidPartOrder",
                    "The list of parts was not in ascending order. Parts must be ordered by part number.", 400,
                    ["UploadId": upload.id])
            }
            let etag = (entry.string("ETag") ?? "").filter { $0 != "\"" }
            let part = upload.parts.first { $0.number == number }
            let given = Checksums.given(entry)
            guard let part, part.etag == etag, given == nil || given?.value == part.checksum?.value else {
                throw S3Error.make(
                    "InvalidPart",
                    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
                    400, ["UploadId": upload.id, "PartNumber": "\(number)", "ETag": String(etag.prefix(64))])
            }
            parts.append(part)
        }
        if let small = parts.dropLast().first(where: { $0.bytes.count < leastPart }) {
            throw S3Error.make(
                "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400,
                [
                    "ProposedSize": "\(small.bytes.count)", "MinSizeAllowed": "\(leastPart)",
                    "PartNumber": "\(small.number)", "ETag": small.etag,
                ])
        }
        return parts
    }

    private static func checksum(
        _ upload: S3Upload, _ parts: [S3Upload.Part], _ bytes: [UInt8], _ input: Input
    ) throws(ServiceError) -> S3Checksum? {
        let algorithm = upload.checksumAlgorithm ?? "CRC64NVME"
        var made: S3Checksum?
        if upload.checksumType == "COMPOSITE" {
            let values = parts.compactMap { $0.checksum.flatMap { Base64.decode($0.value) } }
            if values.count == parts.count, let value = Checksums.of(values.flatMap { $0 }, algorithm) {
                made = S3Checksum(algorithm: algorithm, value: "\(value)-\(parts.count)", type: "COMPOSITE")
            }
        } else {
            made = Checksums.of(bytes, algorithm).map { S3Checksum(algorithm: algorithm, value: $0) }
        }
        if let given = Checksums.given(input), let made, given.algorithm == made.algorithm,
            given.value.prefix(while: { $0 != "-" }) != made.value.prefix(while: { $0 != "-" })
        {
            throw S3Error.make(
                "BadDigest", "The \(given.algorithm) you specified did not match the calculated checksum.")
        }
        return made
    }

    /// The bytes of a digest's digits.
    private static func bytes(hexadecimal text: String) -> [UInt8] {
        let digits = text.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
