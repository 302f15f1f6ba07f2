/// How a text that somebody else wrote is made fit for a report.
///
/// The order is fixed: control sequences go, what would act or hide becomes visible, secrets are blanked, the text is
/// cut to its limit, and last, words that a build server would take for a command are broken.
package struct TextRules: Sendable {
    /// The most bytes of UTF-8 to keep; nil for all.
    package var limit: Int?
    /// Line ends become a visible `\n`, tabs a space.
    package var singleLine: Bool
    /// Breaks `[[ATTACHMENT|`, `::error::`, `##vso[` and their like.
    package var breaksCommands: Bool
    /// Replaces access keys, signatures, tokens and private keys with their length.
    package var redactsSecrets: Bool

    package init(
        limit: Int? = nil, singleLine: Bool = false, breaksCommands: Bool = false, redactsSecrets: Bool = true
    ) {
        self.limit = limit
        self.singleLine = singleLine
        self.breaksCommands = breaksCommands
        self.redactsSecrets = redactsSecrets
    }

    /// For a report that build servers read: JUnit, a log.
    package static func report(limit: Int) -> TextRules { TextRules(limit: limit, breaksCommands: true) }
    /// For one line of a terminal or a log.
    package static func line(limit: Int) -> TextRules {
        TextRules(limit: limit, singleLine: true, breaksCommands: true)
    }
    /// For a page, which shows a text as it is.
    package static func page(limit: Int) -> TextRules { TextRules(limit: limit) }
}

extension String {
    /// The text made fit for a report; control sequences are removed.
    package func safe(_ rules: TextRules) -> String {
        String(decoding: marked(rules, keepsStyles: false).bytes, as: UTF8.self)
    }

    /// The text in runs of one style each; control sequences other than colours are removed.
    package func styled(_ rules: TextRules) -> [StyledRun] {
        let text = marked(rules, keepsStyles: true)
        var runs: [StyledRun] = []
        var start = 0
        var style = TextStyle()
        func close(at end: Int) {
            guard end > start else { return }
            let piece = String(decoding: text.bytes[start..<end], as: UTF8.self)
            if let last = runs.indices.last, runs[last].style == style {
                runs[last].text += piece
            } else {
                runs.append(StyledRun(style: style, text: piece))
            }
            start = end
        }
        for mark in text.marks {
            close(at: mark.offset)
            style = mark.style
        }
        close(at: text.bytes.count)
        return runs
    }

    private func marked(_ rules: TextRules, keepsStyles: Bool) -> MarkedText {
        var text = MarkedText(self, rules: rules, keepsStyles: keepsStyles)
        if rules.redactsSecrets { text.apply(secretEdits(in: text.bytes)) }
        if let limit = rules.limit { text.apply(truncationEdits(of: text.bytes, to: limit)) }
        if rules.breaksCommands { text.apply(commandEdits(in: text.bytes)) }
        return text
    }
}

/// Bytes that should be UTF-8, decoded; what is not becomes U+FFFD.
package func decodedText(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
