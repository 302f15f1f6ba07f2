/// A number that is not negative, with a fixed count of decimals and a dot, in any locale: `0.310`.
///
/// What is negative or not a number counts as 0; the largest value is a thousand million.
package func decimal(_ value: Double, places: Int) -> String {
    let scale = (0..<max(0, min(places, 6))).reduce(1) { power, _ in power * 10 }
    let bounded = value.isNaN ? 0 : min(max(value, 0), 1e9)
    let scaled = Int((bounded * Double(scale)).rounded())
    guard scale > 1 else { return String(scaled) }
    return "\(scaled / scale).\(String(scale + scaled % scale).dropFirst())"
}

/// Seconds for a reader: `0.3 s`, `12.5 s`, `3 min 20 s`, `2 h 5 min`.
package func durationText(_ seconds: Double) -> String {
    let whole = seconds.isFinite ? Int(min(max(seconds, 0), 1e9).rounded()) : 0
    switch whole {
    case ..<100 where seconds < 0.0995: return "\(decimal(seconds * 1000, places: 0)) ms"
    case ..<100: return "\(decimal(seconds, places: 1)) s"
    case ..<3600: return "\(whole / 60) min" + (whole % 60 == 0 ? "" : " \(whole % 60) s")
    default: return "\(whole / 3600) h" + (whole % 3600 / 60 == 0 ? "" : " \(whole % 3600 / 60) min")
    }
}

/// Bytes for a reader, in powers of 1024: `512 B`, `1.5 KiB`, `40.2 MiB`.
package func bytesText(_ bytes: Int) -> String {
    guard bytes >= 1024 else { return "\(max(bytes, 0)) B" }
    var amount = Double(bytes) / 1024
    for unit in ["KiB", "MiB", "GiB"] {
        if amount < 1000 { return "\(decimal(amount, places: 1)) \(unit)" }
        amount /= 1024
    }
    return "\(decimal(amount, places: 1)) TiB"
}
