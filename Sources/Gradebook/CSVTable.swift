import ReportFiles

/// A CSV file as RFC 4180 has it, read as leniently as the learning platforms write it: with or without a byte-order
/// mark, separated by commas, semicolons or tabs.
package struct CSVTable: Sendable, Equatable {
    package var rows: [[String]]
    package private(set) var delimiter: Character = ","
    package private(set) var hasMark = false

    package init(rows: [[String]]) { self.rows = rows }

    /// Reads a file's bytes; rows without anything in them are left out.
    package init(_ bytes: [UInt8], file: String) throws(GradebookError) {
        guard let whole = String(validating: bytes, as: UTF8.self) else {
            throw .csv(file: file, line: 1, problem: "it is not UTF-8: save it as 'CSV UTF-8'")
        }
        var text = Array(whole.unicodeScalars)
        if text.first == "\u{FEFF}" {
            text.removeFirst()
            hasMark = true
        }
        delimiter = Self.delimiter(of: text)
        rows = []
        var row: [String] = []
        var cell = String.UnicodeScalarView()
        var (isQuoted, wasQuoted, line, openedAt) = (false, false, 1, 1)
        var index = 0
        let separator = delimiter.unicodeScalars.first ?? ","
        func endRow() {
            row.append(String(cell))
            if row.contains(where: { !$0.isEmpty }) { rows.append(row) }
            row = []
            cell = String.UnicodeScalarView()
            wasQuoted = false
        }
        while index < text.count {
            let scalar = text[index]
            index += 1
            if scalar == "\n" { line += 1 }
            if isQuoted {
                if scalar != "\"" {
                    cell.append(scalar)
                } else if index < text.count, text[index] == "\"" {
                    cell.append(scalar)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if scalar == "\"", cell.isEmpty, !wasQuoted {
                (isQuoted, wasQuoted, openedAt) = (true, true, line)
            } else if scalar == separator {
                row.append(String(cell))
                cell = String.UnicodeScalarView()
                wasQuoted = false
            } else if scalar == "\n" || scalar == "\r" {
                if scalar == "\r", index < text.count, text[index] == "\n" { continue }
                endRow()
            } else {
                cell.append(scalar)
            }
        }
        guard !isQuoted else { throw .csv(file: file, line: openedAt, problem: "a quotation mark is never closed") }
        endRow()
        guard !rows.isEmpty else { throw .csv(file: file, line: 1, problem: "it is empty") }
    }

    /// Reads a file.
    package init(path: String) throws(GradebookError) {
        let bytes: [UInt8]
        do throws(ReportFileError) { bytes = try readFile(path) } catch { throw .file(error) }
        try self.init(bytes, file: path)
    }

    /// Takes the delimiter and the mark from a file that is filled in.
    package init(rows: [[String]], like other: CSVTable) {
        self.rows = rows
        delimiter = other.delimiter
        hasMark = other.hasMark
    }

    /// Every cell quoted. Cells in which a spreadsheet would see a formula get an apostrophe in front, unless `raw`.
    package func bytes(raw: Bool = false) -> [UInt8] {
        var text = hasMark ? "\u{FEFF}" : ""
        for row in rows {
            text += row.map { "\"\((raw ? $0 : neutralised($0)).replacing("\"", with: "\"\""))\"" }
                .joined(separator: String(delimiter))
            text += "\r\n"
        }
        return Array(text.utf8)
    }

    private static func delimiter(of text: [Unicode.Scalar]) -> Character {
        var counts: [Unicode.Scalar: Int] = [:]
        var isQuoted = false
        for scalar in text {
            if scalar == "\"" { isQuoted.toggle() }
            if scalar == "\n", !isQuoted { break }
            if !isQuoted, [",", ";", "\t"].contains(scalar) { counts[scalar, default: 0] += 1 }
        }
        let best = [",", ";", "\t"].max { counts[$0, default: 0] < counts[$1, default: 0] } ?? ","
        return counts[best] == nil ? "," : Character(best)
    }
}

/// A text that no spreadsheet takes for a formula; numbers stay numbers.
/// See <https://owasp.org/www-community/attacks/CSV_Injection>.
package func neutralised(_ text: String) -> String {
    let first = text.unicodeScalars.first { $0 != " " && $0 != "\u{A0}" && $0 != "\u{FEFF}" && $0 != "\u{200B}" }
    // A hyphen alone is how Moodle writes that there is nothing.
    guard text != "-", let first, "=+-@\t\r\n|＝＋－＠".unicodeScalars.contains(first), !isNumber(text) else { return text }
    return "'" + text
}

private func isNumber(_ text: String) -> Bool {
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    return !digits.isEmpty && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}
