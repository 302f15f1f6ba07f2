import CloudState
import S3
import ServiceModel
import WireProtocols

/// Requests for objects that nobody has signed, as browsers and `curl` send them.
enum AnonymousRequest {
    /// What may be public of S3.
    static let operations: Set<String> = ["GetObject", "HeadObject", "ListObjects", "ListObjectsV2"]

    /// The scope of a request that reads from S3; nil for any other.
    static func scope(_ request: WireRequest) -> SignatureScope? {
        guard isUnsignedRead(request),
            namesBucket(request.path) || request.header("host").flatMap(S3Host.bucket(in:)) != nil
        else { return nil }
        return SignatureScope(
            accessKeyID: WebIdentityScope.anonymous, date: "", region: "us-east-1", service: "s3")
    }

    /// The answer of a website endpoint, `BUCKET.s3-website-REGION.amazonaws.com` and the like; nil where the request is
    /// to none.
    static func website(_ request: WireRequest, _ world: @autoclosure () -> World) -> WireResponse? {
        guard isUnsignedRead(request), let host = request.header("host"), S3Host.isWebsite(host),
            let bucket = S3Host.bucket(in: host)
        else { return nil }
        let answer = S3Website.answer(bucket: String(bucket), path: request.path, in: world())
        var response = WireResponse(
            status: answer.status, contentType: answer.contentType, body: EncodedBody(answer.body))
        response.headers = answer.headers
        return response
    }

    /// Whether a path begins as buckets' names do.
    private static func namesBucket(_ path: String) -> Bool {
        guard let first = path.utf8.dropFirst().first else { return false }
        return (0x61...0x7A).contains(first) || (0x30...0x39).contains(first)
    }

    private static func isUnsignedRead(_ request: WireRequest) -> Bool {
        (request.method == "GET" || request.method == "HEAD") && request.header("authorization") == nil
    }
}
