import CloudState
import ServiceModel

/// Lists that no table holds: filtered and cut into pages in the same way as those of `Listing`.
struct ItemList<Item: Sendable>: Sendable {
    let filters: [String: @Sendable (Item) -> [String]]
    var tags: @Sendable (Item) -> Tags = { _ in Tags() }

    /// The items that all filters of a request match, in their order.
    func selected(
        _ items: some Sequence<Item>, _ input: Input, parameter: String = "Filters"
    ) throws(ServiceError) -> [Item] {
        let wanted = try Filter.all(input, parameter)
        for filter in wanted
        where filters[filter.name] == nil && filter.name != "tag-key" && !filter.name.hasPrefix("tag:") {
            throw EC2Error.invalidParameter("The filter '\(filter.name.prefix(256))' is invalid")
        }
        return items.filter { item in wanted.allSatisfy { matches(item, $0) } }
    }

    private func matches(_ item: Item, _ filter: Filter) -> Bool {
        if let values = filters[filter.name] { return filter.matches(values(item)) }
        if filter.name == "tag-key" { return filter.matches(tags(item).tags.map(\.key)) }
        return tags(item)[String(filter.name.dropFirst(4))].map { filter.matches([$0]) } ?? false
    }
}

/// Cuts a list into the page that a request asks for.
enum Paging {
    static func page<Item>(
        _ items: [Item], _ input: Input, sizes: ClosedRange<Int> = 5...1000
    ) throws(ServiceError) -> (items: [Item], nextToken: Value?) {
        var limit = Int.max
        if let size = input.integer("MaxResults") {
            guard size >= sizes.lowerBound else {
                throw EC2Error.invalidParameter(
                    "Value ( \(size) ) for parameter maxResults is invalid. Expecting a value greater than \(sizes.lowerBound)."
                )
            }
            limit = min(size, sizes.upperBound)
        }
        let start = min(try PageToken.read(input.string("NextToken")), items.count)
        let page = items[start...].prefix(limit)
        return (Array(page), page.endIndex < items.count ? .string(PageToken.make(page.endIndex)) : nil)
    }
}
