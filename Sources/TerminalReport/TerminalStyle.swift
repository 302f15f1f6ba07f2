/// When to write in colour.
package enum ColourChoice: String, Sendable, CaseIterable {
    case auto, always, never
}

/// What a terminal can show.
package struct TerminalStyle: Sendable, Equatable {
    /// Whether SGR sequences are written; only the sixteen colours are used.
    package var colour: Bool
    /// Whether text other than ASCII can be shown.
    package var unicode: Bool
    /// Columns to wrap at; nil to leave lines alone, as for a pipe.
    package var width: Int?

    package init(colour: Bool = false, unicode: Bool = true, width: Int? = nil) {
        self.colour = colour
        self.unicode = unicode
        self.width = width
    }

    /// Decides from the option, the environment and what standard output is, in this order of precedence:
    /// `--color`, `NO_COLOR` (<https://no-color.org>), `CLICOLOR_FORCE` and `FORCE_COLOR`, `CLICOLOR=0`
    /// (<https://bixense.com/clicolors/>), a terminal whose `TERM` is not `dumb`.
    ///
    /// `columns` is the terminal's width where it is known; `COLUMNS` overrides it.
    package static func detect(
        _ choice: ColourChoice = .auto, environment: [String: String], isTerminal: Bool, columns: Int? = nil
    ) -> TerminalStyle {
        func isSet(_ name: String) -> Bool { environment[name].map { !$0.isEmpty && $0 != "0" } ?? false }
        let colour: Bool =
            switch choice {
            case .always: true
            case .never: false
            case .auto:
                if environment["NO_COLOR"]?.isEmpty == false {
                    false
                } else if isSet("CLICOLOR_FORCE") || isSet("FORCE_COLOR") {
                    true
                } else {
                    isTerminal && environment["CLICOLOR"] != "0" && environment["TERM"] != "dumb"
                }
            }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let codeset = locale.lowercased()
        let width = environment["COLUMNS"].flatMap { Int($0) } ?? (isTerminal ? columns ?? 80 : nil)
        return TerminalStyle(
            colour: colour, unicode: codeset.hasSuffix("utf-8") || codeset.hasSuffix("utf8"),
            width: width.flatMap { $0 > 0 ? max($0, 24) : nil })
    }
}

/// What a piece of a line means; a colour is only ever added to words and glyphs that say the same.
enum Tone: String {
    case passed = "32"
    case failed = "31"
    case partial = "33"
    case quiet = "2"
    case error = "35"
    case strong = "1"
}

extension TerminalStyle {
    func paint(_ text: String, _ tone: Tone?) -> String {
        guard colour, let tone, !text.isEmpty else { return text }
        return "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m"
    }

    /// The text with everything that is not ASCII written by its number where that cannot be shown.
    func shown(_ text: String) -> String {
        guard !unicode else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "…": result += "..."
            case "·": result += "-"
            case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
            default: result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return result
    }
}
