import SafeText

extension Markup {
    /// Terminal output with its colours as classes: `f1` foreground, `b1` background, `sb` bold and so on.
    init(terminal text: String, limit: Int) {
        html = text.styled(.page(limit: limit)).map { run in
            let classes = run.style.classes
            let text = escaped(run.text)
            return classes.isEmpty ? text : "<span class=\"\(classes)\">\(text)</span>"
        }.joined()
    }

    /// A sentence in which what stands between backticks is code.
    init(prose text: String) {
        let parts = escaped(text.safe(.page(limit: 4 << 10))).split(separator: "`", omittingEmptySubsequences: false)
        html = parts.enumerated().map { number, part in
            guard number % 2 == 1 else { return String(part) }
            return number == parts.count - 1 ? "`\(part)" : "<code>\(part)</code>"
        }.joined()
    }

    /// JSON laid out for reading, for an element's content only: JSON is full of quotes, which stay as they are.
    init(json text: String, limit: Int) {
        // The beginning only: JSON whose middle is missing cannot be laid out.
        let (beginning, left) = text.safe(TextRules(limit: 64 << 10, singleLine: true)).beginning(of: limit)
        let laidOut = indentedJSON(beginning)
        html = escaped(left == 0 ? laidOut : laidOut + truncationMark(bytes: left), quotes: false)
    }
}

/// The name of an operation or of an error, which a narrow page may break before a capital: `Run` and `Instances`.
func operationName(_ name: String) -> Markup {
    guard name.utf8.count <= 64, name.utf8.allSatisfy({ $0 < 0x80 }) else { return Markup(line: name) }
    var parts: [String] = [""]
    for character in name {
        if let last = parts.last?.last, character.isUppercase, last.isLowercase { parts.append("") }
        parts[parts.count - 1].append(character)
    }
    return Markup(trusted: parts.map { Markup(line: $0).html }.joined(separator: "<wbr>"))
}

extension TextStyle {
    fileprivate var classes: String {
        var names: [String] = []
        if let foreground { names.append("f\(foreground)") }
        if let background { names.append("b\(background)") }
        if bold { names.append("sb") }
        if dim { names.append("sd") }
        if italic { names.append("si") }
        if underlined { names.append("su") }
        if struckOut { names.append("ss") }
        if inverse { names.append("sr") }
        return names.joined(separator: " ")
    }
}
