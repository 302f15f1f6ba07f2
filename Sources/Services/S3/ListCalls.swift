import CloudState
import ServiceModel

/// Objects and versions listed.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>
enum ListCalls {
    static let operations: [String: Handler] = [
        "ListObjectVersions": .read(versions),
        "ListObjects": .read(list),
        "ListObjectsV2": .read(listV2),
    ]

    /// The keys after a marker.
    private static func keys(_ bucket: S3Bucket, after marker: String?) -> ArraySlice<ObjectKey> {
        guard let marker, !marker.isEmpty else { return bucket.keys[...] }
        let place = bucket.place(of: ObjectKey(marker))
        let isSame = place < bucket.keys.count && bucket.keys[place] == ObjectKey(marker)
        return bucket.keys[(isSame ? place + 1 : place)...]
    }

    private static func page(
        _ bucket: S3Bucket, _ parameters: ListParameters, after marker: String?
    ) -> Listing<S3Object> {
        var listing = Listing<S3Object>(
            prefix: parameters.prefix, delimiter: parameters.delimiter, limit: parameters.limit)
        // What comes before the prefix is jumped over.
        let start = max(keys(bucket, after: marker).startIndex, bucket.place(of: ObjectKey(parameters.prefix)))
        listing.walk(bucket.keys[start...], after: marker) { bucket.current($0).map { [$0] } ?? [] }
        return listing
    }

    private static func view(
        _ key: ObjectKey, _ object: S3Object, _ parameters: ListParameters, owner: Value?
    ) -> Value {
        [
            "Key": parameters.text(key.text), "LastModified": .timestamp(object.modified),
            "ETag": .string("\"\(object.etag)\""),
            "ChecksumAlgorithm": object.checksum.map { [.string($0.algorithm)] },
            "ChecksumType": .optional(object.checksum?.type), "Size": .integer(object.bytes.count),
            "StorageClass": .string(object.storageClass), "Owner": owner,
        ]
    }

    static func listV2(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        try PublicAccess.check("ListBucket", bucket, context)
        let parameters = try ListParameters(input, limit: "MaxKeys")
        var marker = input.string("StartAfter")
        if let token = input.string("ContinuationToken") {
            guard let text = Token.decode(token) else { throw Token.invalid(token) }
            marker = text
        }
        let listing = page(bucket, parameters, after: marker)
        let owner = input.boolean("FetchOwner") ?? false ? Owner.view(context) : nil
        var output = parameters.common(listing.prefixes, isTruncated: listing.isTruncated, limit: "MaxKeys")
        output.append("Name", .string(bucket.name))
        output.append("KeyCount", .integer(listing.items.count + listing.prefixes.count))
        output["ContinuationToken"] = .optional(input.string("ContinuationToken"))
        output["StartAfter"] = input.string("StartAfter").map(parameters.text)
        if listing.isTruncated { output["NextContinuationToken"] = listing.last.map { .string(Token.encode($0)) } }
        if !listing.items.isEmpty {
            output.append("Contents", .list(listing.items) { view($0.key, $0.item, parameters, owner: owner) })
        }
        return Response(.structure(output))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        try PublicAccess.check("ListBucket", bucket, context)
        let parameters = try ListParameters(input, limit: "MaxKeys")
        let marker = input.string("Marker")
        let listing = page(bucket, parameters, after: marker)
        let owner = Owner.view(context)
        var output = parameters.common(listing.prefixes, isTruncated: listing.isTruncated, limit: "MaxKeys")
        output.append("Name", .string(bucket.name))
        output.append("Marker", parameters.text(marker ?? ""))
        // AWS gives the marker of the next page only where a delimiter was given: otherwise it is the last key.
        if listing.isTruncated, !parameters.delimiter.isEmpty {
            output["NextMarker"] = listing.last.map(parameters.text)
        }
        if !listing.items.isEmpty {
            output.append("Contents", .list(listing.items) { view($0.key, $0.item, parameters, owner: owner) })
        }
        return Response(.structure(output))
    }

    // MARK: Versions

    static func versions(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        let parameters = try ListParameters(input, limit: "MaxKeys")
        let marker = input.string("KeyMarker")
        let versionMarker = input.string("VersionIdMarker")
        guard versionMarker == nil || marker != nil else {
            throw S3Error.invalidArgument(
                "A version-id marker cannot be specified without a key marker.", "version-id-marker",
                versionMarker ?? "")
        }
        var listing = Listing<S3Object>(
            prefix: parameters.prefix, delimiter: parameters.delimiter, limit: parameters.limit)
        let markerKey = marker.map { ObjectKey($0) }
        let start =
            versionMarker == nil
            ? keys(bucket, after: marker).startIndex : markerKey.map(bucket.place) ?? bucket.keys.startIndex
        listing.walk(bucket.keys[start...], after: marker) { key in
            let newestFirst = Array(bucket.versions(key).reversed())
            guard let versionMarker, key == markerKey else { return newestFirst }
            guard let index = newestFirst.firstIndex(where: { $0.versionID == versionMarker }) else { return [] }
            return Array(newestFirst[(index + 1)...])
        }
        var output = parameters.common(listing.prefixes, isTruncated: listing.isTruncated, limit: "MaxKeys")
        output.append("Name", .string(bucket.name))
        output.append("KeyMarker", parameters.text(marker ?? ""))
        output.append("VersionIdMarker", .string(versionMarker ?? ""))
        if listing.isTruncated {
            output["NextKeyMarker"] = listing.last.map(parameters.text)
            if let last = listing.items.last, last.key.text == listing.last {
                output["NextVersionIdMarker"] = .string(last.item.versionID)
            }
        }
        let owner = Owner.view(context)
        let shown = listing.items.map { key, object in
            var fields = object.isDeleteMarker ? Fields() : view(key, object, parameters, owner: nil).fields ?? Fields()
            fields["Key"] = parameters.text(key.text)
            fields["LastModified"] = .timestamp(object.modified)
            fields["VersionId"] = .string(object.versionID)
            fields["IsLatest"] = .boolean(bucket.versions(key).last?.versionID == object.versionID)
            fields["Owner"] = owner
            return (isMarker: object.isDeleteMarker, view: Value.structure(fields))
        }
        let (markers, versions) = (shown.filter(\.isMarker).map(\.view), shown.filter { !$0.isMarker }.map(\.view))
        if !versions.isEmpty { output.append("Versions", .list(versions)) }
        if !markers.isEmpty { output.append("DeleteMarkers", .list(markers)) }
        return Response(.structure(output))
    }
}
