package import ServiceModel

/// What is scheduled to happen, as a heap ordered by time and, at one time, by the order of scheduling.
package struct Agenda: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package var due: Timestamp
        package var sequence: Int
        package var transition: Transition
    }

    private var heap: [Entry] = []
    private var nextSequence = 0

    package init() {}

    package var isEmpty: Bool { heap.isEmpty }

    /// When the next transition is due.
    package var nextDue: Timestamp? { heap.first?.due }

    /// When the last of those transitions is due that are to be counted.
    package func lastDue(before end: Timestamp? = nil, where counts: (Transition) -> Bool) -> Timestamp? {
        var last: Timestamp?
        for entry in heap where last.map({ entry.due > $0 }) ?? true && end.map({ entry.due < $0 }) ?? true {
            if counts(entry.transition) { last = entry.due }
        }
        return last
    }

    /// When the first of those transitions is due that are to be counted.
    package func firstDue(where counts: (Transition) -> Bool) -> Timestamp? {
        var first: Timestamp?
        for entry in heap where first.map({ entry.due < $0 }) ?? true {
            if counts(entry.transition) { first = entry.due }
        }
        return first
    }

    package mutating func schedule(_ transition: Transition, at due: Timestamp) {
        heap.append(Entry(due: due, sequence: nextSequence, transition: transition))
        nextSequence += 1
        var child = heap.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the next transition if it is due by then.
    package mutating func popDue(by time: Timestamp) -> Entry? {
        guard let first = heap.first, first.due <= time else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { break }
            let right = left + 1
            let child = right < heap.count && precedes(right, left) ? right : left
            guard precedes(child, parent) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (heap[left].due, heap[left].sequence) < (heap[right].due, heap[right].sequence)
    }

    /// Two agendas are equal when the same things will happen in the same order.
    package static func == (left: Agenda, right: Agenda) -> Bool { left.ordered == right.ordered }

    private var ordered: [Entry] { heap.sorted { ($0.due, $0.sequence) < ($1.due, $1.sequence) } }
}
