import CloudState
import ServiceModel

/// How records of one kind are described: by id, by filter, page by page.
struct Listing<Record: ResourceRecord>: Sendable {
    typealias FilterValues = @Sendable (Record, EC2State) -> [String]

    let kind: ResourceKind
    let table: @Sendable (EC2State) -> ResourceTable<Record>
    /// The request's parameter with ids; empty where there is none.
    let ids: String
    let tags: @Sendable (Record) -> Tags
    /// The filters by name, beside `tag:KEY` and `tag-key`.
    var filters: [String: FilterValues]
    /// The bounds of `MaxResults`; nil where the operation has no pages.
    var pageSizes: ClosedRange<Int>? = 5...1000
    /// Whether ids and `MaxResults` exclude one another.
    var idsExcludePages = true
    /// Whether the operation has filters at all.
    var hasFilters = true
    /// The request's parameter with filters.
    var filterParameter = "Filters"

    /// A page of what a request asks for.
    func page(_ input: Input, _ context: CallContext) throws(ServiceError) -> (records: [Record], nextToken: String?) {
        let state = context.ec2
        let table = table(state)
        let wanted = ids.isEmpty ? [] : input.strings(ids)
        let filters = try hasFilters ? checked(Filter.all(input, filterParameter)) : []
        let limit = try pageSize(input, hasIDs: !wanted.isEmpty)
        guard wanted.isEmpty else {
            let records = try records(wanted, in: table).filter { matches($0, filters, state) }
            return (records, nil)
        }
        let start = try pageSizes == nil ? 0 : PageToken.read(input.string("NextToken"))
        var records: [Record] = []
        for (ordinal, record) in table.records(from: start) where matches(record, filters, state) {
            if records.count == limit { return (records, PageToken.make(ordinal)) }
            records.append(record)
        }
        return (records, nil)
    }

    /// The records of those ids in the order asked for, each once; an error where one is missing.
    func records(_ ids: [String], in table: ResourceTable<Record>) throws(ServiceError) -> [Record] {
        for id in ids { try kind.check(id) }
        var seen: Set<String> = []
        var found: [Record] = []
        var missing: [String] = []
        for id in ids where seen.insert(id).inserted {
            if let record = table[id] { found.append(record) } else { missing.append(id) }
        }
        guard missing.isEmpty else { throw EC2Error.notFound(kind, missing) }
        return found
    }

    private func checked(_ filters: [Filter]) throws(ServiceError) -> [Filter] {
        for filter in filters
        where self.filters[filter.name] == nil && filter.name != "tag-key" && !filter.name.hasPrefix("tag:") {
            throw EC2Error.invalidParameter("The filter '\(filter.name.prefix(256))' is invalid")
        }
        return filters
    }

    private func matches(_ record: Record, _ filters: [Filter], _ state: EC2State) -> Bool {
        filters.allSatisfy { filter in
            if filter.name == "tag-key" { return filter.matches(tags(record).tags.map(\.key)) }
            if filter.name.hasPrefix("tag:") {
                return tags(record)[String(filter.name.dropFirst(4))].map { filter.matches([$0]) } ?? false
            }
            return self.filters[filter.name].map { filter.matches($0(record, state)) } ?? false
        }
    }

    private func pageSize(_ input: Input, hasIDs: Bool) throws(ServiceError) -> Int {
        guard let pageSizes, let size = input.integer("MaxResults") else { return .max }
        guard !hasIDs || !idsExcludePages else {
            throw EC2Error.invalidCombination(
                "The parameter \(ids.prefix(1).lowercased())\(ids.dropFirst()) cannot be used with the parameter maxResults"
            )
        }
        guard size >= pageSizes.lowerBound else {
            throw EC2Error.invalidParameter(
                "Value ( \(size) ) for parameter maxResults is invalid. Expecting a value greater than \(pageSizes.lowerBound)."
            )
        }
        guard size <= pageSizes.upperBound || pageSizes.upperBound == 1000 else {
            throw EC2Error.invalidParameter(
                "Value ( \(size) ) for parameter maxResults is invalid. Expecting a value less than or equal to \(pageSizes.upperBound)."
            )
        }
        return min(size, pageSizes.upperBound)
    }
}

/// An opaque place in a list.
enum PageToken {
    private static let tokens = OffsetToken("p1:")

    static func make(_ ordinal: Int) -> String { tokens.make(ordinal) }

    /// The place that a token stands for; the beginning where there is none.
    static func read(_ token: String?) throws(ServiceError) -> Int {
        guard let token, !token.isEmpty else { return 0 }
        guard let ordinal = tokens.offset(token) else {
            throw EC2Error.invalidParameter("Invalid value '\(token.prefix(256))' for nextToken.")
        }
        return ordinal
    }
}
