import GradeModel

extension SubmissionPage {
    /// The most rows of calls on the page, and the most bytes of parameters among them.
    private static let mostRows = 400
    private static let mostParameters = 192 << 10

    /// The API calls of the program, repeats folded.
    var callValues: PageObject {
        let folded = FoldedCall.fold(result.apiCalls, limit: Self.mostRows)
        var budget = Self.mostParameters
        var anchors = Anchors()
        let head = folded.head.map { callRow($0, budget: &budget, anchors: &anchors) }
        let tail = folded.tail.map { callRow($0, budget: &budget, anchors: &anchors) }
        let failed = result.apiCalls.count { $0.errorCode != nil }
        let writes = result.apiCalls.count { !$0.readOnly }
        let total = result.apiCalls.count
        return PageObject([
            "any": .flag(total > 0), "head": .list(head), "tail": .list(tail),
            "omitted": .text(folded.omitted > 0 ? Markup(trusted: "\(folded.omitted)") : .empty),
            "total": .number(total == 1 ? "1 call" : "\(total) calls"),
            "writes": .number(writes == 1 ? "1 changes something" : "\(writes) change something"),
            "failures": .number(failed == 0 ? "none failed" : failed == 1 ? "1 failed" : "\(failed) failed"),
        ])
    }

    private func callRow(_ run: FoldedCall, budget: inout Int, anchors: inout Anchors) -> PageObject {
        let call = run.first
        let hasParameters = !call.requestParameters.isEmpty && call.requestParameters != "{}"
        var parameters = Markup.empty
        if hasParameters, budget > 0 {
            parameters = Markup(json: call.requestParameters, limit: min(4 << 10, budget))
            budget -= parameters.html.utf8.count
        }
        let failed = call.errorCode != nil
        let status: Verdict = call.notEmulated ? .skipped : failed ? .failed : .passed
        return PageObject([
            "anchor": .text(Markup(trusted: anchors.claim(String(call.sequence), prefix: "call-"))),
            "number": .number(run.count == 1 ? "\(call.sequence)" : "\(call.sequence)–\(run.last.sequence)"),
            "time": .text(clockMarkup(call.eventTime)),
            "until": .text(run.count == 1 ? .empty : clockMarkup(run.last.eventTime)),
            "service": .line(call.service), "operation": .line(call.eventName), "writes": .flag(!call.readOnly),
            "repeats": .text(run.count == 1 ? .empty : Markup(trusted: "\(run.count)")),
            "status": .object(status.values),
            "outcome": .line(call.errorCode ?? (call.notEmulated ? "no answer" : "OK")),
            "failed": .flag(failed || call.notEmulated), "errorMessage": .block(call.errorMessage),
            "notEmulated": .flag(call.notEmulated),
            "hasDetail": .flag(hasParameters || !call.requestID.isEmpty || !call.userAgent.isEmpty),
            "parameters": .text(parameters),
            "parametersLeftOut": .flag(hasParameters && parameters.isNull),
            "requestID": .line(call.requestID), "userAgent": .line(call.userAgent),
        ])
    }

    /// The time of day of a virtual time; its date is in the attribute.
    private func clockMarkup(_ text: String) -> Markup {
        guard let time = utcTimestamp(text) else { return Markup(line: text) }
        return Markup(trusted: "<time datetime=\"\(time)Z\">\(time.suffix(8))</time>")
    }

    // MARK: Sandbox

    var sandboxValues: PageObject {
        PageObject([
            "tier": .line(result.sandboxTier), "any": .flag(!result.sandboxLayers.isEmpty),
            "layers": .list(
                result.sandboxLayers.map { layer in
                    PageObject([
                        "name": .line(layer.name), "detail": .block(layer.detail),
                        "status": .object((layer.active ? Verdict.passed : .partial).values),
                        "word": .line(layer.active ? "active" : "not active"),
                    ])
                }),
        ])
    }
}
