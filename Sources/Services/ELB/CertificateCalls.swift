import CloudState
import ServiceModel

/// The certificates of a listener: references that are kept, and not looked into.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html>
enum CertificateCalls {
    static let operations: [String: Handler] = [
        "AddListenerCertificates": .write(add),
        "DescribeListenerCertificates": .read(describe),
        "RemoveListenerCertificates": .write(remove),
    ]

    private static func secure(_ input: Input, _ context: CallContext) throws(ServiceError) -> Listener {
        let listener = try ELBNamed.listener(input.string("ListenerArn"), context)
        guard listener.listenerProtocol == "HTTPS" || listener.listenerProtocol == "TLS" else {
            throw ELBError.validation(
                "Certificates can only be added to listeners with protocol 'HTTPS' or 'TLS'")
        }
        return listener
    }

    static func add(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var listener = try secure(input, context)
        var added: [String] = []
        for certificate in input.structures("Certificates") {
            guard !certificate.has("IsDefault") else {
                throw ELBError.validation("IsDefault cannot be specified when adding certificates")
            }
            let arn = certificate.string("CertificateArn") ?? ""
            try Certificates.check(arn, context)
            if !listener.certificates.contains(arn) { listener.certificates.append(arn) }
            added.append(arn)
        }
        guard listener.certificates.count <= 26 else {
            throw ServiceError(
                "TooManyCertificates", "You have reached the limit on the number of certificates per load balancer: 25")
        }
        context.elb.listeners[listener.id] = listener
        return Response([
            "Certificates": .list(added) {
                ["CertificateArn": .string($0), "IsDefault": .boolean(listener.certificates.first == $0)]
            }
        ])
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var listener = try secure(input, context)
        for certificate in input.structures("Certificates") {
            let arn = certificate.string("CertificateArn") ?? ""
            guard listener.certificates.first != arn else {
                throw ELBError.notPermitted("Default certificate '\(arn)' cannot be removed from the listener")
            }
            listener.certificates.removeAll { $0 == arn }
        }
        context.elb.listeners[listener.id] = listener
        return .empty
    }

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let listener = try ELBNamed.listener(input.string("ListenerArn"), context)
        return try ELBPage(listener.certificates, input).response("Certificates") {
            ["CertificateArn": .string($0), "IsDefault": .boolean(listener.certificates.first == $0)]
        }
    }
}

/// Which certificates a listener may refer to.
enum Certificates {
    /// One of AWS Certificate Manager in the same region, which is taken at its word, or a server certificate of IAM.
    static func check(_ arn: String, _ context: CallContext) throws(ServiceError) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        let isManaged =
            parts.count == 6 && parts[0] == "arn" && parts[2] == "acm" && parts[3] == context.region
            && parts[5].hasPrefix("certificate/") && parts[5].utf8.count > 12
        let isServers =
            parts.count == 6 && parts[2] == "iam" && context.iam.serverCertificates.contains { $0.arn == arn }
        guard isManaged || isServers else {
            throw ServiceError("CertificateNotFound", "Certificate '\(arn.prefix(256))' not found")
        }
    }
}
