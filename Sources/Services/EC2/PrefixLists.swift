import CloudState
import ServiceModel

/// Making and changing the customer's managed prefix lists.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html>
enum PrefixLists {
    static let operations: [String: Handler] = [
        "CreateManagedPrefixList": .write(create),
        "ModifyManagedPrefixList": .write(modify),
        "DeleteManagedPrefixList": .write(delete),
        "RestoreManagedPrefixListVersion": .write(restore),
    ]

    /// Refuses the id of a list that is not there, the customer's or AWS's.
    static func check(_ id: String, _ context: CallContext) throws(ServiceError) {
        try ResourceKind.prefixList.check(id)
        guard context.ec2.prefixLists[id] != nil || AWSPrefixList.named(id, in: context.region) != nil else {
            throw EC2Error.notFound(.prefixList, [id])
        }
    }

    /// The customer's list that a request wants to change.
    static func owned(_ input: Input, _ context: CallContext) throws(ServiceError) -> PrefixList {
        let id = input.string("PrefixListId") ?? ""
        try check(id, context)
        guard let list = context.ec2.prefixLists[id] else {
            throw ServiceError(
                "UnauthorizedOperation", "You are not authorized to perform this operation.", status: 403)
        }
        return list
    }

    private static func settled(_ list: PrefixList) throws(ServiceError) {
        guard !list.state.hasSuffix("-in-progress") else {
            throw ServiceError(
                "IncorrectState", "The prefix list (\(list.id)) is in an invalid state (\(list.state)).")
        }
    }

    // MARK: Making and changing

    static func create(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = try name(input.string("PrefixListName") ?? "")
        let family = input.string("AddressFamily") ?? ""
        guard family == "IPv4" || family == "IPv6" else {
            throw EC2Error.invalidParameter(
                "Invalid value '\(family.prefix(64))' for address family. Valid values are IPv4 and IPv6.")
        }
        let maximum = try maximum(input.integer("MaxEntries") ?? 0)
        let tags = try TagRules.specified(input, for: .prefixList)
        let token = input.string("ClientToken") ?? ""
        if let known = try Idempotency.known("CreateManagedPrefixList", token, input, context),
            let list = context.ec2.prefixLists[known]
        {
            return Response(["PrefixList": PrefixListViews.view(list, context.region)])
        }
        let entries = try added(input.structures("Entries"), to: [], family)
        try checkCount(entries, maximum)
        var list = PrefixList(
            id: context.newID("pl"), name: name, ownerID: context.accountID, addressFamily: family,
            maximumEntries: maximum, state: "create-in-progress", entries: entries)
        list.tags = tags
        context.ec2.prefixLists.insert(list)
        Idempotency.remember("CreateManagedPrefixList", token, input, list.id, &context)
        context.schedule(.prefixListSettled, list.id, after: Timings.prefixList)
        return Response(["PrefixList": PrefixListViews.view(list, context.region)])
    }

    static func modify(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var list = try owned(input, context)
        try settled(list)
        let adds = input.structures("AddEntries")
        let removes = input.structures("RemoveEntries")
        if let version = input.integer("CurrentVersion"), version != list.version {
            throw ServiceError("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")
        }
        if let text = input.string("PrefixListName") { list.name = try name(text) }
        if let wanted = input.integer("MaxEntries") {
            guard adds.isEmpty, removes.isEmpty else {
                throw EC2Error.invalidCombination(
                    "You cannot modify the entries and the maximum entries in the same request.")
            }
            list.maximumEntries = try maximum(wanted)
            try checkCount(list.entries, list.maximumEntries)
        }
        if !adds.isEmpty || !removes.isEmpty {
            guard input.integer("CurrentVersion") != nil else { throw EC2Error.missingParameter("CurrentVersion") }
            var entries = list.entries
            let added = Set(adds.compactMap { $0.string("Cidr") })
            if let both = removes.compactMap({ $0.string("Cidr") }).first(where: added.contains) {
                throw EC2Error.invalidParameter(
                    "Request cannot contain Cidr \(both.prefix(64)) in both AddPrefixListEntries and RemovePrefixListEntries"
                )
            }
            for remove in removes {
                let block = try block(remove.string("Cidr") ?? "", list.addressFamily)
                guard entries.contains(where: { $0.block == block }) else {
                    throw EC2Error.invalidParameter(
                        "The CIDR (\(block)) does not exist in the prefix list (\(list.id)).")
                }
                entries.removeAll { $0.block == block }
            }
            entries = try Self.added(adds, to: entries, list.addressFamily)
            try checkCount(entries, list.maximumEntries)
            list.versions.append(entries)
        }
        list.state = "modify-in-progress"
        context.ec2.prefixLists[list.id] = list
        context.schedule(.prefixListSettled, list.id, after: Timings.prefixList)
        return Response(["PrefixList": PrefixListViews.view(list, context.region)])
    }

