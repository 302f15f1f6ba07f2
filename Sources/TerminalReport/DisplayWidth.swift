/// The columns that a text takes on a terminal: two for East Asian wide characters (UAX #11) and emoji, none for
/// combining marks.
package func displayWidth(_ text: some StringProtocol) -> Int {
    var width = 0
    for character in text { width += displayWidth(character) }
    return width
}

func displayWidth(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
        if scalar.value == 0xFE0F { return 2 }
        width = max(width, displayWidth(scalar))
    }
    return width
}

private func displayWidth(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20..<0x300: return 1
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
        0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
        return 2
    default:
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }
}

/// Breaks a text into lines of at most `width` columns, between words where there are any; line ends are kept.
package func wrapped(_ text: String, width: Int?) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let width else { return lines.map(String.init) }
    return lines.flatMap { wrappedLine($0, width: max(width, 8)) }
}

private func wrappedLine(_ line: Substring, width: Int) -> [String] {
    var result: [String] = []
    var current = ""
    var columns = 0
    for word in line.split(separator: " ", omittingEmptySubsequences: false) {
        let needed = displayWidth(word)
        if columns > 0, columns + 1 + needed > width {
            result.append(current)
            (current, columns) = ("", 0)
        } else if !current.isEmpty {
            current += " "
            columns += 1
        }
        guard needed > width else {
            current += word
            columns += needed
            continue
        }
        for character in word {
            let step = displayWidth(character)
            if columns + step > width {
                result.append(current)
                (current, columns) = ("", 0)
            }
            current.append(character)
            columns += step
        }
    }
    result.append(current)
    return result
}

/// The text with spaces up to a width.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - displayWidth(text)))
}
