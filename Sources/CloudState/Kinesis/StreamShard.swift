package import ServiceModel

/// A shard: an ordered log of the records whose keys lie in its range.
package struct StreamShard: Sendable, Equatable {
    package let number: Int
    package let range: ClosedRange<UInt128>
    package let parent: Int?
    package let adjacentParent: Int?
    package let opened: Timestamp
    /// When it stopped taking records.
    package var closed: Timestamp?
    /// Full chunks are shared between copies: what is added costs a chunk.
    private var chunks: [[StreamRecord]] = []
    /// The number of the first record that is still there.
    package private(set) var first = 0
    /// The number of the next record.
    package private(set) var next = 0

    private static let chunkSize = 128

    init(number: Int, range: ClosedRange<UInt128>, parent: Int?, adjacentParent: Int?, now: Timestamp) {
        self.number = number
        self.range = range
        self.parent = parent
        self.adjacentParent = adjacentParent
        opened = now
    }

    /// For instance `shardId-000000000003`.
    package var id: String { Self.id(number) }

    package static func id(_ number: Int) -> String {
        let digits = String(number)
        return "shardId-" + String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
    }

    package var isEmpty: Bool { first == next }

    /// Adds a record; returns its number.
    package mutating func append(_ record: StreamRecord) -> Int {
        if chunks.last.map({ $0.count >= Self.chunkSize }) ?? true { chunks.append([]) }
        chunks[chunks.count - 1].append(record)
        next += 1
        return next - 1
    }

    /// The record of that number; nil where it is gone or not there yet.
    package subscript(_ number: Int) -> StreamRecord? {
        guard number >= first, number < next else { return nil }
        let place = number - first / Self.chunkSize * Self.chunkSize
        return chunks[place / Self.chunkSize][place % Self.chunkSize]
    }

    /// The number of the first record that arrived then or later.
    package func number(from time: Timestamp) -> Int {
        var low = first
        var high = next
        while low < high {
            let middle = (low + high) / 2
            if let record = self[middle], record.arrival < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Drops what arrived before a moment; returns the bytes that it took.
    package mutating func trim(before time: Timestamp) -> Int {
        let end = number(from: time)
        guard end > first else { return 0 }
        let bytes = (first..<end).reduce(0) { $0 + (self[$1]?.size ?? 0) }
        let whole = end / Self.chunkSize - first / Self.chunkSize
        chunks.removeFirst(min(whole, chunks.count))
        first = end
        return bytes
    }

    /// Bytes of all its records.
    package var bytes: Int { (first..<next).reduce(0) { $0 + (self[$1]?.size ?? 0) } }
}

/// A record of a stream.
package struct StreamRecord: Sendable, Equatable {
    package var data: [UInt8]
    package var partitionKey: String
    package var arrival: Timestamp
    package var isEncrypted: Bool

    package init(data: [UInt8], partitionKey: String, arrival: Timestamp, isEncrypted: Bool) {
        self.data = data
        self.partitionKey = partitionKey
        self.arrival = arrival
        self.isEncrypted = isEncrypted
    }

    /// Bytes that it takes.
    package var size: Int { data.count + partitionKey.utf8.count }
}
