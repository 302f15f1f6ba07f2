package import ServiceModel

/// A certificate that load balancers without AWS Certificate Manager use.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html>
package struct ServerCertificate: ResourceRecord {
    package var name: String
    /// For instance `ASCACKCEVSQ6C2EXAMPLE`.
    package var certificateID: String
    package var path: String
    package var accountID: String
    package var body: String
    package var chain: String?
    package var uploadDate: Timestamp
    package var expiration: Timestamp
    package var tags = Tags()

    package var id: String { IAMState.key(name) }
    package var arn: String { "arn:aws:iam::\(accountID):server-certificate\(path)\(name)" }

    package init(
        name: String, certificateID: String, path: String, accountID: String, body: String, chain: String?,
        uploadDate: Timestamp, expiration: Timestamp
    ) {
        self.name = name
        self.certificateID = certificateID
        self.path = path
        self.accountID = accountID
        self.body = body
        self.chain = chain
        self.uploadDate = uploadDate
        self.expiration = expiration
    }
}
