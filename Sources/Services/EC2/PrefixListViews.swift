import CloudState
import ServiceModel

/// Describing managed prefix lists, the customer's and AWS's, and DescribePrefixLists.
enum PrefixListViews {
    static let operations: [String: Handler] = [
        "DescribeManagedPrefixLists": .read(describe),
        "GetManagedPrefixListEntries": .read(entries),
        "GetManagedPrefixListAssociations": .read(associations),
        "DescribePrefixLists": .read(describeAWS),
    ]

    static func view(_ list: PrefixList, _ region: String) -> Value {
        [
            "PrefixListId": .string(list.id), "AddressFamily": .string(list.addressFamily),
            "State": .string(list.state), "PrefixListArn": .string(arn(list.id, list.ownerID, region)),
            "PrefixListName": .string(list.name), "MaxEntries": .integer(list.maximumEntries),
            "Version": .integer(list.version), "Tags": list.tags.view, "OwnerId": .string(list.ownerID),
        ]
    }

    private static func arn(_ id: String, _ owner: String, _ region: String) -> String {
        "arn:aws:ec2:\(region):\(owner):prefix-list/\(id)"
    }

    /// AWS's list as a record, so that both kinds can be filtered in one way.
    private static func record(_ list: AWSPrefixList) -> PrefixList {
        PrefixList(
            id: list.id, name: list.name, ownerID: "AWS", addressFamily: list.addressFamily, maximumEntries: 0,
            state: "create-complete", entries: list.blocks.map { PrefixList.Entry(block: $0, description: nil) })
    }

    private static let lists = ItemList<PrefixList>(
        filters: [
            "owner-id": { [$0.ownerID] }, "prefix-list-id": { [$0.id] }, "prefix-list-name": { [$0.name] },
        ],
        tags: { $0.tags })

    static func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("PrefixListIds")
        for id in ids { try PrefixLists.check(id, context) }
        let region = context.region
        let all = Array(context.ec2.prefixLists) + AWSPrefixList.all(in: region).map(record)
        let page = try Paging.page(
            lists.selected(all, input).filter { ids.isEmpty || ids.contains($0.id) }, input, sizes: 1...100)
        return Response([
            "PrefixLists": .list(page.items) { list in
                guard list.ownerID == "AWS" else { return view(list, region) }
                return [
                    "PrefixListId": .string(list.id), "AddressFamily": .string(list.addressFamily),
                    "State": "create-complete", "PrefixListArn": .string(arn(list.id, "aws", region)),
                    "PrefixListName": .string(list.name), "Tags": [], "OwnerId": "AWS",
                ]
            },
            "NextToken": page.nextToken,
        ])
    }

    static func entries(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("PrefixListId") ?? ""
        try PrefixLists.check(id, context)
        var entries: [PrefixList.Entry] = []
        if let list = context.ec2.prefixLists[id] {
            let version = input.integer("TargetVersion") ?? list.version
            guard list.versions.indices.contains(version - 1) else {
                throw ServiceError(
                    "PrefixListVersionNotFound",
                    "The prefix list version \(version) does not exist for prefix list '\(id)'")
            }
            entries = list.versions[version - 1]
        } else if let list = AWSPrefixList.named(id, in: context.region) {
            entries = record(list).entries
        }
        let page = try Paging.page(entries, input, sizes: 1...100)
        return Response([
            "Entries": .list(page.items) { ["Cidr": .string($0.block), "Description": .optional($0.description)] },
            "NextToken": page.nextToken,
        ])
    }

    /// What names a list: security groups and route tables.
    static func users(of id: String, _ state: EC2State) -> [(id: String, owner: String)] {
        state.securityGroups.filter { $0.rules.contains { $0.peer == .prefixList(id: id) } }.map { ($0.id, $0.ownerID) }
            + state.routeTables.filter { $0.routes.contains { $0.destination == id } }.map { ($0.id, $0.ownerID) }
    }

    static func associations(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let list = try PrefixLists.owned(input, context)
        let page = try Paging.page(users(of: list.id, context.ec2), input, sizes: 5...255)
        return Response([
            "PrefixListAssociations": .list(page.items) {
                ["ResourceId": .string($0.id), "ResourceOwner": .string($0.owner)]
            },
            "NextToken": page.nextToken,
        ])
    }

    /// The lists of gateway endpoints' services.
    static func describeAWS(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let ids = input.strings("PrefixListIds")
        let all = AWSPrefixList.all(in: context.region).filter {
            $0.name.hasSuffix(".s3") || $0.name.hasSuffix(".dynamodb")
        }
        for id in ids {
            try ResourceKind.prefixList.check(id)
            guard all.contains(where: { $0.id == id }) else { throw EC2Error.notFound(.prefixList, [id]) }
        }
        let wanted = try lists.selected(all.map(record), input).filter { ids.isEmpty || ids.contains($0.id) }
        let page = try Paging.page(wanted, input)
        return Response([
            "PrefixLists": .list(page.items) { list in
                [
                    "Cidrs": .strings(list.entries.map(\.block)), "PrefixListId": .string(list.id),
                    "PrefixListName": .string(list.name),
                ]
            },
            "NextToken": page.nextToken,
        ])
    }
}
