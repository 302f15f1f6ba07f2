/// The members of a JSON object, in the order in which their keys first appeared.
///
/// Objects are equal when they have the same members, whatever their order. Keys are compared as Swift compares strings,
/// by canonical equivalence.
package struct JSONObject: Sendable {
    /// A key and its value.
    package struct Member: Sendable {
        package var key: String
        package var value: JSON
    }

    private(set) var members: [Member] = []
    /// Where each key is; only kept once there are so many that looking through them all would be slower.
    private var index: [String: Int]?

    private static let scanLimit = 16

    /// An object without members.
    package init() {}

    /// An object of these members; where a key appears twice, the last value wins and the first place is kept.
    package init(uniquing pairs: some Sequence<(String, JSON)>) {
        for (key, value) in pairs { set(key, to: value) }
    }

    /// How many members there are.
    package var count: Int { members.count }
    /// Whether there are none.
    package var isEmpty: Bool { members.isEmpty }
    /// The keys, in order.
    package var keys: [String] { members.map(\.key) }
    /// The values, in the order of their keys.
    package var values: [JSON] { members.map(\.value) }

    /// The value of a key. Setting nil removes the member; setting a new key appends it.
    package subscript(key: String) -> JSON? {
        get { position(of: key).map { members[$0].value } }
        set {
            if let newValue {
                set(key, to: newValue)
            } else {
                remove(key)
            }
        }
    }

    /// Makes room for that many members.
    package mutating func reserveCapacity(_ capacity: Int) { members.reserveCapacity(capacity) }

    /// Sets a key's value: in place where the key is known, at the end where it is new.
    package mutating func set(_ key: String, to value: JSON) {
        if let position = position(of: key) {
            members[position].value = value
            return
        }
        members.append(Member(key: key, value: value))
        if index != nil {
            index?[key] = members.count - 1
        } else if members.count > Self.scanLimit {
            rebuildIndex()
        }
    }

    /// Removes a key, if it is there.
    package mutating func remove(_ key: String) {
        guard let position = position(of: key) else { return }
        members.remove(at: position)
        rebuildIndex()
    }

    /// The same members with their keys in order of their UTF-8 bytes; nested objects are left as they are.
    package func sortedByKey() -> JSONObject {
        var sorted = self
        sorted.members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        sorted.rebuildIndex()
        return sorted
    }

    private func position(of key: String) -> Int? {
        if let index { return index[key] }
        for position in members.indices where members[position].key == key { return position }
        return nil
    }

    private mutating func rebuildIndex() {
        guard members.count > Self.scanLimit else {
            index = nil
            return
        }
        var rebuilt: [String: Int] = [:]
        rebuilt.reserveCapacity(members.count * 2)
        for (position, member) in members.enumerated() { rebuilt[member.key] = position }
        index = rebuilt
    }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { members.count }
    package subscript(position: Int) -> (key: String, value: JSON) {
        (members[position].key, members[position].value)
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        // The sum does not depend on the order.
        var sum = 0
        for member in members {
            var own = Hasher()
            own.combine(member.key)
            own.combine(member.value)
            sum &+= own.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) { self.init(uniquing: elements) }
}
