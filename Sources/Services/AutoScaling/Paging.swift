import CloudState
import ServiceModel

/// Pages of answers, by `MaxRecords` and `NextToken`.
enum Paging {
    private static let tokens = OffsetToken("a1:")

    /// A page of some items and the token of the next one.
    static func page<Item>(
        _ items: [Item], _ input: Input, usual: Int, most: Int
    ) throws(ServiceError) -> (items: [Item], token: Value?) {
        let size = input.integer("MaxRecords") ?? usual
        guard (1...most).contains(size) else {
            throw AutoScalingError.validation(
                "1 validation error detected: Value '\(size)' at 'maxRecords' failed to satisfy constraint: Member must have value less than or equal to \(most)"
            )
        }
        let token = input.string("NextToken").flatMap { $0.isEmpty ? nil : $0 }
        guard let start = tokens.offset(token) else {
            throw ServiceError("InvalidNextToken", "The token '\(token?.prefix(64) ?? "")' is invalid.")
        }
        let page = tokens.page(of: items, from: start, size: size)
        return (Array(page.items), page.token)
    }
}
