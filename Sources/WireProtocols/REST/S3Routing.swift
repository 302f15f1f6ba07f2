import ServiceModel

/// What S3's requests need beside method and path: buckets in host names, and operations that share a path.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>
enum S3Routing {
    /// The request with its bucket in the path, wherever it was.
    static func pathStyle(_ request: WireRequest) -> WireRequest {
        guard let host = request.header("host"), let bucket = S3Host.bucket(in: host) else { return request }
        var request = request
        request.path = "/\(bucket)\(request.path.hasPrefix("/") ? "" : "/")\(request.path)"
        return request
    }

    /// The operation that a request is for, where headers and parameters tell operations on one path apart.
    static func operation(_ routed: String, _ request: WireRequest) throws(ServiceError) -> String {
        let query = try RESTRequest.query(request.query)
        func has(_ name: String) -> Bool { query.contains { $0.name == name } }
        switch routed {
        case "ListBuckets", "ListDirectoryBuckets": return "ListBuckets"
        case "GetBucketLifecycle": return "GetBucketLifecycleConfiguration"
        case "PutBucketLifecycle": return "PutBucketLifecycleConfiguration"
        case "GetBucketNotification": return "GetBucketNotificationConfiguration"
        case "PutBucketNotification": return "PutBucketNotificationConfiguration"
        case "CompleteMultipartUpload": return has("uploadId") ? routed : ""
        case "AbortMultipartUpload", "DeleteObject": return has("uploadId") ? "AbortMultipartUpload" : "DeleteObject"
        case "GetObject", "ListParts": return has("uploadId") ? "ListParts" : "GetObject"
        case "PutObject", "CopyObject", "UploadPart", "UploadPartCopy":
            let copies = request.header("x-amz-copy-source") != nil
            if has("uploadId") { return copies ? "UploadPartCopy" : "UploadPart" }
            return copies ? "CopyObject" : "PutObject"
        default:
            // The one with an id is got, all of them are listed.
            for kind in ["Analytics", "IntelligentTiering", "Inventory", "Metrics"] {
                let one = "GetBucket\(kind)Configuration"
                let all = "ListBucket\(kind)Configurations"
                if routed == one || routed == all { return has("id") ? one : all }
            }
            return routed
        }
    }
}

/// The names by which buckets are reached.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>
package enum S3Host {
    /// The bucket of `bucket.s3.us-east-1.amazonaws.com` or `bucket.localhost`; nil where the host names none.
    package static func bucket(in host: String) -> Substring? {
        let name = host.prefix { $0 != ":" }
        if let mark = name.firstRange(of: ".s3.") ?? name.firstRange(of: ".s3-") {
            return mark.lowerBound == name.startIndex ? nil : name[..<mark.lowerBound]
        }
        guard name.hasSuffix(".localhost") else { return nil }
        let bucket = name.dropLast(".localhost".count)
        return bucket == "s3" || bucket.hasPrefix("s3.") || bucket.hasPrefix("s3-") || bucket.isEmpty ? nil : bucket
    }

    /// Whether a host is a website endpoint: `bucket.s3-website-us-east-1.amazonaws.com`, or with a dot before the region.
    package static func isWebsite(_ host: String) -> Bool { host.contains(".s3-website") }
}

/// The forms of S3's answers that its model does not tell.
enum S3Forms {
    /// The roots of answers that are not called after their operation.
    private static let roots = [
        "CreateMultipartUpload": "InitiateMultipartUploadResult", "DeleteObjects": "DeleteResult",
        "GetBucketAccelerateConfiguration": "AccelerateConfiguration", "GetBucketAcl": "AccessControlPolicy",
        "GetBucketCors": "CORSConfiguration", "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
        "GetBucketLogging": "BucketLoggingStatus", "GetBucketNotificationConfiguration": "NotificationConfiguration",
        "GetBucketRequestPayment": "RequestPaymentConfiguration", "GetBucketTagging": "Tagging",
        "GetBucketVersioning": "VersioningConfiguration", "GetBucketWebsite": "WebsiteConfiguration",
        "GetObjectAcl": "AccessControlPolicy", "GetObjectAttributes": "GetObjectAttributesResponse",
        "GetObjectTagging": "Tagging", "ListBuckets": "ListAllMyBucketsResult",
        "ListObjectVersions": "ListVersionsResult", "ListObjects": "ListBucketResult",
        "ListObjectsV2": "ListBucketResult",
    ]

    static func root(_ operation: String) -> String { roots[operation] ?? "\(operation)Result" }

    /// The answer of `GetBucketLocation`, which is one element; nil for other operations.
    static func location(_ output: Fields, _ operation: Operation, namespace: String) -> EncodedBody? {
        guard operation.name == "GetBucketLocation" else { return nil }
        var writer = XMLWriter(capacity: 256)
        writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint")
        if !namespace.isEmpty { writer.raw(" xmlns=\"\(namespace)\"") }
        writer.raw(">")
        writer.text(output["LocationConstraint"]?.text ?? "")
        writer.raw("</LocationConstraint>")
        return EncodedBody(writer.bytes)
    }

    /// The details of an error that belong into headers.
    static func headers(_ error: ServiceError) -> [(name: String, value: String)] {
        error.details.fields.compactMap { detail in
            guard let text = detail.value.text, error.status == 304 || detail.name.hasPrefix("x-amz-") else {
                return nil
            }
            return (detail.name, text)
        }
    }
}
