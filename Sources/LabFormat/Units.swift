import GradeModel

/// Durations, sizes and points as a lab writes them.
enum Units {
    private static let seconds: [(unit: String, factor: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ]
    private static let bytes: [(unit: String, factor: Int)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30),
    ]

    /// `90s`, `1.5m`, `250ms`: a positive number and one unit. In seconds.
    static func duration(_ text: String) -> Double? {
        guard let (digits, unit) = split(text), let factor = seconds.first(where: { $0.unit == unit })?.factor,
            let number = Double(digits), number > 0
        else { return nil }
        return number * factor
    }

    /// `512MiB`: a positive whole number and a binary unit. In bytes.
    static func size(_ text: String) -> Int? {
        guard let (digits, unit) = split(text), let factor = bytes.first(where: { $0.unit == unit })?.factor,
            let number = Int(digits), number > 0,
            case let (size, overflow) = number.multipliedReportingOverflow(by: factor),
            !overflow
        else { return nil }
        return size
    }

    private static func split(_ text: String) -> (digits: Substring, unit: String)? {
        let digits = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard digits.utf8.count <= 15, digits.first != ".", digits.last != ".", !digits.isEmpty else { return nil }
        return (digits, String(text.dropFirst(digits.count)))
    }

    /// A number of points, as text, without a sign and with at most three decimals: `5`, `2.5`.
    static func points(_ text: String) -> Points? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let whole = Int(parts[0]), whole <= 1_000_000
        else { return nil }
        guard parts.count == 2 else { return Points(whole) }
        let decimals = parts[1]
        guard decimals.count <= 3, let fraction = Int(decimals) else { return nil }
        let scale = [1, 100, 10, 1][decimals.count]
        return Points(thousandths: whole * 1000 + fraction * scale)
    }
}

extension YAMLNode {
    private func scalarText() -> String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// A duration within bounds, in seconds.
    func duration(_ name: String, in range: ClosedRange<Double>, _ diagnostics: Diagnostics) -> Double? {
        guard let seconds = scalarText().flatMap(Units.duration) else {
            diagnostics.error("\(name) must be a duration with a unit (ms, s, m, h, d), for instance 60s", at: location)
            return nil
        }
        if range.contains(seconds) { return seconds }
        diagnostics.error("\(name) must be from \(range.lowerBound)s to \(range.upperBound)s", at: location)
        return nil
    }

    /// A size within bounds, in bytes.
    func size(_ name: String, in range: ClosedRange<Int>, _ diagnostics: Diagnostics) -> Int? {
        guard let size = scalarText().flatMap(Units.size) else {
            diagnostics.error(
                "\(name) must be a size with a unit (B, KiB, MiB, GiB), for instance 512MiB", at: location)
            return nil
        }
        if range.contains(size) { return size }
        diagnostics.error("\(name) must be from \(range.lowerBound)B to \(range.upperBound >> 20)MiB", at: location)
        return nil
    }

    /// A number of points.
    func points(_ name: String, _ diagnostics: Diagnostics) -> Points? {
        if case .scalar(let text, .plain) = content, let points = Units.points(text) { return points }
        diagnostics.error(
            "\(name) must be a number of points with at most three decimals, for instance 5 or 2.5", at: location)
        return nil
    }
}
