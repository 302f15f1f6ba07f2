import GradeModel

/// A run of equal calls, one after the other: what a waiter does.
struct FoldedCall: Equatable {
    var first: APICall
    var last: APICall
    var count: Int
    /// When the calls began and what they took, in real seconds; the first few only.
    var spans: [CallSpan]

    /// The most spans that one row draws.
    private static let mostSpans = 60

    private init(_ call: APICall) {
        first = call
        last = call
        count = 1
        spans = CallSpan(call).map { [$0] } ?? []
    }

    /// Folds neighbours that ask the same and get the same outcome. `limit` is the most runs to keep: where there are
    /// more, three quarters of it are the first ones, the rest the last ones, and `omitted` counts the calls between.
    static func fold(_ calls: [APICall], limit: Int) -> (head: [FoldedCall], omitted: Int, tail: [FoldedCall]) {
        var runs: [FoldedCall] = []
        for call in calls {
            if let last = runs.indices.last, runs[last].first.asksTheSame(as: call) {
                runs[last].last = call
                runs[last].count += 1
                if runs[last].spans.count < mostSpans, let span = CallSpan(call) { runs[last].spans.append(span) }
            } else {
                runs.append(FoldedCall(call))
            }
        }
        guard runs.count > limit else { return (runs, 0, []) }
        let head = limit * 3 / 4
        let tail = limit - head
        let omitted = runs[head..<(runs.count - tail)].reduce(0) { $0 + $1.count }
        return (Array(runs[..<head]), omitted, Array(runs.suffix(tail)))
    }
}

/// When a call ran, in real seconds from the start of the program.
struct CallSpan: Equatable {
    var start: Double
    var length: Double

    /// Nil where the result does not say.
    init?(_ call: APICall) {
        guard let start = call.startSeconds, start.isFinite, start >= 0 else { return nil }
        self.start = start
        length = call.tookSeconds.map { $0.isFinite ? max($0, 0) : 0 } ?? 0
    }
}

extension APICall {
    fileprivate func asksTheSame(as other: APICall) -> Bool {
        eventName == other.eventName && eventSource == other.eventSource && errorCode == other.errorCode
            && errorMessage == other.errorMessage && notEmulated == other.notEmulated
            && requestParameters == other.requestParameters
    }

    /// `ec2` of `ec2.amazonaws.com`.
    var service: String { String(eventSource.prefix { $0 != "." }) }
}
