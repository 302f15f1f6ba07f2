import CloudState
import ServiceModel

/// Walks keys in order, rolls up what lies behind a delimiter, and stops when a page is full.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html>
struct Listing<Item> {
    let prefix: String
    let delimiter: String
    let limit: Int
    private(set) var items: [(key: ObjectKey, item: Item)] = []
    private(set) var prefixes: [String] = []
    private(set) var isTruncated = false
    /// The key or the common prefix that came last.
    private(set) var last: String?

    init(prefix: String, delimiter: String, limit: Int) {
        self.prefix = prefix
        self.delimiter = delimiter
        self.limit = limit
    }

    /// What a key's common prefix is; nil where it has none.
    private func rolled(_ key: String) -> String? {
        guard !delimiter.isEmpty else { return nil }
        let rest = key.utf8.dropFirst(prefix.utf8.count)
        guard let range = rest.firstRange(of: delimiter.utf8) else { return nil }
        return String(decoding: key.utf8[..<range.upperBound], as: UTF8.self)
    }

    /// Walks the keys from a place on.
    ///
    /// - Parameters:
    ///   - marker: where an earlier page ended; what it rolled up is not shown again.
    ///   - found: the items of a key, in order.
    mutating func walk(
        _ keys: ArraySlice<ObjectKey>, after marker: String?, _ found: (ObjectKey) -> [Item]
    ) {
        guard limit > 0 else { return }
        for key in keys {
            guard key.text.utf8.starts(with: prefix.utf8) else {
                // Keys are in order: those with the prefix stand together.
                if ObjectKey(prefix) < key { return }
                continue
            }
            let new = found(key)
            guard !new.isEmpty else { continue }
            if let common = rolled(key.text) {
                if let marker, marker.utf8.elementsEqual(common.utf8) { continue }
                if prefixes.last.map({ $0.utf8.elementsEqual(common.utf8) }) ?? false { continue }
                guard hasRoom() else { return }
                prefixes.append(common)
                last = common
                continue
            }
            for item in new {
                guard hasRoom() else { return }
                items.append((key, item))
                last = key.text
            }
        }
    }

    private mutating func hasRoom() -> Bool {
        guard items.count + prefixes.count < limit else {
            isTruncated = true
            return false
        }
        return true
    }
}

/// What the parameters of all lists have in common.
struct ListParameters {
    let prefix: String
    let delimiter: String
    let limit: Int
    let encodes: Bool

    init(_ input: Input, limit name: String) throws(ServiceError) {
        prefix = input.string("Prefix") ?? ""
        delimiter = input.string("Delimiter") ?? ""
        let wanted = input.integer(name) ?? 1000
        guard wanted >= 0 else {
            throw S3Error.invalidArgument(
                "Argument \(name) must be an integer between 0 and 2147483647", name, "\(wanted)")
        }
        limit = min(wanted, 1000)
        encodes = input.string("EncodingType") == "url"
    }

    func text(_ key: String) -> Value { .string(encodes ? PercentEncoding.encode(key) : key) }

    /// The members that every list repeats, and what it rolled up.
    func common(_ prefixes: [String], isTruncated: Bool, limit name: String) -> Fields {
        var fields = Fields()
        fields.append("Prefix", text(prefix))
        if !delimiter.isEmpty { fields.append("Delimiter", text(delimiter)) }
        fields.append(name, .integer(limit))
        if encodes { fields.append("EncodingType", "url") }
        fields.append("IsTruncated", .boolean(isTruncated))
        if !prefixes.isEmpty { fields.append("CommonPrefixes", .list(prefixes) { ["Prefix": text($0)] }) }
        return fields
    }
}