    static func restore(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var list = try owned(input, context)
        try settled(list)
        guard input.integer("CurrentVersion") == list.version else {
            throw ServiceError("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")
        }
        let previous = input.integer("PreviousVersion") ?? 0
        guard list.versions.indices.contains(previous - 1) else {
            throw ServiceError(
                "PrefixListVersionNotFound",
                "The prefix list version \(previous) does not exist for prefix list '\(list.id)'")
        }
        list.versions.append(list.versions[previous - 1])
        list.state = "restore-in-progress"
        context.ec2.prefixLists[list.id] = list
        context.schedule(.prefixListSettled, list.id, after: Timings.prefixList)
        return Response(["PrefixList": PrefixListViews.view(list, context.region)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var list = try owned(input, context)
        guard PrefixListViews.users(of: list.id, context.ec2).isEmpty else {
            throw ServiceError("DependencyViolation", "The prefix list (\(list.id)) is being used by other resources.")
        }
        list.state = "delete-in-progress"
        context.ec2.prefixLists[list.id] = list
        context.schedule(.prefixListDeleted, list.id, after: Timings.prefixList)
        return Response(["PrefixList": PrefixListViews.view(list, context.region)])
    }

    private static func name(_ text: String) throws(ServiceError) -> String {
        guard !text.isEmpty, text.unicodeScalars.count <= 255, !text.hasPrefix("com.amazonaws") else {
            throw EC2Error.invalidParameter(
                "Value (\(text.prefix(256))) for parameter PrefixListName is invalid. Names have up to 255 characters and may not begin with com.amazonaws."
            )
        }
        return text
    }

    private static func maximum(_ count: Int) throws(ServiceError) -> Int {
        guard (1...1000).contains(count) else {
            throw EC2Error.invalidParameter(
                "Value (\(count)) for parameter maxEntries is invalid. Must be between 1 and 1000.")
        }
        return count
    }

    private static func checkCount(_ entries: [PrefixList.Entry], _ maximum: Int) throws(ServiceError) {
        guard entries.count <= maximum else {
            throw ServiceError(
                "PrefixListMaxEntriesExceeded", "You've reached the maximum number of entries for the prefix list.")
        }
    }

    private static func added(
        _ requests: [Input], to entries: [PrefixList.Entry], _ family: String
    ) throws(ServiceError) -> [PrefixList.Entry] {
        guard requests.count <= 100 else {
            throw EC2Error.invalidParameter("A request may add up to 100 entries.")
        }
        var entries = entries
        var seen: Set<String> = []
        for request in requests {
            let block = try block(request.string("Cidr") ?? "", family)
            guard seen.insert(block).inserted else {
                throw EC2Error.invalidParameter("The CIDR (\(block)) is specified more than once.")
            }
            let entry = PrefixList.Entry(block: block, description: request.string("Description"))
            // Adding a block that is there changes its description.
            if let place = entries.firstIndex(where: { $0.block == block }) {
                entries[place] = entry
            } else {
                entries.append(entry)
            }
        }
        return entries
    }

    private static func block(_ text: String, _ family: String) throws(ServiceError) -> String {
        let block = family == "IPv4" ? IPv4Block(text)?.description : IPv6Block(text)?.description
        guard let block, text.contains("/") else {
            throw EC2Error.invalidParameter("The CIDR (\(text.prefix(64))) is not a valid \(family) CIDR.")
        }
        return block
    }
}
