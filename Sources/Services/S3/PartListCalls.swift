import CloudState
import ServiceModel

/// Uploads that are under way, and their parts.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html>
enum PartListCalls {
    static let operations: [String: Handler] = [
        "ListMultipartUploads": .read(uploads),
        "ListParts": .read(parts),
    ]

    static func parts(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let upload = try MultipartCalls.upload(bucket, input)
        let after = input.integer("PartNumberMarker") ?? 0
        let most = min(1000, max(0, input.integer("MaxParts") ?? 1000))
        let rest = upload.parts.filter { $0.number > after }
        let page = rest.prefix(most)
        var output = Fields()
        output.append("Bucket", .string(bucket.name))
        output.append("Key", .string(upload.key.text))
        output.append("UploadId", .string(upload.id))
        output.append("PartNumberMarker", .integer(after))
        output.append("NextPartNumberMarker", .integer(page.last?.number ?? 0))
        output.append("MaxParts", .integer(most))
        output.append("IsTruncated", .boolean(page.count < rest.count && most > 0))
        output.append("StorageClass", .string(upload.object.storageClass))
        output.append("Owner", Owner.view(context))
        output.append("Initiator", Owner.view(context))
        output["ChecksumAlgorithm"] = .optional(upload.checksumAlgorithm)
        output["ChecksumType"] = .optional(upload.checksumType)
        if !page.isEmpty { output.append("Parts", .list(page, view)) }
        return Response(.structure(output))
    }

    private static func view(_ part: S3Upload.Part) -> Value {
        var fields = Fields()
        fields.append("PartNumber", .integer(part.number))
        fields.append("LastModified", .timestamp(part.modified))
        fields.append("ETag", .string("\"\(part.etag)\""))
        fields.append("Size", .integer(part.bytes.count))
        Checksums.add(part.checksum, to: &fields, withType: false)
        return .structure(fields)
    }

    static func uploads(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let parameters = try ListParameters(input, limit: "MaxUploads")
        let marker = input.string("KeyMarker")
        let idMarker = marker == nil ? nil : input.string("UploadIdMarker")
        let byKey = Dictionary(grouping: bucket.uploads, by: \.key)
        let keys = byKey.keys.sorted().filter { key in
            guard let marker else { return true }
            return ObjectKey(marker) < key || idMarker != nil && ObjectKey(marker) == key
        }
        var listing = Listing<S3Upload>(
            prefix: parameters.prefix, delimiter: parameters.delimiter, limit: parameters.limit)
        listing.walk(keys[...], after: marker) { key in
            let found = byKey[key] ?? []
            guard let idMarker, marker.map({ ObjectKey($0) == key }) ?? false else { return found }
            guard let index = found.firstIndex(where: { $0.id == idMarker }) else { return [] }
            return Array(found[(index + 1)...])
        }
        var output = parameters.common(listing.prefixes, isTruncated: listing.isTruncated, limit: "MaxUploads")
        output.append("Bucket", .string(bucket.name))
        output.append("KeyMarker", parameters.text(marker ?? ""))
        output.append("UploadIdMarker", .string(idMarker ?? ""))
        if listing.isTruncated {
            output["NextKeyMarker"] = listing.last.map(parameters.text)
            if let last = listing.items.last, last.key.text == listing.last {
                output["NextUploadIdMarker"] = .string(last.item.id)
            }
        }
        let owner = Owner.view(context)
        let shown = listing.items.map { key, upload -> Value in
            [
                "UploadId": .string(upload.id), "Key": parameters.text(key.text),
                "Initiated": .timestamp(upload.object.modified), "StorageClass": .string(upload.object.storageClass),
                "Owner": owner, "Initiator": owner, "ChecksumAlgorithm": .optional(upload.checksumAlgorithm),
                "ChecksumType": .optional(upload.checksumType),
            ]
        }
        if !shown.isEmpty { output.append("Uploads", .list(shown)) }
        return Response(.structure(output))
    }
}
