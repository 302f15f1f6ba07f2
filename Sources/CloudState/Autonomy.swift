/// How much an account may still do by itself.
///
/// Schedules, rules and whatever they set off take the machine's time and memory without a call for each: a program that
/// sleeps through a week of virtual time can set millions of them going. Once this is used up, time goes on and nothing
/// happens in it any more.
package struct Autonomy: Sendable, Equatable {
    /// Things that may still happen: steps of resources, looks of services, messages that are brought to a target.
    private var steps: Int
    /// Bytes that those messages may still have.
    private var bytes: Int
    package private(set) var isUsedUp = false

    package init(steps: Int, bytes: Int) {
        self.steps = steps
        self.bytes = bytes
    }

    /// Nothing is counted, so that a world is the same however it came to be.
    package static let unlimited = Autonomy(steps: .max, bytes: .max)

    /// Counts one of them, and says whether it may happen.
    package mutating func takes(bytes size: Int = 0) -> Bool {
        if self == .unlimited { return true }
        guard !isUsedUp, steps > 0, bytes >= size else {
            isUsedUp = true
            return false
        }
        steps -= 1
        bytes -= size
        return true
    }
}
