import ServiceModel

/// Sequence numbers: 56 digits that say which shard of which stream, and which record of it.
package enum SequenceNumbers {
    /// The first that a shard could give is 0; its first record's is one more.
    package static let offset = 1

    package static func text(_ number: Int, _ shard: Int, _ stream: KinesisStream) -> String {
        "49" + padded(stream.created.milliseconds, 13) + padded(shard, 12) + padded(number, 29)
    }

    /// The number in it; nil where it is none of that shard.
    package static func number(_ text: String, _ shard: Int, _ stream: KinesisStream) -> Int? {
        guard text.utf8.count == 56, text.hasPrefix(String(Self.text(0, shard, stream).prefix(27))) else { return nil }
        return Int(text.dropFirst(27))
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
