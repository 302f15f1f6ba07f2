import GradeModel

/// What the pages of a class need of one result.
struct SubmissionSummary: Sendable {
    struct Check: Sendable {
        var id: String
        var title: String
        var verdict: Verdict
        var points: Points
        var maximum: Points
        var isExtra: Bool
        /// What is wrong, without what differs from student to student; empty where it passed.
        var reason: String
        /// The same with the names that the message quotes.
        var fullReason: String
    }

    /// Nil where nothing was handed in, or nothing is graded yet.
    struct Outcome: Sendable {
        var score: Points
        var maximum: Points
        var checks: [Check]
        var allPassed: Bool
        /// Whether the grader broke, so that the score means nothing.
        var hasError: Bool
        var problem: String?
        var attempts: Int
        var startedAt: String
        /// The check to see to next.
        var next: (id: String, title: String)?

        fileprivate static let blocked = "Not run: it needs another check to pass first."
        fileprivate static let notRunnable =
            "Not run: there was nothing that could be run, for a reason that the submission's page gives."
    }

    /// The name of the student's folder on the site.
    var code: String
    /// What the student is called on the site: the code, or a name.
    var label: String
    /// Whether something was handed in, graded or not.
    var isHandedIn: Bool
    var outcome: Outcome?

    /// Of 100, and at least 0; nil where there is no score that counts.
    var percent: Double? {
        guard let outcome, !outcome.hasError else { return nil }
        guard outcome.maximum > .zero else { return 0 }
        return min(max(Double(outcome.score.thousandths) * 100 / Double(outcome.maximum.thousandths), 0), 999)
    }
}

extension SubmissionSummary.Outcome {
    /// `result` is what the audience may know.
    init(_ result: GradeResult, attempts: Int) {
        score = result.score
        maximum = result.maximum
        let couldNotRun = result.problem != nil && result.program == nil && result.problemCause == .submission
        checks = result.checks.map { check in
            let isBlocked = !check.blockedBy.isEmpty
            // Why a submission cannot be run is another sentence for each of them, and says nothing of the check.
            let message =
                check.verdict == .passed
                ? ""
                : isBlocked ? Self.blocked : couldNotRun ? Self.notRunnable : withoutIDs(check.message)
            return SubmissionSummary.Check(
                id: check.id, title: check.title, verdict: check.verdict, points: check.points, maximum: check.maximum,
                isExtra: check.extraCredit, reason: withoutQuotedNames(message), fullReason: message)
        }
        next = result.firstFailure.map { (result.checks[$0].id, result.checks[$0].title) }
        allPassed = result.allPassed
        hasError = result.hasError
        problem = result.problem
        self.attempts = max(attempts, 1)
        startedAt = result.startedAt
    }
}

/// A message without ids, so that equal mistakes of different students read alike.
private func withoutIDs(_ message: String) -> String {
    var words: [String] = []
    for word in message.prefix(400).split(whereSeparator: \.isWhitespace) {
        words.append(word.contains { $0 == "-" } ? withoutID(word) : String(word))
    }
    let text = words.joined(separator: " ")
    return text.count > 200 ? "\(text.prefix(200))…" : text
}

private func withoutQuotedNames(_ message: String) -> String {
    var parts = message.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
    if parts.count >= 3 {
        for index in stride(from: 1, to: parts.count - 1, by: 2) { parts[index] = "…" }
    }
    return parts.joined(separator: "'")
}

/// A word in which what looks like `i-0123456789abcdef0` is `i-…`.
private func withoutID(_ word: Substring) -> String {
    var result = ""
    var run = ""
    func flush() {
        result += run.count >= 8 && result.hasSuffix("-") ? "…" : run
        run = ""
    }
    for character in word {
        if character.isHexDigit, !character.isUppercase {
            run.append(character)
        } else {
            flush()
            result.append(character)
        }
    }
    flush()
    return result
}

