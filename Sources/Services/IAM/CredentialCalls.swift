import CloudState
import Digests
import ServiceModel

/// SSH public keys, signing certificates and service-specific credentials of users.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSSHPublicKey.html>
enum CredentialCalls {
    static let operations: [String: Handler] = [
        "CreateServiceSpecificCredential": .write(createCredential),
        "DeleteSSHPublicKey": .write { context, input throws(ServiceError) in try delete(&context, input, .sshKey) },
        "DeleteServiceSpecificCredential": .write { context, input throws(ServiceError) in
            try delete(&context, input, .serviceSpecific)
        },
        "DeleteSigningCertificate": .write { context, input throws(ServiceError) in
            try delete(&context, input, .signingCertificate)
        },
        "GetSSHPublicKey": .read(getKey),
        "ListSSHPublicKeys": .read(listKeys),
        "ListServiceSpecificCredentials": .read(listCredentials),
        "ListSigningCertificates": .read(listCertificates),
        "ResetServiceSpecificCredential": .write(resetCredential),
        "UpdateSSHPublicKey": .write { context, input throws(ServiceError) in try update(&context, input, .sshKey) },
        "UpdateServiceSpecificCredential": .write { context, input throws(ServiceError) in
            try update(&context, input, .serviceSpecific)
        },
        "UpdateSigningCertificate": .write { context, input throws(ServiceError) in
            try update(&context, input, .signingCertificate)
        },
        "UploadSSHPublicKey": .write(uploadKey),
        "UploadSigningCertificate": .write(uploadCertificate),
    ]

    private static func parameter(_ kind: UserCredential.Kind) -> String {
        switch kind {
        case .sshKey: "SSHPublicKeyId"
        case .signingCertificate: "CertificateId"
        case .serviceSpecific: "ServiceSpecificCredentialId"
        }
    }

    private static func missing(_ kind: UserCredential.Kind, _ id: String) -> ServiceError {
        switch kind {
        case .sshKey: IAMError.noSuchEntity("The Public Key with id \(id) cannot be found.")
        case .signingCertificate: IAMError.noSuchEntity("The Certificate with id \(id) cannot be found.")
        case .serviceSpecific: IAMError.noSuchEntity("No such credential \(id) exists")
        }
    }

    private static func found(
        _ input: Input, _ kind: UserCredential.Kind, _ context: CallContext
    ) throws(ServiceError) -> UserCredential {
        let id = input.string(parameter(kind)) ?? ""
        let user = try UserCalls.namedOrCaller(input, context)
        guard let credential = context.iam.credentials[id], credential.kind == kind,
            user == nil || credential.userName == user?.name
        else { throw missing(kind, id) }
        return credential
    }

    private static func all(
        _ input: Input, _ kind: UserCredential.Kind, _ context: CallContext
    ) throws(ServiceError) -> [UserCredential] {
        let user = try UserCalls.namedOrCaller(input, context)
        return context.iam.credentials.filter { $0.kind == kind && $0.userName == user?.name }
    }

    private static func status(_ credential: UserCredential) -> Value {
        .string(credential.isActive ? "Active" : "Inactive")
    }

    private static func delete(
        _ context: inout CallContext, _ input: Input, _ kind: UserCredential.Kind
    ) throws(ServiceError) -> Response {
        context.iam.credentials.remove(try found(input, kind, context).id)
        return .empty
    }

    private static func update(
        _ context: inout CallContext, _ input: Input, _ kind: UserCredential.Kind
    ) throws(ServiceError) -> Response {
        var credential = try found(input, kind, context)
        credential.isActive = input.string("Status") == "Active"
        context.iam.credentials.insert(credential)
        return .empty
    }

    // MARK: SSH public keys

    static func uploadKey(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try UserCalls.named(input.string("UserName"), context)
        let body = input.string("SSHPublicKeyBody") ?? ""
        guard body.hasPrefix("ssh-rsa ") || body.hasPrefix("-----BEGIN ") else {
            throw ServiceError(
                "InvalidPublicKey", "The public key is invalid. It must be an RSA key in ssh-rsa or PEM format.")
        }
        guard
            !context.iam.credentials.contains(where: {
                $0.kind == .sshKey && $0.userName == user.name && $0.body == body
            })
        else {
            throw ServiceError(
                "DuplicateSSHPublicKey", "The SSH public key is already associated with the user \(user.name).")
        }
        guard try all(input, .sshKey, context).count < 5 else { throw IAMError.quota("SSHPublicKeysPerUser", 5) }
        let key = UserCredential(
            id: "APKA" + context.world.ids.capitals("iam/APKA", count: 17), kind: .sshKey, userName: user.name,
            body: body,
            date: context.now)
        context.iam.credentials.insert(key)
        return Response(["SSHPublicKey": keyView(key)])
    }

