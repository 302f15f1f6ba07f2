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
    }

    /// The name of the student's folder on the site.
    var code: String
    /// What the student is called on the site: the code, or a name.
    var label: String
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
        checks = result.checks.map { check in
            SubmissionSummary.Check(
                id: check.id, title: check.title, verdict: check.verdict, points: check.points, maximum: check.maximum,
                isExtra: check.extraCredit,
                reason: check.verdict == .passed ? "" : check.blockedBy.isEmpty ? commonReason(check.message) : "Not run: it needs another check to pass first.")
        }
        allPassed = result.allPassed
        hasError = result.hasError
        problem = result.problem
        self.attempts = max(attempts, 1)
        startedAt = result.startedAt
    }
}

/// A message without ids and quoted names, so that equal mistakes of different students read alike.
func commonReason(_ message: String) -> String {
    var words: [String] = []
    for word in message.prefix(400).split(whereSeparator: \.isWhitespace) {
        words.append(word.contains { $0 == "-" } ? withoutID(word) : String(word))
    }
    var parts = words.joined(separator: " ").split(separator: "'", omittingEmptySubsequences: false).map(String.init)
    if parts.count >= 3 {
        for index in stride(from: 1, to: parts.count - 1, by: 2) { parts[index] = "…" }
    }
    let text = parts.joined(separator: "'")
    return text.count > 200 ? "\(text.prefix(200))…" : text
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
        var text: String
        var students: [(code: String, label: String)]
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
        } else {
            places[text] = reasons.count
            reasons.append(Reason(text: text, students: [(submission.code, submission.label)]))
        }
    }

    var total: Int { counts.values.reduce(0, +) }
    func count(_ verdict: Verdict) -> Int { counts[verdict] ?? 0 }
    /// Of those for whom it was decided, how many in a hundred did not pass.
    var failureRate: Double {
        let decided = total - count(.error)
        return decided == 0 ? 0 : Double(decided - count(.passed)) * 100 / Double(decided)
    }
    /// The commonest reasons first.
    var sortedReasons: [Reason] {
        reasons.sorted { ($1.students.count, $0.text) < ($0.students.count, $1.text) }
    }
}
