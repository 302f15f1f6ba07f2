/// One simple command of a shell script.
struct ShellCommand: Equatable {
    var words: [String] = []
    /// The files that its output goes to, and whether it is appended.
    var outputs: [(path: String, appends: Bool)] = []
    /// The text of a here-document.
    var input: String?
    /// Whether it reads what the command before it prints.
    var readsPipe = false

    var isEmpty: Bool { words.isEmpty && outputs.isEmpty }

    static func == (left: ShellCommand, right: ShellCommand) -> Bool {
        left.words == right.words && left.input == right.input && left.readsPipe == right.readsPipe
            && left.outputs.elementsEqual(right.outputs) { $0 == $1 }
    }
}

/// Takes a shell script apart, as far as it takes to see what is installed, written and started: words, quotes,
/// variables that were set to plain text, redirections, here-documents. What a condition or a loop surrounds is taken as
/// if it were run once.
struct ShellLexer {
    private static let maximumLength = 65_536
    private static let keywords: Set<String> = [
        "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "{", "}", "!", "sudo", "nohup",
        "exec", "time", "setsid", "true", "case", "esac",
    ]

    private let characters: [Character]
    private var place = 0
    private var variables: [String: String] = [:]
    private var commands: [ShellCommand] = []
    private var command = ShellCommand()
    private var word: String?
    private var expectsOutput: Bool?
    private var skipsValue = false
    private var hereDocuments: [(delimiter: String, command: Int)] = []

    static func commands(of text: String) -> [ShellCommand] {
        var lexer = ShellLexer(text)
        lexer.run()
        return lexer.commands
    }

    private init(_ text: String) {
        characters = Array(text.replacing("\r\n", with: "\n").prefix(Self.maximumLength))
    }

    private var next: Character? { place < characters.count ? characters[place] : nil }
    private var afterNext: Character? { place + 1 < characters.count ? characters[place + 1] : nil }

    private mutating func run() {
        while let character = next {
            place += 1
            switch character {
            case "\\":
                if let escaped = next {
                    if escaped != "\n" { word = (word ?? "") + String(escaped) }
                    place += 1
                }
            case "'": quote("'")
            case "\"": quote("\"")
            case "$": expand()
            case "#" where word == nil: while let next, next != "\n" { place += 1 }
            case " ", "\t": endWord()
            case "\n":
                endCommand()
                readHereDocuments()
            case ";", "(", ")": endCommand()
            case "&":
                if next == ">" {
                    // &> and &>>: all output.
                    place += 1
                    endWord()
                    expectsOutput = next == ">"
                    if next == ">" { place += 1 }
                } else {
                    if next == "&" { place += 1 }
                    endCommand()
                }
            case "|":
                let isOr = next == "|"
                if isOr { place += 1 }
                endCommand()
                command.readsPipe = !isOr
            case ">": redirectOutput()
            case "<": redirectInput()
            default: word = (word ?? "") + String(character)
            }
        }
        endCommand()
    }

    // MARK: Words

    private mutating func quote(_ end: Character) {
        var text = word ?? ""
        word = nil
        while let character = next, character != end {
            place += 1
            if end == "\"", character == "\\", let escaped = next, "\"\\$`\n".contains(escaped) {
                text.append(escaped)
                place += 1
            } else if end == "\"", character == "$" {
                word = text
                expand()
                text = word ?? ""
            } else {
                text.append(character)
            }
        }
        place += 1
        word = text
    }

    /// A variable that is known is replaced; a substituted command and an unknown variable stay a dollar sign.
    private mutating func expand() {
        var text = word ?? ""
        if next == "(" {
            var depth = 0
            while let character = next {
                place += 1
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                if depth == 0 { break }
            }
            word = text + "$()"
            return
        }
        let isBraced = next == "{"
        if isBraced { place += 1 }
        var name = ""
        while let character = next, character.isLetter || character.isNumber || character == "_" {
            name.append(character)
            place += 1
        }
        while isBraced, let character = next {
            place += 1
            if character == "}" { break }
        }
        text += variables[name] ?? "$\(name)"
        word = text
    }

    private mutating func endWord() {
        guard let text = word else { return }
        word = nil
        if let appends = expectsOutput {
            expectsOutput = nil
            command.outputs.append((text, appends))
            return
        }
        if command.words.isEmpty {
            if skipsValue {
                skipsValue = false
                return
            }
            // Options of sudo, which came before.
            if text.hasPrefix("-") {
                skipsValue = text == "-u" || text == "-g"
                return
            }
            if Self.keywords.contains(text) { return }
            if let equals = text.firstIndex(of: "="), equals != text.startIndex,
                text[..<equals].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
            {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
                return
            }
        }
        command.words.append(text)
    }

    private mutating func endCommand() {
        endWord()
        expectsOutput = nil
        if !command.isEmpty { commands.append(command) }
        command = ShellCommand()
    }

    // MARK: Redirections

    private mutating func redirectOutput() {
        // A digit before it is the number of a descriptor: 2>/dev/null.
        if let digits = word, digits.allSatisfy(\.isNumber) { word = nil } else { endWord() }
        let appends = next == ">"
        if appends || next == "|" { place += 1 }
        if next == "&" {
            place += 1
            while let character = next, character.isNumber || character == "-" { place += 1 }
            return
        }
        expectsOutput = appends
    }

    private mutating func redirectInput() {
        endWord()
        guard next == "<" else { return }
        place += 1
        if next == "<" {
            place += 1
            return
        }
        if next == "-" { place += 1 }
        while next == " " { place += 1 }
        var delimiter = ""
        while let character = next, !character.isWhitespace, !";|&>".contains(character) {
            if !"'\"\\".contains(character) { delimiter.append(character) }
            place += 1
        }
        hereDocuments.append((delimiter, commands.count))
    }

    private mutating func readHereDocuments() {
        let waiting = hereDocuments
        hereDocuments = []
        for document in waiting {
            var lines: [String] = []
            while place < characters.count {
                var line = ""
                while let character = next, character != "\n" {
                    line.append(character)
                    place += 1
                }
                place += 1
                if line.drop(while: { $0 == "\t" || $0 == " " }) == document.delimiter[...] { break }
                lines.append(line)
            }
            if document.command < commands.count { commands[document.command].input = lines.joined(separator: "\n") }
        }
    }
}
