/// A change of a text: the bytes of `range` give way to `replacement`.
struct TextEdit {
    var range: Range<Int>
    var replacement: [UInt8]
}

/// UTF-8 bytes with the places where the style changes.
struct MarkedText {
    var bytes: [UInt8] = []
    /// In order of their offsets; the style holds from the offset on.
    var marks: [(offset: Int, style: TextStyle)] = []

    /// Decodes control sequences and writes unsafe scalars by their number.
    init(_ text: String, rules: TextRules, keepsStyles: Bool) {
        var scanner = ControlScanner(Array(text.utf8))
        bytes.reserveCapacity(scanner.bytes.count)
        var style = TextStyle()
        while let token = scanner.next() {
            switch token {
            case .text(let range):
                let start = bytes.count
                bytes.append(contentsOf: scanner.bytes[range])
                if rules.singleLine {
                    for index in start..<bytes.count where bytes[index] == 0x09 { bytes[index] = 0x20 }
                }
            case .lineEnd: bytes.append(contentsOf: rules.singleLine ? Array("\\n".utf8) : [0x0A])
            case .style(let parameters):
                guard keepsStyles, marks.count < Self.mostMarks else { continue }
                style.apply(scanner.bytes[parameters])
                marks.append((bytes.count, marks.count + 1 == Self.mostMarks ? TextStyle() : style))
            case .sequence: continue
            case .unsafe(let scalar): bytes.append(contentsOf: visibleForm(scalar).utf8)
            }
        }
    }

    /// A page needs no more changes of colour; beyond them the text is plain.
    private static let mostMarks = 4096

    /// Applies edits that are in order and do not overlap.
    mutating func apply(_ edits: [TextEdit]) {
        guard !edits.isEmpty else { return }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var moved = marks
        var mark = 0
        var position = 0
        for edit in edits {
            while mark < moved.count, moved[mark].offset <= edit.range.lowerBound {
                moved[mark].offset += result.count - position
                mark += 1
            }
            result.append(contentsOf: bytes[position..<edit.range.lowerBound])
            result.append(contentsOf: edit.replacement)
            position = edit.range.upperBound
            while mark < moved.count, moved[mark].offset < position {
                moved[mark].offset = result.count
                mark += 1
            }
        }
        while mark < moved.count {
            moved[mark].offset += result.count - position
            mark += 1
        }
        result.append(contentsOf: bytes[position...])
        bytes = result
        marks = moved
    }
}
