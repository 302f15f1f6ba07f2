import GradeModel

/// The values of a submission's page; the order of the page is that of `site/templates/submission.mustache`.
struct SubmissionPage {
    let result: GradeResult
    let anchors: [String]
    let ids: Anchors
    let topology: TopologyView
    /// The way to the file with the API calls; nil where there is none.
    let harFile: String?

    /// `result` is what the audience may know.
    init(_ result: GradeResult, harFile: String? = nil) {
        self.result = result
        self.harFile = harFile
        var ids = Anchors()
        anchors = result.checks.map { ids.claim($0.id, prefix: "check-") }
        self.ids = ids
        topology = TopologyView(result, anchors: anchors)
    }

    var values: PageObject {
        PageObject([
            "title": .text(Markup(line: pageTitle)),
            "labTitle": .line(result.labTitle), "labID": .line(result.labID), "submission": .line(result.submission),
            "engine": .line(result.engineVersion),
            "score": .object(score),
            "notices": .list(notices),
            "missing": .text(missing), "missingVerb": .number(notEmulated.count == 1 ? "exists" : "exist"),
            "next": .object(nextStep), "hasNext": .flag(hasNextStep),
            "checks": .list(zip(result.checks, anchors).map { checkValues($0, anchor: $1) }),
            "hasChecks": .flag(!result.checks.isEmpty),
            "program": .object(programValues), "hasProgram": .flag(result.program != nil),
            "topology": .object(topology.values), "hasTopology": .flag(result.topology != nil),
            "sandbox": .object(sandboxValues),
            "facts": .list(facts),
        ])
    }

    private var pageTitle: String {
        "\(result.submission): \(result.score)/\(result.maximum) · \(result.labTitle)"
    }

    // MARK: Score

    private var score: PageObject {
        let nothing = result.checks.isEmpty
        let counts: [PageObject] = Verdict.allCases.compactMap { verdict in
            let count = result.checks.count { $0.verdict == verdict }
            guard count > 0 else { return nil }
            return PageObject(["status": .object(verdict.values), "count": .number(count)])
        }
        let extra = result.checks.filter { $0.extraCredit && $0.points > .zero }.reduce(Points.zero) { $0 + $1.points }
        return PageObject([
            "points": .number(result.score), "maximum": .number(result.maximum), "counts": .list(counts),
            "any": .flag(!nothing), "none": .flag(nothing),
            "extra": .text(Markup(trusted: extra > .zero ? extra.description : "")),
            "bar": .text(scoreBar(result.checks)),
            "time": .text(timeMarkup(result.startedAt)),
            "took": .number(durationText(result.seconds)),
        ])
    }

    // MARK: Notices

    private var notices: [PageObject] {
        var notices: [PageObject] = []
        func add(_ status: Verdict, _ title: String, _ text: Markup) {
            notices.append(
                PageObject([
                    "status": .object(status.values), "heading": .line(title), "text": .text(text),
                ]))
        }
        if let problem = result.problem, result.problemCause == .infrastructure {
            add(.error, "Nothing here counts: the grader could not do its work", Markup(problem))
        } else if result.hasError {
            add(
                .error, "This score is not final",
                Markup(
                    "The grader failed in at least one check. That is not your fault: have the submission graded again."
                ))
        }
        return notices
    }

    private var missing: Markup {
        Markup(trusted: notEmulated.map { "<code>\(Markup(line: $0).html)</code>" }.joined(separator: ", "))
    }

    /// The operations that were called and are not emulated, each once; a dozen at most.
    private var notEmulated: [String] {
        var names: [String] = []
        for call in result.apiCalls where call.notEmulated {
            let name = "\(call.service):\(call.eventName)"
            if !names.contains(name) { names.append(name) }
            if names.count == 12 { break }
        }
        return names
    }

    // MARK: Environment

    private var facts: [PageObject] {
        let pairs: [(String, String, Bool)] = [
            ("Lab", result.labID, true), ("Lab digest", result.labDigest, true),
            ("Submission digest", result.submissionDigest, true), ("State digest", result.stateDigest, true),
            ("Seed", result.seed, true), ("Region", result.region, true),
            ("Engine", "Skylab \(result.engineVersion)", false),
            ("Result schema", "version \(result.schemaVersion)", false),
        ]
        return pairs.filter { !$0.1.isEmpty }.map { name, value, isCode in
            PageObject(["name": .line(name), "value": .line(value), "isCode": .flag(isCode)])
        }
    }
}

/// A time element for a valid time in UTC, the text itself otherwise.
func timeMarkup(_ text: String) -> Markup {
    guard let time = utcTimestamp(text) else { return Markup(line: text) }
    let shown = time.split(separator: "T").joined(separator: " ")
    return Markup(trusted: "<time datetime=\"\(time)Z\">\(shown) UTC</time>")
}
