import CloudState
import ServiceModel

/// Pages of answers, by `MaxRecords` and `NextToken`.
enum Paging {
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
        let start = try offset(input.string("NextToken"))
        guard start < items.count else { return ([], nil) }
        let end = min(items.count, start + size)
        return (Array(items[start..<end]), end < items.count ? .string(token(end)) : nil)
    }

    private static func token(_ offset: Int) -> String { Base64.encode(Array("a1:\(offset)".utf8)) }

    private static func offset(_ token: String?) throws(ServiceError) -> Int {
        guard let token, !token.isEmpty else { return 0 }
        guard let bytes = Base64.decode(token), let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix("a1:"), let offset = Int(text.dropFirst(3)), offset >= 0
        else { throw ServiceError("InvalidNextToken", "The token '\(token.prefix(64))' is invalid.") }
        return offset
    }
}
