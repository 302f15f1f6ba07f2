/// ISO 8601 durations as FIS takes them, for instance `PT5M` or `P1DT12H`: whole numbers, no months or years.
enum ISODuration {
    /// The duration in seconds; nil where the text is none.
    static func seconds(_ text: String) -> Int? {
        var rest = Substring(text)
        guard rest.popFirst() == "P", !rest.isEmpty else { return nil }
        var total = 0
        var isTime = false
        var units = [("W", 604_800), ("D", 86_400)]
        while let first = rest.first {
            if first == "T", !isTime {
                isTime = true
                units = [("H", 3600), ("M", 60), ("S", 1)]
                rest.removeFirst()
                guard !rest.isEmpty else { return nil }
                continue
            }
            let digits = rest.prefix { ("0"..."9").contains($0) }
            guard digits.count <= 9, let number = Int(digits), let unit = rest.dropFirst(digits.count).first,
                let place = units.firstIndex(where: { $0.0 == String(unit) })
            else { return nil }
            total += number * units[place].1
            units.removeFirst(place + 1)
            rest = rest.dropFirst(digits.count + 1)
        }
        return total
    }
}
