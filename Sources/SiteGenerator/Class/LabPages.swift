import GradeModel
import JSONValue
import ReportFiles

extension ClassPages {
    // MARK: Lab

    /// The page of a lab, the pages of its matrix from the second on, and one for each check, by path.
    func pages(of lab: LabSummary) -> [(path: String, bytes: [UInt8])] {
        let checks = lab.checks
        let names = fileNames(checks)
        let folder = "labs/\(lab.slug)"
        let enough = forStaff || lab.percents.count >= Self.fewest
        var values = base(lab.title, crumbs: [("Class", "../../index.html"), (lab.title, nil)])
        let histogram = Histogram(counts: lab.tenths)
        values["labID"] = .line(lab.id)
        values["enough"] = .flag(enough)
        values["fewest"] = .number(Self.fewest)
        values["graded"] = .number(lab.graded)
        values["students"] = .number(lab.submissions.count)
        values["median"] = .line(lab.median.map { "\(decimal($0, places: 0)) %" } ?? "–")
        values["full"] = .line(percentage(lab.fullyPassed, of: lab.percents.count))
        values["hasScores"] = .flag(!lab.percents.isEmpty)
        values["histogram"] = .text(histogram.drawing)
        values["bars"] = .list(histogram.rows)
        values["checks"] = .list(enough ? difficulty(checks, names) : [])
        values["hasChecks"] = .flag(enough && !checks.isEmpty)
        guard forStaff else { return [("\(folder)/index.html", generator.page("lab", values, assets: "../../assets"))] }

        let rows = lab.submissions.sorted { rank($0) < rank($1) }
        let sheets = max(1, (rows.count + Self.rowsOnPage - 1) / Self.rowsOnPage)
        func matrix(_ sheet: Int, root: String, toLab: String) -> PageObject {
            PageObject([
                "columns": .list(
                    checks.enumerated().map { number, check in
                        PageObject([
                            "number": .number(number + 1), "id": .line(check.id),
                            "href": .line("\(toLab)checks/\(names[number]).html"),
                        ])
                    }),
                "rows": .list(
                    rows.dropFirst(sheet * Self.rowsOnPage).prefix(Self.rowsOnPage).map {
                        matrixRow($0, lab, checks, root: root)
                    }),
                "sheets": .list(
                    sheets == 1
                        ? []
                        : (0..<sheets).map { number in
                            PageObject([
                                "number": .number(number + 1), "current": .flag(number == sheet),
                                "href": .line(number == 0 ? "\(toLab)index.html" : "\(toLab)m/\(number + 1).html"),
                            ])
                        }),
                "hasSheets": .flag(sheets > 1), "index": .line("\(toLab)idx.js"),
            ])
        }
        var pages: [(path: String, bytes: [UInt8])] = []
        values["hasMatrix"] = .flag(!rows.isEmpty)
        values["matrix"] = .object(matrix(0, root: "../../", toLab: ""))
        pages.append(("\(folder)/index.html", generator.page("lab", values, assets: "../../assets")))
        for sheet in 1..<max(sheets, 2) where sheet < sheets {
            var values = base(
                "\(lab.title), page \(sheet + 1)",
                crumbs: [("Class", "../../../index.html"), (lab.title, "../index.html"), ("Page \(sheet + 1)", nil)])
            values["matrix"] = .object(matrix(sheet, root: "../../../", toLab: "../"))
            values["hasMatrix"] = true
            pages.append(("\(folder)/m/\(sheet + 1).html", generator.page("lab", values, assets: "../../../assets")))
        }
        for (check, name) in zip(checks, names) {
            pages.append(("\(folder)/checks/\(name).html", failures(check, lab)))
        }
        pages.append(("\(folder)/idx.js", index(rows)))
        return pages
    }

    /// One file name a check, whatever its id.
    private func fileNames(_ checks: [CheckSummary]) -> [String] {
        var taken: Set<String> = []
        return checks.map { check in
            let slug = fileNameSlug(check.id)
            var name = slug
            var number = 2
            while !taken.insert(name).inserted {
                name = "\(slug.prefix(32))-\(number)"
                number += 1
            }
            return name
        }
    }

    // MARK: Checks

    /// The checks, the hardest first.
    private func difficulty(_ checks: [CheckSummary], _ names: [String]) -> [PageObject] {
        let numbered = checks.enumerated().sorted {
            ($1.element.failureRate, $0.offset) < ($0.element.failureRate, $1.offset)
        }
        return numbered.map { number, check in
            let decided = max(check.total - check.count(.error), 1)
            return PageObject([
                "number": .number(number + 1), "id": .line(check.id), "checkTitle": .line(check.title),
                "href": .line(forStaff ? "checks/\(names[number]).html" : nil), "extraCredit": .flag(check.isExtra),
                "rate": .number("\(decimal(check.failureRate, places: 0)) %"),
                "bar": .text(shareBar(check)),
                "passed": .number(check.count(.passed)), "of": .number(decided),
                "errors": .text(check.count(.error) > 0 ? Markup(trusted: "\(check.count(.error))") : .empty),
                "reasons": .list(
                    forStaff
                        ? check.sortedReasons.prefix(3).map {
                            PageObject(["text": .text(Markup(prose: $0.text)), "count": .number($0.students.count)])
                        } : []),
            ])
        }
    }

