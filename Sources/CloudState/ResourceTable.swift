import HashTreeCollections

/// A record that a table can hold.
public protocol ResourceRecord: Sendable, Equatable {
    /// Unique within its table, for instance `i-0123456789abcdef0`.
    var id: String { get }
}

/// Records of one kind in the order of their creation.
///
/// A copy shares everything with its original, and changing one record copies a few hundred bytes, however many there
/// are: that is what makes a draft, a snapshot and a fork of the world free. Iterating is in the order of creation, so
/// that answers are the same on every run.
///
/// Public and inlinable, because the services are other modules: the compiler specialises for them what is public, and
/// would let them work on records of unknown layout otherwise.
public struct ResourceTable<Record: ResourceRecord>: Sendable {
    /// A record's place. Immutable, so that tables may share it.
    @usableFromInline
    final class Slot: Sendable {
        @usableFromInline let record: Record
        @usableFromInline
        init(_ record: Record) { self.record = record }
    }

    @inlinable static var chunkSize: Int { 64 }

    @usableFromInline var chunks: [[Slot?]] = []
    @usableFromInline var ordinals = Ordinals()

    public init() {}

    @inlinable public var count: Int { ordinals.count }
    @inlinable public var isEmpty: Bool { ordinals.count == 0 }

    /// The record of that id. Setting nil removes it; setting a new one appends it.
    @inlinable
    public subscript(_ id: String) -> Record? {
        get {
            guard let ordinal = ordinals[id] else { return nil }
            return chunks[ordinal / Self.chunkSize][ordinal % Self.chunkSize]?.record
        }
        set {
            if let ordinal = ordinals[id] {
                chunks[ordinal / Self.chunkSize][ordinal % Self.chunkSize] = newValue.map(Slot.init)
                if newValue == nil {
                    ordinals[id] = nil
                    dropEmptyTail()
                }
            } else if let newValue {
                insert(newValue)
            }
        }
    }

    /// Adds a record, or replaces the one with its id.
    @inlinable
    public mutating func insert(_ record: Record) {
        guard ordinals[record.id] == nil else {
            self[record.id] = record
            return
        }
        if chunks.last.map({ $0.count == Self.chunkSize }) ?? true {
            chunks.append([])
            chunks[chunks.count - 1].reserveCapacity(Self.chunkSize)
        }
        let last = chunks.count - 1
        ordinals[record.id] = last * Self.chunkSize + chunks[last].count
        chunks[last].append(Slot(record))
    }

    /// Changes the record of that id in place; does nothing where there is none.
    @inlinable
    public mutating func update<Failure: Error>(
        _ id: String, _ change: (inout Record) throws(Failure) -> Void
    ) throws(Failure) {
        guard var record = self[id] else { return }
        try change(&record)
        self[id] = record
    }

    /// Looks at all records in their order without copying any of them.
    @inlinable
    public func forEachInPlace(_ look: (borrowing Record) -> Void) {
        for chunk in chunks {
            for case let slot? in chunk { look(slot.record) }
        }
    }

    @discardableResult
    public mutating func remove(_ id: String) -> Record? {
        let record = self[id]
        self[id] = nil
        return record
    }

    /// The records at or after a place, with their places: what pagination steps through.
    public func records(from start: Int) -> some Sequence<(ordinal: Int, record: Record)> {
        Walk(table: self, ordinal: Swift.max(0, start))
    }

    @usableFromInline
    mutating func dropEmptyTail() {
        while let last = chunks.last, last.count == Self.chunkSize, last.allSatisfy({ $0 == nil }) {
            chunks.removeLast()
        }
    }

    private struct Walk: Sequence, IteratorProtocol {
        let table: ResourceTable
        var ordinal: Int

        mutating func next() -> (ordinal: Int, record: Record)? {
            while ordinal / ResourceTable.chunkSize < table.chunks.count {
                let chunk = table.chunks[ordinal / ResourceTable.chunkSize]
                let place = ordinal % ResourceTable.chunkSize
                ordinal += 1
                if place < chunk.count, let slot = chunk[place] { return (ordinal - 1, slot.record) }
            }
            return nil
        }
    }
}

extension ResourceTable: Sequence {
    /// One chunk after the other.
    public struct Iterator: IteratorProtocol {
        @usableFromInline var chunks: IndexingIterator<[[Slot?]]>
        @usableFromInline var slots = ([] as [Slot?]).makeIterator()

        @inlinable
        init(_ table: ResourceTable) { chunks = table.chunks.makeIterator() }

        @inlinable
        public mutating func next() -> Record? {
            while true {
                while let slot = slots.next() {
                    if let slot { return slot.record }
                }
                guard let chunk = chunks.next() else { return nil }
                slots = chunk.makeIterator()
            }
        }
    }

    @inlinable
    public func makeIterator() -> Iterator { Iterator(self) }
}

extension ResourceTable: Equatable {
    public static func == (left: ResourceTable, right: ResourceTable) -> Bool {
        left.count == right.count && left.elementsEqual(right)
    }
}

/// The place of each id in a table.
@usableFromInline
struct Ordinals: Sendable {
    private var places: TreeDictionary<String, Int> = [:]

    @usableFromInline var count: Int { places.count }

    @usableFromInline
    init() {}

    @usableFromInline
    subscript(_ id: String) -> Int? {
        get { places[id] }
        set { places[id] = newValue }
    }
}