    private static func keyView(_ key: UserCredential) -> Value {
        // As `ssh-keygen -l -E md5` shows it.
        let words = key.body.split(whereSeparator: \.isWhitespace)
        let blob =
            key.body.hasPrefix("ssh-rsa ") && words.count > 1
            ? Base64.decode(String(words[1])) : PEM.blocks(key.body, ["PUBLIC KEY", "RSA PUBLIC KEY"]).first
        let fingerprint = Digest.md5.of(blob ?? Array(key.body.utf8))
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
        return [
            "UserName": .string(key.userName), "SSHPublicKeyId": .string(key.id), "Fingerprint": .string(fingerprint),
            "SSHPublicKeyBody": .string(key.body), "Status": status(key), "UploadDate": .timestamp(key.date),
        ]
    }

    static func getKey(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["SSHPublicKey": keyView(try found(input, .sshKey, context))])
    }

    static func listKeys(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try IAMPage(try all(input, .sshKey, context), input).response("SSHPublicKeys") { key in
            [
                "UserName": .string(key.userName), "SSHPublicKeyId": .string(key.id), "Status": status(key),
                "UploadDate": .timestamp(key.date),
            ]
        }
    }

    // MARK: Signing certificates

    private static func certificateView(_ certificate: UserCredential) -> Value {
        [
            "UserName": .string(certificate.userName), "CertificateId": .string(certificate.id),
            "CertificateBody": .string(certificate.body), "Status": status(certificate),
            "UploadDate": .timestamp(certificate.date),
        ]
    }

    static func uploadCertificate(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let user = try UserCalls.namedOrCaller(input, context) else { throw IAMError.noUser("") }
        let body = input.string("CertificateBody") ?? ""
        guard body.contains("-----BEGIN CERTIFICATE-----"), body.contains("-----END CERTIFICATE-----") else {
            throw ServiceError("MalformedCertificate", "Certificate Body is malformed")
        }
        guard context.iam.credentials.count(where: { $0.kind == .signingCertificate && $0.userName == user.name }) < 2
        else {
            throw IAMError.quota("CertificatesPerUser", 2)
        }
        let certificate = UserCredential(
            id: context.world.ids.capitals("iam/certificate", count: 32), kind: .signingCertificate,
            userName: user.name,
            body: body, date: context.now)
        context.iam.credentials.insert(certificate)
        return Response(["Certificate": certificateView(certificate)])
    }

    static func listCertificates(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try IAMPage(try all(input, .signingCertificate, context), input).response("Certificates", certificateView)
    }

    // MARK: Service-specific credentials

    private static func credentialView(_ credential: UserCredential, accountID: String, withPassword: Bool) -> Value {
        [
            "CreateDate": .timestamp(credential.date), "ServiceName": .string(credential.service ?? ""),
            "ServiceUserName": .string("\(credential.userName)-at-\(accountID)"),
            "ServicePassword": withPassword ? .string(credential.body) : nil,
            "ServiceSpecificCredentialId": .string(credential.id), "UserName": .string(credential.userName),
            "Status": status(credential),
        ]
    }

    static func createCredential(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let user = try UserCalls.named(input.string("UserName"), context)
        let service = input.string("ServiceName") ?? ""
        guard ["codecommit.amazonaws.com", "cassandra.amazonaws.com", "bedrock.amazonaws.com"].contains(service) else {
            throw ServiceError(
                "NotSupportedService",
                "No such service \(service.prefix(128)) is supported for Service Specific Credentials",
                status: 404)
        }
        let held = context.iam.credentials.count {
            $0.kind == .serviceSpecific && $0.userName == user.name && $0.service == service
        }
        guard held < 2 else { throw IAMError.quota("ServiceSpecificCredentialsPerUser", 2) }
        let credential = UserCredential(
            id: "ACCA" + context.world.ids.capitals("iam/ACCA", count: 17), kind: .serviceSpecific, userName: user.name,
            body: context.newSecret("iam/password", count: 44), service: service, date: context.now)
        context.iam.credentials.insert(credential)
        return Response([
            "ServiceSpecificCredential": credentialView(credential, accountID: context.accountID, withPassword: true)
        ])
    }

    static func resetCredential(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var credential = try found(input, .serviceSpecific, context)
        credential.body = context.newSecret("iam/password", count: 44)
        context.iam.credentials.insert(credential)
        return Response([
            "ServiceSpecificCredential": credentialView(credential, accountID: context.accountID, withPassword: true)
        ])
    }

    static func listCredentials(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let service = input.string("ServiceName")
        let all =
            input.boolean("AllUsers") ?? false
            ? context.iam.credentials.filter { $0.kind == .serviceSpecific } : try all(input, .serviceSpecific, context)
        let page = try IAMPage(all.filter { service == nil || $0.service == service }, input)
        var answer: Value = [
            "ServiceSpecificCredentials": .list(page.items) {
                credentialView($0, accountID: context.accountID, withPassword: false)
            }
        ]
        // Only a list of all users has pages.
        if input.boolean("AllUsers") ?? false { answer = page.adding(to: answer) }
        return Response(answer)
    }
}
