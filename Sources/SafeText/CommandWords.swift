/// The edits that break what build servers take for commands in a log or a JUnit file, each by one space.
///
/// - `[[ATTACHMENT|path]]`, `[[PROPERTY|k=v]]`: Jenkins' junit-attachments and GitLab copy any file of the workspace.
/// - `::error::`, `::stop-commands::` at the start of a line, `##[group]`: GitHub Actions' workflow commands.
/// - `##vso[`, `##teamcity[`: Azure Pipelines and TeamCity.
/// - `section_start:`, `section_end:`: GitLab's collapsible sections.
func commandEdits(in bytes: [UInt8]) -> [TextEdit] {
    var edits: [TextEdit] = []
    var lineHasText = false
    func breakUp(at index: Int) { edits.append(TextEdit(range: index..<index, replacement: [0x20])) }
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        let next = index + 1 < bytes.count ? bytes[index + 1] : 0
        switch byte {
        case UInt8(ascii: "[") where next == byte && isLetter(bytes, at: index + 2): breakUp(at: index + 1)
        case UInt8(ascii: "#") where next == byte && opensBracket(bytes, after: index + 2): breakUp(at: index + 1)
        case UInt8(ascii: ":") where next == byte && !lineHasText: breakUp(at: index + 1)
        case UInt8(ascii: "s"):
            for word in sectionWords where bytes[index...].starts(with: word) { breakUp(at: index + word.count - 1) }
        default: break
        }
        if byte == 0x0A {
            lineHasText = false
        } else if byte != 0x20, byte != 0x09 {
            lineHasText = true
        }
        index += 1
    }
    return edits
}

private let sectionWords = [Array("section_start:".utf8), Array("section_end:".utf8)]

private func isLetter(_ bytes: [UInt8], at index: Int) -> Bool {
    index < bytes.count && (0x61...0x7A).contains(bytes[index] | 0x20)
}

/// Whether letters and a bracket follow, as in `##vso[`; the longest such word is short.
private func opensBracket(_ bytes: [UInt8], after start: Int) -> Bool {
    var index = start
    while index < bytes.count, index < start + 16 {
        let byte = bytes[index]
        if byte == UInt8(ascii: "[") { return true }
        guard (0x61...0x7A).contains(byte | 0x20) else { return false }
        index += 1
    }
    return false
}
