/// Opaque tokens of lists that go on at a number: the number behind a mark, so that what one kind of list has given out
/// is no token of another kind.
package struct OffsetToken: Sendable {
    private let mark: String

    /// - Parameter mark: what the tokens of that kind of list begin with, for instance `ecs:`.
    package init(_ mark: String) { self.mark = mark }

    package func make(_ offset: Int) -> String { Base64.encode(Array("\(mark)\(offset)".utf8)) }

    /// The number in a token; 0 where there is none, nil where it is none of that kind.
    package func offset(_ token: String?) -> Int? {
        guard let token else { return 0 }
        guard let bytes = Base64.decode(token), let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix(mark), let offset = Int(text.dropFirst(mark.count)), offset >= 0
        else { return nil }
        return offset
    }

    /// At most `size` items from an offset, none beyond the end, and the token of what comes after them.
    package func page<Item>(of items: [Item], from offset: Int, size: Int) -> (items: ArraySlice<Item>, token: Value?) {
        let start = min(offset, items.count)
        let end = start + min(max(0, size), items.count - start)
        return (items[start..<end], end < items.count ? .string(make(end)) : nil)
    }
}
