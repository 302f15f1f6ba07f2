import GradeModel

extension Verdict {
    /// Class, glyph and word: a colour never stands alone.
    var values: PageObject {
        PageObject([
            "class": .text(Markup(trusted: rawValue)), "glyph": .text(Markup(trusted: glyph)),
            "word": .text(Markup(trusted: rawValue)),
        ])
    }

    var glyph: String {
        switch self {
        case .passed: "✓"
        case .failed: "✗"
        case .partial: "◐"
        case .skipped: "–"
        case .error: "!"
        }
    }
}

extension SubmissionPage {
    func checkValues(_ check: CheckResult, anchor: String) -> PageObject {
        let fails = check.verdict != .passed
        let facts = check.evidence
        let broken = facts.count { !$0.holds }
        let blockers = check.blockedBy.map { id in
            PageObject([
                "id": .line(id), "anchor": .text(Markup(trusted: ids.find(id) ?? "")),
                "known": .flag(ids.find(id) != nil),
            ])
        }
        return PageObject([
            "anchor": .text(Markup(trusted: anchor)), "id": .line(check.id), "checkTitle": .line(check.title),
            "kind": .line(check.kind), "status": .object(check.verdict.values),
            "points": .number(check.points), "maximum": .number(check.maximum),
            "extraCredit": .flag(check.extraCredit),
            "took": .line(check.seconds < 0.001 ? nil : durationText(check.seconds)),
            "message": .text(fails && blockers.isEmpty ? Markup(prose: message(of: check)) : .empty),
            "compares": .flag(fails && (check.expected != nil || check.actual != nil)),
            "expected": .block(check.expected), "actual": .block(check.actual),
            "hints": .list(fails ? check.hints.map(hintValues) : []),
            "blockers": .list(blockers), "isBlocked": .flag(!blockers.isEmpty),
            "staffOnly": .flag(check.isHiddenFromStudents), "visibility": .line(check.visibility.rawValue),
            "hasEvidence": .flag(!facts.isEmpty), "openEvidence": .flag(false),
            "evidenceSummary": .line(evidenceSummary(count: facts.count, broken: broken)),
            "evidence": .list(facts.prefix(Self.mostFacts).map(evidenceValues)),
            "moreEvidence": .text(
                facts.count > Self.mostFacts ? Markup(trusted: "\(facts.count - Self.mostFacts)") : .empty),
        ])
    }

    /// What is wrong with the submission as a whole stands once on the page, not in every check.
    private func message(of check: CheckResult) -> String {
        guard let problem = result.problem, !problem.isEmpty, check.message.hasSuffix(problem) else {
            return check.message
        }
        return "Not run."
    }

    /// The rows of evidence that a check shows at most.
    private static let mostFacts = 60

    private func evidenceSummary(count: Int, broken: Int) -> String {
        let noun = count == 1 ? "1 fact" : "\(count) facts"
        return broken == 0 ? "\(noun), as expected" : "\(noun), \(broken) not as expected"
    }

    private func evidenceValues(_ fact: Evidence) -> PageObject {
        PageObject([
            "subject": .line(fact.subject), "property": .line(fact.property), "expected": .block(fact.expected),
            "actual": .block(fact.actual), "status": .object((fact.holds ? Verdict.passed : .failed).values),
            "holdsWord": .line(fact.holds ? "as expected" : "not as expected"),
        ])
    }

    private func hintValues(_ hint: String) -> PageObject { PageObject(["text": .text(Markup(prose: hint))]) }

    // MARK: What to do next

    var hasNextStep: Bool { !result.checks.isEmpty || result.problem != nil }

    var nextStep: PageObject {
        var values = PageObject([
            "problem": false, "failure": false, "done": false, "wait": false, "programNote": .text(.empty),
        ])
        if let problem = result.problem {
            values["problem"] = .flag(result.problemCause == .submission)
            values["problemText"] = .text(Markup(prose: problem.prefix(1).uppercased() + problem.dropFirst()))
        } else if let index = result.firstFailure {
            values["failure"] = .object(checkValues(result.checks[index], anchor: anchors[index]))
            if let program = result.program, !program.ending.isClean {
                values["programNote"] = .line("\(program.entry) \(program.ending.words(limits: program.limits))")
            }
        } else if result.allPassed {
            values["done"] = true
        } else {
            values["wait"] = true
        }
        return values
    }
}

extension GradeResult {
    /// The first check that the student can do something about: one that gives its reasons, if there is such a one.
    var firstFailure: Int? {
        let open = checks.indices.filter { [.failed, .partial].contains(checks[$0].verdict) }
        return open.first { checks[$0].visibility != .noDetail && !checks[$0].extraCredit }
            ?? open.first { !checks[$0].extraCredit } ?? open.first
    }
}

/// The checks as a strip of coloured pieces, as wide as their points; the words beside it say the same.
func scoreBar(_ checks: [CheckResult]) -> Markup {
    let counted = checks.prefix(200)
    let weights = counted.map { max($0.maximum.thousandths, 1) }
    let total = Double(weights.reduce(0, +))
    guard total > 0, !counted.isEmpty else { return .empty }
    let gap = counted.count > 1 ? min(6, 240 / Double(counted.count)) : 0
    let room = 1000 - gap * Double(counted.count - 1)
    var x = 0.0
    var pieces = ""
    for (check, weight) in zip(counted, weights) {
        let width = room * Double(weight) / total
        let share = check.maximum > .zero ? Double(check.points.thousandths) / Double(check.maximum.thousandths) : 0
        pieces += rectangle(x, width, check.verdict == .partial ? "rest" : check.verdict.rawValue)
        if check.verdict == .partial { pieces += rectangle(x, width * min(max(share, 0), 1), "partial") }
        x += width + gap
    }
    return Markup(
        trusted:
            "<svg class=\"bar\" viewBox=\"0 0 1000 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\(pieces)</svg>"
    )
}

private func rectangle(_ x: Double, _ width: Double, _ name: String) -> String {
    "<rect class=\"\(name)\" x=\"\(decimal(x, places: 2))\" y=\"0\" width=\"\(decimal(width, places: 2))\" height=\"12\"/>"
}
