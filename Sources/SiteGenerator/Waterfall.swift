import GradeModel

/// The bars that show when calls ran, on one scale for the whole program.
struct Waterfall {
    /// Real seconds from the left edge to the right one; 0 where no call says when it ran.
    let seconds: Double

    /// Percent of the width that a bar has at least.
    private static let narrowest = 1.0

    init(_ calls: [APICall]) {
        let end = calls.compactMap(CallSpan.init).map { $0.start + $0.length }.max() ?? 0
        seconds = min(end, 1e7)
    }

    var isEmpty: Bool { seconds <= 0 }

    /// One row: a bar for each call, at least so wide that it can be seen. The words beside it say the same.
    func bars(_ spans: [CallSpan]) -> Markup {
        guard !isEmpty, !spans.isEmpty else { return .empty }
        let scale = (100 - Self.narrowest) / seconds
        let bars = spans.map { span in
            let x = decimal(span.start * scale, places: 1)
            let width = decimal(max(span.length * scale, Self.narrowest), places: 1)
            return "<rect x=\"\(x)%\" y=\"2\" width=\"\(width)%\" height=\"8\"/>"
        }
        return Markup(
            trusted:
                "<svg class=\"fall\" aria-hidden=\"true\">\(bars.joined())</svg>"
        )
    }
}
