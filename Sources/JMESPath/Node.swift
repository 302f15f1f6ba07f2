import JSONValue

/// A node of the syntax tree.
indirect enum Node: Sendable {
    /// `@`, and what a projection without a right-hand side applies to each element.
    case current
    case field(String)
    case literal(JSON)
    case index(Int)
    case slice(Slice)
    /// The second applied to the first's value: `a.b`, `a[0]` and `a | b` alike.
    case sequence(Node, Node)
    case flatten(Node)
    case listProjection(Node, Node)
    case objectProjection(Node, Node)
    case filterProjection(Node, condition: Node, Node)
    case multiSelectList([Node])
    case multiSelectHash([(key: String, value: Node)])
    case comparison(Comparison, Node, Node)
    case or(Node, Node)
    case and(Node, Node)
    case not(Node)
    case call(Function, [Argument], offset: Int)
}

/// An argument of a function: a value, or an expression to be applied by the function (`&expression`).
enum Argument: Sendable {
    case value(Node)
    case reference(Node)
}

/// `[start:stop:step]`, with Python's meaning.
struct Slice: Sendable {
    var start: Int?
    var stop: Int?
    var step: Int

    /// The elements in question, in order.
    func apply(to elements: [JSON]) -> [JSON] {
        let count = elements.count
        // With a negative step the place before the first element is a bound too.
        let lowest = step < 0 ? -1 : 0
        let highest = step < 0 ? count - 1 : count
        func bound(_ value: Int?, _ absent: Int) -> Int {
            guard let value else { return absent }
            // `value` is negative here, so the sum cannot overflow.
            return min(max(value < 0 ? value + count : value, lowest), highest)
        }
        let first = bound(start, step < 0 ? highest : lowest)
        let end = bound(stop, step < 0 ? lowest : highest)
        // A step beyond the array's length is as good as one of its length, and cannot overflow.
        let step = max(-count - 1, min(step, count + 1))
        return stride(from: first, to: end, by: step).map { elements[$0] }
    }
}
