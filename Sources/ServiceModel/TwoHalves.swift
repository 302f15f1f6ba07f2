import Dispatch
import Synchronization

extension Array where Element: Sendable {
    /// Whether it is worth the while to work on the two halves at the same time.
    package var isLong: Bool { count >= 256 }

    /// What `work` makes of the array; of a long one, of its two halves on two threads, in their order.
    ///
    /// For answers with hundreds of resources, which one client waits for while other processors have nothing to do.
    package func halves<Result: Sendable>(_ work: @Sendable (ArraySlice<Element>) -> Result) -> [Result] {
        guard isLong else { return [work(self[...])] }
        let middle = count / 2
        let results = Mutex<(first: Result?, second: Result?)>((nil, nil))
        DispatchQueue.concurrentPerform(iterations: 2) { half in
            let result = work(half == 0 ? self[..<middle] : self[middle...])
            results.withLock { if half == 0 { $0.first = result } else { $0.second = result } }
        }
        return results.withLock { [$0.first, $0.second].compactMap(\.self) }
    }
}
