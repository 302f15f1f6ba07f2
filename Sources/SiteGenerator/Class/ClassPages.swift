import GradeModel
import ReportFiles

/// The pages of a class, for one audience: pure functions of the summaries.
struct ClassPages {
    let generator: SiteGenerator
    let audience: Audience
    let labs: [LabSummary]
    let engine: String

    /// Fewer results than these tell too much about each.
    static let fewest = 5
    static let rowsOnPage = 100

    var forStaff: Bool { audience == .instructor }

    /// The values that every page has.
    func base(_ title: String, crumbs: [(label: String, href: String?)]) -> PageObject {
        PageObject([
            "title": .line(title), "heading": .line(title), "engine": .line(engine), "forStaff": .flag(forStaff),
            "hasCrumbs": .flag(crumbs.count > 1),
            "crumbs": .list(crumbs.map { PageObject(["label": .line($0.label), "href": .line($0.href)]) }),
        ])
    }

    // MARK: Dashboard

    var dashboard: [UInt8] {
        var values = base(labs.count == 1 ? labs[0].title : "Class results", crumbs: [])
        values["labs"] = .list(labs.map(labRow))
        values["several"] = .flag(labs.count > 1)
        if forStaff {
            let risks = atRisk
            values["risks"] = .list(risks.prefix(25).map(\.values))
            values["hasRisks"] = .flag(!risks.isEmpty)
            values["moreRisks"] = .text(risks.count > 25 ? Markup(trusted: "\(risks.count - 25)") : .empty)
            let errors = labs.flatMap { lab in
                lab.submissions.filter { $0.outcome?.hasError == true }.map { errorRow($0, in: lab) }
            }
            values["errors"] = .list(Array(errors.prefix(100)))
            values["hasErrors"] = .flag(!errors.isEmpty)
            values["errorCount"] = .number(errors.count)
        }
        return generator.page("dashboard", values, assets: "assets")
    }

    private func labRow(_ lab: LabSummary) -> PageObject {
        let enough = forStaff || lab.percents.count >= Self.fewest
        return PageObject([
            "href": .line("labs/\(lab.slug)/index.html"), "labTitle": .line(lab.title), "id": .line(lab.id),
            "enough": .flag(enough), "graded": .number(lab.graded), "students": .number(lab.submissions.count),
            "median": .line(lab.median.map { "\(decimal($0, places: 0)) %" } ?? "–"),
            "full": .line(percentage(lab.fullyPassed, of: lab.percents.count)),
            "spark": .text(Histogram(counts: lab.tenths).sparkline),
            "hardest": .line(
                enough ? lab.hardest.map { "\($0.title) (\(decimal($0.failureRate, places: 0)) % not passed)" } : nil),
        ])
    }

    private func errorRow(_ submission: SubmissionSummary, in lab: LabSummary) -> PageObject {
        let check = submission.outcome?.checks.first { $0.verdict == .error }
        return PageObject([
            "href": .line("s/\(submission.code)/\(lab.slug).html"), "label": .line(submission.label),
            "labID": .line(lab.id), "reason": .line(submission.outcome?.problem ?? check?.reason),
            "check": .line(check?.id),
        ])
    }

    private struct Risk {
        var values: PageObject
    }

    /// Students below half of what could be had over all labs, or without a submission; the lowest first.
    private var atRisk: [Risk] {
        var byCode: [String: (label: String, percents: [Double], missing: [String])] = [:]
        for lab in labs {
            // What is not graded yet says nothing of its student.
            for submission in lab.submissions
            where submission.outcome?.hasError != true && (submission.outcome != nil || !submission.isHandedIn) {
                var known = byCode[submission.code] ?? (submission.label, [], [])
                known.percents.append(submission.percent ?? 0)
                if submission.outcome == nil { known.missing.append(lab.id) }
                byCode[submission.code] = known
            }
        }
        let means = byCode.map { code, known in
            (code: code, mean: known.percents.reduce(0, +) / Double(max(known.percents.count, 1)), known: known)
        }
        return means.filter { $0.mean < 50 || !$0.known.missing.isEmpty }.sorted {
            ($0.mean, $0.code) < ($1.mean, $1.code)
        }
        .map { entry in
            Risk(
                values: PageObject([
                    "href": .line("s/\(entry.code)/index.html"), "label": .line(entry.known.label),
                    "mean": .number("\(decimal(entry.mean, places: 0)) %"),
                    "missing": .line(entry.known.missing.joined(separator: ", ")),
                ]))
        }
    }

    // MARK: A student's labs

    func student(_ code: String) -> [UInt8] {
        let own = labs.compactMap { lab in lab.submissions.first { $0.code == code }.map { (lab, $0) } }
        let label = own.first?.1.label ?? code
        var values = base(label, crumbs: [("Class", "../../index.html"), (label, nil)])
        values["labs"] = .list(
            own.map { lab, submission in
                PageObject([
                    "href": .line(submission.outcome == nil ? nil : "\(lab.slug).html"), "labTitle": .line(lab.title),
                    "id": .line(lab.id), "points": .line(submission.outcome.map { "\($0.score)" }),
                    "maximum": .line(submission.outcome.map { "\($0.maximum)" }),
                    "status": .object(standing(submission).values), "word": .line(word(submission)),
                    "attempts": .line(submission.outcome.map { "\($0.attempts)" }),
                    "next": .line(submission.outcome?.problem == nil ? submission.outcome?.next?.title : nil),
                    "problem": .line(submission.outcome?.problem),
                ])
            })
        return generator.page("student", values, assets: "../../assets")
    }

    /// How a submission is shown in one glyph.
    func standing(_ submission: SubmissionSummary) -> Verdict {
        guard let outcome = submission.outcome else { return .skipped }
        return outcome.hasError ? .error : outcome.allPassed ? .passed : outcome.score > .zero ? .partial : .failed
    }

    private func word(_ submission: SubmissionSummary) -> String {
        switch standing(submission) {
        case .skipped: submission.isHandedIn ? "not graded yet" : "nothing handed in"
        case .error: "the grader failed"
        case .passed: "all checks passed"
        case .partial, .failed: "not every check passed"
        }
    }

    var missing: [UInt8] {
        generator.page("missing", base("Not found", crumbs: []), assets: "/assets")
    }
}

/// A share as people write it; `–` of nothing.
func percentage(_ part: Int, of whole: Int) -> String {
    whole == 0 ? "–" : "\(decimal(Double(part) * 100 / Double(whole), places: 0)) %"
}
