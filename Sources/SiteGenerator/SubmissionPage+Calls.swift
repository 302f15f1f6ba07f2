import GradeModel

extension SubmissionPage {
    /// The most rows of calls on the page, and the most bytes of parameters and answers among them.
    private static let mostRows = 400
    private static let mostParameters = 192 << 10

    /// The API calls of the program, repeats folded.
    var callValues: PageObject {
        let folded = FoldedCall.fold(result.apiCalls, limit: Self.mostRows)
        let waterfall = Waterfall(result.apiCalls)
        var budget = Self.mostParameters
        var anchors = Anchors()
        var said = Said()
        let head = folded.head.map { callRow($0, waterfall, &budget, &anchors, &said) }
        let tail = folded.tail.map { callRow($0, waterfall, &budget, &anchors, &said) }
        let failed = result.apiCalls.count { $0.errorCode != nil }
        let writes = result.apiCalls.count { !$0.readOnly }
        let total = result.apiCalls.count
        return PageObject([
            "any": .flag(total > 0), "head": .list(head), "tail": .list(tail),
            "omitted": .text(folded.omitted > 0 ? Markup(trusted: "\(folded.omitted)") : .empty),
            "total": .number(total == 1 ? "1 call" : "\(total) calls"),
            "writes": .number(writes == 1 ? "1 changes something" : "\(writes) change something"),
            "failures": .number(failed == 0 ? "none failed" : failed == 1 ? "1 failed" : "\(failed) failed"),
            "timed": .flag(!waterfall.isEmpty), "span": .number(durationText(waterfall.seconds)),
            "columns": .number(waterfall.isEmpty ? 4 : 6),
            "har": .line(total > 0 ? harFile : nil), "harIsZipped": .flag(harFile?.hasSuffix(".zip") ?? false),
        ])
    }

    private func callRow(
        _ run: FoldedCall, _ waterfall: Waterfall, _ budget: inout Int, _ anchors: inout Anchors, _ said: inout Said
    ) -> PageObject {
        let call = run.first
        // One client makes most calls: it is named where it changes.
        let isNewAgent = call.userAgent.client != said.agent
        said.agent = call.userAgent.client
        let parameters = body(call.requestParameters, limit: 4 << 10, &budget)
        // What was only looked up is worth its beginning; the archive has more of it.
        let answer = body(
            run.last.responseElements ?? "", limit: call.readOnly && call.errorCode == nil ? 384 : 4 << 10, &budget)
        let failed = call.errorCode != nil
        let status: Verdict = call.notEmulated ? .skipped : failed ? .failed : .passed
        return PageObject([
            "anchor": .text(Markup(trusted: anchors.claim(String(call.sequence), prefix: "call-"))),
            "number": .number(run.count == 1 ? "\(call.sequence)" : "\(call.sequence)–\(run.last.sequence)"),
            "time": .text(clockMarkup(call.eventTime, &said)),
            "until": .text(run.count == 1 ? .empty : clockMarkup(run.last.eventTime, &said)),
            "timed": .flag(!waterfall.isEmpty), "fall": .text(waterfall.bars(run.spans)),
            "real": .text(Markup(trusted: realTime(call))), "took": .text(Markup(trusted: took(call))),
            "service": .line(call.service), "operation": .text(operationName(call.eventName)),
            "writes": .flag(!call.readOnly),
            "repeats": .text(run.count == 1 ? .empty : Markup(trusted: "\(run.count)")),
            "status": .object(status.values),
            "outcome": .text(operationName(call.errorCode ?? (call.notEmulated ? "no answer" : "OK"))),
            "failed": .flag(failed || call.notEmulated), "errorMessage": .block(call.errorMessage),
            "notEmulated": .flag(call.notEmulated), "region": .line(foreignRegion(call)),
            "parameters": .text(parameters.text), "answer": .text(answer.text),
            "leftOut": .flag(parameters.isLeftOut || answer.isLeftOut),
            "resources": .list(resources(of: run)), "hasResources": .flag(!(call.resources ?? []).isEmpty),
            "requestID": .line(call.requestID), "userAgent": .line(isNewAgent ? call.userAgent : nil),
        ])
    }

    /// JSON for the page, while there is room; an empty object says nothing.
    private func body(_ json: String, limit: Int, _ budget: inout Int) -> (text: Markup, isLeftOut: Bool) {
        guard !json.isEmpty, json != "{}" else { return (.empty, false) }
        guard budget > 0 else { return (.empty, true) }
        let text = Markup(json: json, limit: min(limit, budget))
        budget -= text.html.utf8.count
        return (text, false)
    }

    private func resources(of run: FoldedCall) -> [PageObject] {
        (run.first.resources ?? []).prefix(40).map { id in
            PageObject(["id": .line(id), "anchor": .text(Markup(trusted: topology.anchor(of: id) ?? ""))])
        }
    }

    /// The region of a call that went elsewhere than the lab's.
    private func foreignRegion(_ call: APICall) -> String? { call.awsRegion == result.region ? nil : call.awsRegion }

    private func realTime(_ call: APICall) -> String {
        CallSpan(call).map { "\(decimal($0.start, places: 2)) s" } ?? ""
    }

    private func took(_ call: APICall) -> String {
        guard call.tookSeconds != nil, let span = CallSpan(call) else { return "" }
        return span.length < 0.01 ? "\(decimal(span.length * 1000, places: 1)) ms" : durationText(span.length)
    }

    /// What rows before have said, and need not be said again.
    private struct Said {
        var agent = ""
        var day: Substring = ""
    }

    /// The time of day of a virtual time; the first one of a day has the date in an attribute.
    private func clockMarkup(_ text: String, _ said: inout Said) -> Markup {
        guard let time = utcTimestamp(text) else { return Markup(line: text) }
        let day = time.prefix(10)
        guard day != said.day else { return Markup(trusted: String(time.suffix(8))) }
        said.day = day
        return Markup(trusted: "<time datetime=\"\(time)Z\">\(time.suffix(8))</time>")
    }

    // MARK: Sandbox

    var sandboxValues: PageObject {
        PageObject([
            "tier": .line(result.sandboxTier), "any": .flag(!result.sandboxLayers.isEmpty),
            "summary": .line(layersSummary), "open": .flag(result.sandboxLayers.contains { !$0.active }),
            "layers": .list(
                result.sandboxLayers.map { layer in
                    PageObject([
                        "name": .line(layer.name), "detail": .block(layer.detail),
                        "status": .object((layer.active ? Verdict.passed : .partial).values),
                        "word": .line(layer.active ? "active" : "not active"), "isActive": .flag(layer.active),
                    ])
                }),
        ])
    }

    private var layersSummary: String {
        let active = result.sandboxLayers.count(where: \.active)
        let all = result.sandboxLayers.count
        return active == all ? "All \(all) layers were active" : "\(active) of \(all) layers were active"
    }
}

extension String {
    /// Who calls, without what a client says of the one call: `aws-cli/1.45.11` of a `User-Agent`.
    var client: String { String(prefix { $0 != " " }) }
}
