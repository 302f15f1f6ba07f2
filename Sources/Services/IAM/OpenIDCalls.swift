import CloudState
import ServiceModel

/// OpenID Connect identity providers, as EKS's service accounts and GitHub's workflows use them.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>
enum OpenIDCalls {
    static let operations: [String: Handler] = [
        "AddClientIDToOpenIDConnectProvider": .write(addClient),
        "CreateOpenIDConnectProvider": .write(create),
        "DeleteOpenIDConnectProvider": .write(delete),
        "GetOpenIDConnectProvider": .read(get),
        "ListOpenIDConnectProviders": .read(list),
        "RemoveClientIDFromOpenIDConnectProvider": .write(removeClient),
        "UpdateOpenIDConnectProviderThumbprint": .write(updateThumbprints),
    ]

    static func named(_ arn: String?, _ context: CallContext) throws(ServiceError) -> OpenIDProvider {
        let arn = arn ?? ""
        guard let provider = context.iam.openIDProviders[arn] else {
            throw IAMError.noSuchEntity("OpenIDConnect Provider not found for arn \(arn.prefix(512))")
        }
        return provider
    }

    private static func checkThumbprints(_ thumbprints: [String]) throws(ServiceError) {
        guard thumbprints.count <= 5 else {
            throw IAMError.invalidInput("Thumbprint list must contain fewer than 5 entries.")
        }
        for thumbprint in thumbprints where thumbprint.utf8.count != 40 {
            throw IAMError.validation(
                "1 validation error detected: Value '[\(thumbprint)]' at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]"
            )
        }
    }

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let url = input.string("Url") ?? ""
        guard url.hasPrefix("https://"), url.utf8.count > 8 else {
            throw IAMError.validation("Invalid Open ID Connect Provider URL")
        }
        let thumbprints = input.strings("ThumbprintList")
        try checkThumbprints(thumbprints)
        guard input.strings("ClientIDList").count <= 100 else {
            throw IAMError.quota("ClientIdsPerOpenIdConnectProvider", 100)
        }
        let tags = try IAMRules.newTags(input)
        var provider = OpenIDProvider(
            url: String(url.dropFirst(8)), accountID: context.accountID, clientIDs: input.strings("ClientIDList"),
            // Without a thumbprint AWS looks up the one of the certificate's authority.
            thumbprints: thumbprints.isEmpty
                ? [String(repeating: "9e99a48a9960b149", count: 3).prefix(40).description] : thumbprints,
            createDate: context.now)
        provider.tags = tags
        guard context.iam.openIDProviders[provider.arn] == nil else {
            throw IAMError.exists("Provider with url \(url) already exists.")
        }
        context.iam.openIDProviders.insert(provider)
        return Response([
            "OpenIDConnectProviderArn": .string(provider.arn), "Tags": tags.isEmpty ? nil : IAMViews.tags(tags),
        ])
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let provider = try named(input.string("OpenIDConnectProviderArn"), context)
        return Response([
            "Url": .string(provider.url), "ClientIDList": .strings(provider.clientIDs),
            "ThumbprintList": .strings(provider.thumbprints), "CreateDate": .timestamp(provider.createDate),
            "Tags": IAMViews.tags(provider.tags),
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        Response(["OpenIDConnectProviderList": .list(context.iam.openIDProviders) { ["Arn": .string($0.arn)] }])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        context.iam.openIDProviders.remove(try named(input.string("OpenIDConnectProviderArn"), context).id)
        return .empty
    }

    static func addClient(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var provider = try named(input.string("OpenIDConnectProviderArn"), context)
        let client = input.string("ClientID") ?? ""
        if !provider.clientIDs.contains(client) { provider.clientIDs.append(client) }
        context.iam.openIDProviders.insert(provider)
        return .empty
    }

    static func removeClient(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var provider = try named(input.string("OpenIDConnectProviderArn"), context)
        provider.clientIDs.removeAll { $0 == input.string("ClientID") }
        context.iam.openIDProviders.insert(provider)
        return .empty
    }

    static func updateThumbprints(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var provider = try named(input.string("OpenIDConnectProviderArn"), context)
        try checkThumbprints(input.strings("ThumbprintList"))
        provider.thumbprints = input.strings("ThumbprintList")
        context.iam.openIDProviders.insert(provider)
        return .empty
    }
}