    private func shareBar(_ check: CheckSummary) -> Markup {
        let total = Double(max(check.total, 1))
        var x = 0.0
        let pieces = [Verdict.passed, .partial, .failed, .skipped, .error].map { verdict in
            let width = Double(check.count(verdict)) * 1000 / total
            defer { x += width }
            return width == 0
                ? ""
                : "<rect class=\"\(verdict.rawValue)\" x=\"\(decimal(x, places: 1))\" y=\"0\" width=\"\(decimal(width, places: 1))\" height=\"12\"/>"
        }
        return Markup(
            trusted:
                "<svg class=\"bar\" viewBox=\"0 0 1000 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\(pieces.joined())</svg>"
        )
    }

    private func failures(_ check: CheckSummary, _ lab: LabSummary) -> [UInt8] {
        var values = base(
            check.title,
            crumbs: [("Class", "../../../index.html"), (lab.title, "../index.html"), (check.id, nil)])
        values["id"] = .line(check.id)
        values["maximum"] = .number(check.maximum)
        values["counts"] = .list(
            Verdict.allCases.filter { check.count($0) > 0 }.map {
                PageObject(["status": .object($0.values), "count": .number(check.count($0))])
            })
        values["bar"] = .text(shareBar(check))
        values["reasons"] = .list(
            check.sortedReasons.prefix(100).enumerated().map { number, reason in
                PageObject([
                    "text": .text(Markup(prose: reason.text)), "count": .number(reason.students.count),
                    "anchor": .number("reason-\(number + 1)"),
                    "students": .list(
                        reason.students.prefix(400).map {
                            PageObject([
                                "href": .line("../../../s/\($0.code)/\(lab.slug).html"), "label": .line($0.label),
                            ])
                        }),
                    "more": .text(
                        reason.students.count > 400 ? Markup(trusted: "\(reason.students.count - 400)") : .empty),
                ])
            })
        values["hasReasons"] = .flag(!check.reasons.isEmpty)
        return generator.page("failures", values, assets: "../../../assets")
    }

    // MARK: Matrix

    /// Those who need most help first: grader errors, then low scores, then nothing handed in.
    private func rank(_ submission: SubmissionSummary) -> (Int, Double, String) {
        guard let outcome = submission.outcome else { return (2, 0, submission.code) }
        return (outcome.hasError ? 0 : 1, submission.percent ?? 0, submission.code)
    }

    private func matrixRow(
        _ submission: SubmissionSummary, _ lab: LabSummary, _ checks: [CheckSummary], root: String
    ) -> PageObject {
        var own: [String: SubmissionSummary.Check] = [:]
        for check in submission.outcome?.checks ?? [] { own[check.id] = check }
        let cells = checks.map { check in
            own[check.id].map(cell) ?? "<td></td>"
        }.joined()
        let standing = standing(submission)
        return PageObject([
            "href": .line(submission.outcome == nil ? nil : "\(root)s/\(submission.code)/\(lab.slug).html"),
            "label": .line(submission.label), "class": .number(standing.rawValue), "glyph": .line(standing.glyph),
            "word": .number(standing.rawValue), "points": .line(submission.outcome.map { "\($0.score)" } ?? "–"),
            "failed": .flag(standing != .passed), "cells": .text(Markup(trusted: cells)),
        ])
    }

    /// The points, or what stands for them: a skipped check is `–`, one that the grader failed in is `!`.
    private func cell(_ check: SubmissionSummary.Check) -> String {
        let text =
            switch check.verdict {
            case .passed, .partial, .failed: check.points.description
            case .skipped: "–"
            case .error: "!"
            }
        return "<td class=\"\(check.verdict.rawValue)\">\(text)</td>"
    }

    /// All rows in short, for the search over several pages: code, label if it is another, points if there are any.
    private func index(_ rows: [SubmissionSummary]) -> [UInt8] {
        let list = rows.map { row -> JSON in
            [
                .string(row.code), row.label == row.code ? 0 : .string(row.label),
                row.outcome.map { .string("\($0.score)") } ?? 0,
            ]
        }
        return Array("window.skylabIndex=\(scriptSafe(JSON.array(list).serializedString()));\n".utf8)
    }
}

/// JSON that can stand in a script: nothing in it ends the script or a line of it.
func scriptSafe(_ json: String) -> String {
    var result = ""
    for scalar in json.unicodeScalars {
        switch scalar {
        case "<": result += "\\u003c"
        case ">": result += "\\u003e"
        case "&": result += "\\u0026"
        case "\u{2028}": result += "\\u2028"
        case "\u{2029}": result += "\\u2029"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
