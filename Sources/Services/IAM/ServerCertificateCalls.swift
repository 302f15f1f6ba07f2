import CloudState
import ServiceModel

/// Server certificates, for load balancers where AWS Certificate Manager is not wanted.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadServerCertificate.html>
enum ServerCertificateCalls {
    static let operations: [String: Handler] = [
        "DeleteServerCertificate": .write(delete),
        "GetServerCertificate": .read { context, input throws(ServiceError) in
            let certificate = try named(input.string("ServerCertificateName") ?? "", context)
            return Response([
                "ServerCertificate": [
                    "ServerCertificateMetadata": metadata(certificate), "CertificateBody": .string(certificate.body),
                    "CertificateChain": .optional(certificate.chain), "Tags": IAMViews.tags(certificate.tags),
                ]
            ])
        },
        "ListServerCertificates": .read { context, input throws(ServiceError) in
            let found = context.iam.serverCertificates.filter { IAMRules.matches($0.path, input) }
            return try IAMPage(found.sorted { $0.name < $1.name }, input)
                .response("ServerCertificateMetadataList", metadata)
        },
        "UpdateServerCertificate": .write(update),
        "UploadServerCertificate": .write(upload),
    ]

    static func named(_ name: String, _ context: CallContext) throws(ServiceError) -> ServerCertificate {
        guard let certificate = context.iam.serverCertificates[IAMState.key(name)] else {
            throw IAMError.noSuchEntity("The Server Certificate with name \(name.prefix(128)) cannot be found.")
        }
        return certificate
    }

    private static func metadata(_ certificate: ServerCertificate) -> Value {
        [
            "Path": .string(certificate.path), "ServerCertificateName": .string(certificate.name),
            "ServerCertificateId": .string(certificate.certificateID), "Arn": .string(certificate.arn),
            "UploadDate": .timestamp(certificate.uploadDate), "Expiration": .timestamp(certificate.expiration),
        ]
    }

    private static func malformed(_ what: String) -> ServiceError {
        ServiceError(
            "MalformedCertificate",
            "Unable to parse \(what). Please ensure the \(what) is in PEM format.")
    }

    private static func checkFree(_ name: String, _ context: CallContext) throws(ServiceError) {
        guard context.iam.serverCertificates[IAMState.key(name)] == nil else {
            throw IAMError.exists("The Server Certificate with name \(name) already exists.")
        }
    }

    /// AWS keeps the blocks without what surrounds them.
    private static func trimmed(_ text: String) -> String {
        let rest = text.drop(while: \.isWhitespace)
        return rest.lastIndex { !$0.isWhitespace }.map { String(rest[...$0]) } ?? ""
    }

    static func upload(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try IAMRules.newName(input, "ServerCertificateName")
        let path = try IAMRules.path(input)
        let tags = try IAMRules.newTags(input)
        let body = input.string("CertificateBody") ?? ""
        guard let file = CertificateFile(body) else { throw malformed("certificate") }
        guard let isPair = file.belongs(to: input.string("PrivateKey") ?? "") else { throw malformed("key") }
        guard isPair else {
            throw ServiceError("KeyPairMismatch", "The public key certificate and the private key do not match.")
        }
        let chain = input.string("CertificateChain")
        if let chain {
            guard CertificateFile(chain) != nil else { throw malformed("certificate chain") }
        }
        try checkFree(name, context)
        guard context.iam.serverCertificates.count < 20 else {
            throw IAMError.quota("ServerCertificatesPerAccount", 20)
        }
        var certificate = ServerCertificate(
            name: name, certificateID: "ASCA" + context.world.ids.capitals("iam/ASCA", count: 17), path: path,
            accountID: context.accountID, body: trimmed(body), chain: chain.map(trimmed), uploadDate: context.now,
            expiration: file.expiration)
        certificate.tags = tags
        context.iam.serverCertificates.insert(certificate)
        return Response([
            "ServerCertificateMetadata": metadata(certificate), "Tags": tags.isEmpty ? nil : IAMViews.tags(tags),
        ])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var certificate = try named(input.string("ServerCertificateName") ?? "", context)
        context.iam.serverCertificates.remove(certificate.id)
        if input.has("NewServerCertificateName") {
            certificate.name = try IAMRules.newName(input, "NewServerCertificateName")
            try checkFree(certificate.name, context)
        }
        if input.has("NewPath") { certificate.path = try IAMRules.path(input, "NewPath") }
        context.iam.serverCertificates.insert(certificate)
        return .empty
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let certificate = try named(input.string("ServerCertificateName") ?? "", context)
        for region in context.world.regions {
            let user = region.elb.listeners.first { $0.certificates.contains(certificate.arn) }
            if let user {
                throw IAMError.conflict(
                    "Certificate: \(certificate.certificateID) is currently in use by \(user.loadBalancerARN). Please remove it first before deleting it from IAM."
                )
            }
        }
        context.iam.serverCertificates.remove(certificate.id)
        return .empty
    }
}
