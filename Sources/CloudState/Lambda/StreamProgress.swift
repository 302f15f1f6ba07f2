package import ServiceModel

/// How far an event source mapping is with one shard of a stream; with a parallelization factor, with one lane of it.
package struct StreamProgress: Sendable, Equatable {
    /// The number of the next record to be read.
    package var position: Int
    /// The batch that failed and is to be tried again, with what was split off it; the first is the next.
    package var pending: [Batch] = []
    /// Whether an invocation runs now.
    package var isRunning = false
    /// Not tried again before then.
    package var notBefore: Timestamp?
    /// What the function said of the tumbling window that is open.
    package var state: String?
    package var windowStart: Timestamp?

    /// Records one after the other, from the first number to before the last.
    package struct Batch: Sendable, Equatable {
        package var numbers: [Int]
        /// How often it was tried.
        package var attempts: Int

        package init(numbers: [Int], attempts: Int = 0) {
            self.numbers = numbers
            self.attempts = attempts
        }
    }

    package init(position: Int) { self.position = position }
}

extension World {
    /// Forgets the invocations of event source mappings that run: they do not come back. What they had is read again.
    package mutating func forgetInvocations() {
        var isChanged = false
        for place in regions.indices {
            for mapping in regions[place].lambda.eventSourceMappings {
                var mapping = mapping
                mapping.running = 0
                for (name, var progress) in mapping.positions {
                    progress.isRunning = false
                    mapping.positions[name] = progress
                }
                regions[place].lambda.eventSourceMappings.insert(mapping)
                isChanged = true
            }
            for var queue in regions[place].sqs.queues where queue.messages.contains(where: \.isHeld) {
                for message in queue.messages where message.isHeld {
                    queue.messages.update(message.id) { $0.isHeld = false }
                }
                regions[place].sqs.queues.insert(queue)
            }
        }
        if isChanged { wake() }
    }
}
