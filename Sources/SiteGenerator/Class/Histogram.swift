import GradeModel

/// How many students have how many points, as bars with their numbers on them; the table beneath says the same.
struct Histogram {
    let counts: [Int]

    private var highest: Int { max(counts.max() ?? 0, 1) }

    /// Ten bars with labels.
    var drawing: Markup {
        var shapes = SVGShapes()
        for (index, count) in counts.enumerated() {
            let height = count == 0 ? 1 : max(110 * count / highest, 3)
            let x = 1 + index * 32
            shapes.rectangle(x, 128 - height, 28, height, index == 9 ? "column top" : "column", radius: 2)
            if count > 0 { shapes.text("\(count)", x: x + 14, y: 123 - height, name: "t2 middle strong", fits: 32) }
            shapes.text(index == 9 ? "90+" : "\(index * 10)", x: x + 14, y: 143, name: "t3 middle", fits: 32)
        }
        return Markup(
            trusted:
                "<svg class=\"histogram\" role=\"img\" aria-label=\"Number of students by percentage of points\" viewBox=\"0 0 320 148\">\(shapes.text)</svg>"
        )
    }

    /// The same in the size of a word.
    var sparkline: Markup {
        let bars = counts.enumerated().map { index, count in
            let height = count == 0 ? 1 : max(22 * count / highest, 3)
            return "<rect x=\"\(index * 8)\" y=\"\(24 - height)\" width=\"6\" height=\"\(height)\"/>"
        }
        return Markup(
            trusted:
                "<svg class=\"spark\" viewBox=\"0 0 78 24\" width=\"78\" height=\"24\" aria-hidden=\"true\" focusable=\"false\">\(bars.joined())</svg>"
        )
    }

    var rows: [PageObject] {
        counts.enumerated().map { index, count in
            PageObject(["range": .line(Self.label(index)), "count": .number(count)])
        }
    }

    private static func label(_ index: Int) -> String { index == 9 ? "90–100 %" : "\(index * 10)–\(index * 10 + 9)" }
}
