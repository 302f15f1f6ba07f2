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
        if let header = request.header("authorization"), header.hasPrefix("AWS4-") {
            guard let start = header.firstRange(of: "Credential=")?.upperBound else { return nil }
            let rest = header[start...]
            self.init(credential: rest.prefix { $0 != "," && $0 != " " })
        } else if let start = request.query.firstRange(of: "X-Amz-Credential=")?.upperBound {
            let rest = request.query[start...].prefix { $0 != "&" }
            guard let decoded = try? QueryForm.decode(rest.utf8) else { return nil }
            self.init(credential: decoded[...])
        } else {
            return nil
        }
    }

    private init?(credential: Substring) {
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false)
        // An access key id may not hold a slash, so there are exactly five parts.
        guard parts.count == 5, parts[4] == "aws4_request", !parts[0].isEmpty, parts[0].utf8.count <= 128 else {
            return nil
        }
        accessKeyID = String(parts[0])
        date = String(parts[1])
        region = String(parts[2])
        service = String(parts[3])
    }
}
