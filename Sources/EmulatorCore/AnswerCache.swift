import ServiceModel
import WireProtocols

/// Answers to calls that only look, kept for as long as the world does not change: a client that polls costs next to
/// nothing.
struct AnswerCache {
    /// A request is the same when the same key asks the same of the same region in the same bytes.
    struct Key: Hashable {
        var service: String
        var region: String
        var accessKeyID: String
        /// What the protocol names the operation by outside query string and body.
        var target: String
        var query: String
        var body: [UInt8]
    }

    struct Answer {
        var body: EncodedBody
        var operation: Operation
        var input: Input
        /// What the trail keeps of it.
        var kept: KeptAnswer?
    }

    private static let limit = 128
    private var revision = -1
    private var answers: [Key: Answer] = [:]

    func holds(_ key: Key, revision: Int) -> Bool { self.revision == revision && answers[key] != nil }

    func answer(_ key: Key, revision: Int) -> Answer? { self.revision == revision ? answers[key] : nil }

    mutating func keep(_ answer: Answer, for key: Key, revision: Int) {
        if self.revision != revision || answers.count >= Self.limit {
            answers.removeAll(keepingCapacity: true)
            self.revision = revision
        }
        // A request of more than a few kilobytes is no poll.
        if key.body.count <= 4096 { answers[key] = answer }
    }
}
