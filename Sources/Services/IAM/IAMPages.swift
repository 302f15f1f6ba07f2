import CloudState
import ServiceModel

/// A page of a list: `MaxItems`, `Marker`, `IsTruncated`.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html>
struct IAMPage<Item> {
    private static var prefix: String { "AA1:" }

    let items: [Item]
    private let marker: String?

    init(_ all: [Item], _ input: Input) throws(ServiceError) {
        let start = try Self.start(input.string("Marker"))
        let limit = input.integer("MaxItems") ?? 100
        let rest = all.dropFirst(start)
        items = Array(rest.prefix(limit))
        marker = rest.count > limit ? Base64.encode(Array("\(Self.prefix)\(start + limit)".utf8)) : nil
    }

    private static func start(_ marker: String?) throws(ServiceError) -> Int {
        guard let marker, !marker.isEmpty else { return 0 }
        guard let bytes = Base64.decode(marker), let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix(prefix), let start = Int(text.dropFirst(prefix.count)), start >= 0
        else { throw IAMError.validation("Invalid Marker.") }
        return start
    }

    /// The answer: the items under a name, and where to go on.
    func response(_ name: String, _ view: (Item) -> Value) -> Response {
        Response(adding(to: [name: .list(items.map(view))]))
    }

    /// Adds the members that speak of the page.
    func adding(to answer: Value) -> Value {
        var fields = answer.fields ?? Fields()
        fields["IsTruncated"] = .boolean(marker != nil)
        fields["Marker"] = marker.map(Value.string)
        return .structure(fields)
    }
}