/// A lab as its class did it.
struct LabSummary: Sendable {
    /// The name of the lab's folder on the site.
    var slug: String
    var id: String
    var title: String
    /// Sorted by code, which says nothing about anybody.
    var submissions: [SubmissionSummary]

    /// The percentages that count, in ascending order.
    var percents: [Double] { submissions.compactMap(\.percent).sorted() }

    var median: Double? {
        let values = percents
        guard !values.isEmpty else { return nil }
        return (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
    }

    var graded: Int { submissions.count { $0.outcome != nil } }
    var fullyPassed: Int { submissions.count { $0.outcome?.allPassed == true } }

    /// How many scores lie in each tenth; the last one holds those of 90 % and more.
    var tenths: [Int] {
        var counts = [Int](repeating: 0, count: 10)
        for percent in percents { counts[min(max(Int(percent / 10), 0), 9)] += 1 }
        return counts
    }

    /// The check that most did not pass; nil where all passed everything.
    var hardest: CheckSummary? {
        checks.filter { $0.failureRate > 0 }.reduce(nil) { hardest, check in
            (hardest?.failureRate ?? 0) < check.failureRate ? check : hardest
        }
    }

    /// The checks, in the order in which the lab has them.
    var checks: [CheckSummary] {
        var order: [String] = []
        var found: [String: CheckSummary] = [:]
        for submission in submissions {
            for check in submission.outcome?.checks ?? [] {
                if found[check.id] == nil {
                    order.append(check.id)
                    found[check.id] = CheckSummary(check)
                }
                found[check.id]?.add(check, of: submission)
            }
        }
        return order.compactMap { found[$0] }
    }
}

/// A check as a class did it.
struct CheckSummary: Sendable {
    struct Reason: Sendable {
        /// With the names that it quotes, if those of several students are the same.
        var text: String { students.count > 1 && !differs ? full : common }
        var students: [(code: String, label: String)]
        fileprivate let common: String
        fileprivate let full: String
        fileprivate var differs = false
        /// Whether the check was not come to.
        fileprivate var isOfAnotherKind: Bool { [Outcome.blocked, Outcome.notRunnable].contains(common) }
        private typealias Outcome = SubmissionSummary.Outcome
    }

    let id: String
    let title: String
    let maximum: Points
    let isExtra: Bool
    private(set) var counts: [Verdict: Int] = [:]
    private(set) var reasons: [Reason] = []
    private var places: [String: Int] = [:]

    init(_ check: SubmissionSummary.Check) {
        id = check.id
        title = check.title
        maximum = check.maximum
        isExtra = check.isExtra
    }

    mutating func add(_ check: SubmissionSummary.Check, of submission: SubmissionSummary) {
        counts[check.verdict, default: 0] += 1
        guard check.verdict != .passed else { return }
        let text = check.reason.isEmpty ? "No reason is given." : check.reason
        if let place = places[text] {
            reasons[place].students.append((submission.code, submission.label))
            if reasons[place].full != check.fullReason { reasons[place].differs = true }
        } else {
            places[text] = reasons.count
            let full = check.reason.isEmpty ? text : check.fullReason
            reasons.append(Reason(students: [(submission.code, submission.label)], common: text, full: full))
        }
    }

    var total: Int { counts.values.reduce(0, +) }
    func count(_ verdict: Verdict) -> Int { counts[verdict] ?? 0 }
    /// Of those for whom it was decided, how many in a hundred did not pass.
    var failureRate: Double {
        let decided = total - count(.error)
        return decided == 0 ? 0 : Double(decided - count(.passed)) * 100 / Double(decided)
    }
    /// The commonest reasons first; behind them those that say nothing of the check itself.
    var sortedReasons: [Reason] {
        reasons.sorted {
            if $0.isOfAnotherKind != $1.isOfAnotherKind { return $1.isOfAnotherKind }
            return ($1.students.count, $0.text) < ($0.students.count, $1.text)
        }
    }
}
