import CloudState
import ServiceModel

/// DescribeImages: own and public images in one list.
enum ImageCalls {
    static let operations: [String: Handler] = [
        "DescribeImages": .readAtTime(describe)
    ]

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let wanted = input.strings("ImageIds")
        for id in wanted { try ResourceKind.image.check(id) }
        let owners = input.strings("Owners")
        let users = input.strings("ExecutableUsers")
        try OwnerNames.check(owners)
        try OwnerNames.check(users, names: ["self", "all"])
        let account = context.accountID
        let now = context.now
        let withDisabled = input.boolean("IncludeDisabled") ?? false
        let withDeprecated = input.boolean("IncludeDeprecated") ?? false
        let all = ListedImage.all(context)
        let missing = wanted.filter { id in !all.contains { $0.image.id == id } }
        guard missing.isEmpty else { throw EC2Error.notFound(.image, missing) }
        let matching = try ListedImage.list.selected(all, input).filter { listed in
            let image = listed.image
            let isOwn = image.ownerID == account
            guard wanted.isEmpty || wanted.contains(image.id) else { return false }
            guard
                owners.isEmpty
                    || owners.contains(where: { owner in
                        owner == image.ownerID || owner == listed.ownerAlias || (owner == "self" && isOwn)
                    })
            else { return false }
            guard
                users.isEmpty
                    || users.contains(where: { user in
                        user == "all"
                            ? image.isPublic
                            : image.permissions.contains(.account(user == "self" ? account : user))
                                || (user == "self" && isOwn)
                    })
            else { return false }
            guard image.state != .disabled || withDisabled || !wanted.isEmpty else { return false }
            // Owners go on seeing what is deprecated.
            let isDeprecated = image.deprecationTime.map { $0 <= now } ?? false
            return !isDeprecated || isOwn || withDeprecated || !wanted.isEmpty
        }
        let page = try Paging.page(matching, input, sizes: 1...1000)
        return Response(["Images": .list(page.items) { $0.view }, "NextToken": page.nextToken])
    }
}
