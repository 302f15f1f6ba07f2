/// Who signed a request, and for what: the credential scope of Signature Version 4.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
package struct SignatureScope: Sendable, Equatable {
    package var accessKeyID: String
    package var date: String
    package var region: String
    package var service: String

    package init(accessKeyID: String, date: String, region: String, service: String) {
        self.accessKeyID = accessKeyID
        self.date = date
        self.region = region
        self.service = service
    }

    /// Reads `Authorization`, or the credential of a presigned request's query string; nil where there is neither.
    package init?(_ request: WireRequest) {
        if let header = request.header("authorization"), header.utf8.starts(with: "AWS4-".utf8) {
            guard let credential = Self.credential(header.utf8) else { return nil }
            self.init(credential: credential)
        } else if let start = request.query.firstRange(of: "X-Amz-Credential=")?.upperBound {
            let rest = request.query[start...].prefix { $0 != "&" }
            guard let decoded = try? QueryForm.decode(rest.utf8) else { return nil }
            self.init(credential: decoded[...].utf8)
        } else {
            return nil
        }
    }

    /// Reads a request that is signed by Signature Version 2, as SDKs still presign S3's; nil where it is not. Such a
    /// signature names no region: the oldest answers for all.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html>
    package static func version2(_ request: WireRequest) -> SignatureScope? {
        var key: String?
        if let header = request.header("authorization"), header.hasPrefix("AWS ") {
            key = header.dropFirst(4).split(separator: ":").first.map(String.init)
        } else if request.query.contains("Signature="), let start = request.query.firstRange(of: "AWSAccessKeyId=") {
            key = try? QueryForm.decode(request.query[start.upperBound...].prefix { $0 != "&" }.utf8)
        }
        guard let key, (1...128).contains(key.utf8.count) else { return nil }
        return SignatureScope(accessKeyID: key, date: "", region: "us-east-1", service: "s3")
    }

    /// What stands behind `Credential=`, up to a comma or a space.
    private static func credential(_ header: String.UTF8View) -> Substring.UTF8View? {
        let name = "Credential=".utf8
        var rest = header[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "C")) {
            rest = rest[start...]
            if rest.starts(with: name) {
                return rest.dropFirst(name.count).prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: " ") }
            }
            rest = rest.dropFirst()
        }
        return nil
    }

    private init?(credential: Substring.UTF8View) {
        let parts = credential.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        // An access key id may not hold a slash, so there are exactly five parts.
        guard parts.count == 5, parts[4].elementsEqual("aws4_request".utf8), !parts[0].isEmpty, parts[0].count <= 128
        else { return nil }
        accessKeyID = String(Substring(parts[0]))
        date = String(Substring(parts[1]))
        region = String(Substring(parts[2]))
        service = String(Substring(parts[3]))
    }
}
