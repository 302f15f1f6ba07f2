/// The edits that replace credentials with their length.
///
/// Found are: access key ids (`AKIA…`, `ASIA…`); the values of names such as `Authorization`, `X-Amz-Security-Token`,
/// `X-Amz-Signature`, `SecretAccessKey`, `SessionToken`, `SecretString` and `UserData`, written as a header, JSON, XML,
/// a query string or a shell variable; private keys in PEM. Everything is emulated here, but students paste what they
/// have. One pass over the text: names and values are each read once.
func secretEdits(in bytes: [UInt8]) -> [TextEdit] {
    var edits: [TextEdit] = []
    func blank(_ range: Range<Int>) {
        guard !range.isEmpty, !bytes[range.lowerBound...].starts(with: blankStart) else { return }
        edits.append(TextEdit(range: range, replacement: Array("[redacted \(range.count) bytes]".utf8)))
    }
    var index = 0
    while index < bytes.count {
        if bytes[index] == UInt8(ascii: "-"), let key = privateKey(in: bytes, at: index) {
            blank(key)
            index = key.upperBound
            continue
        }
        guard isNameByte(bytes[index]) else {
            index += 1
            continue
        }
        let start = index
        while index < bytes.count, isNameByte(bytes[index]) { index += 1 }
        if isAccessKeyID(bytes[start..<index]) {
            blank(start..<index)
        } else if let wholeLine = secretName(bytes[start..<index]),
            let value = value(in: bytes, after: index, wholeLine: wholeLine)
        {
            blank(value)
            index = max(index, value.upperBound)
        }
    }
    return edits
}

private let blankStart = Array("[redacted ".utf8)

private func isNameByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) && byte < 0x80 || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "-")
}

/// `AKIA` or `ASIA` and sixteen capitals or digits
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
private func isAccessKeyID(_ word: ArraySlice<UInt8>) -> Bool {
    guard word.count == 20, word.starts(with: "AKIA".utf8) || word.starts(with: "ASIA".utf8) else { return false }
    return word.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
}

/// Whether a name's value is a secret, and then whether the value may hold spaces.
private func secretName(_ word: ArraySlice<UInt8>) -> Bool? {
    guard (8...24).contains(word.count) else { return nil }
    let name = String(decoding: word.filter { $0 != 0x2D && $0 != 0x5F }.map { $0 | 0x20 }, as: UTF8.self)
    return secretNames[name]
}

private let secretNames: [String: Bool] = [
    "authorization": true, "xamzsecuritytoken": false, "xamzsignature": false, "xamzcredential": false,
    "secretaccesskey": false, "awssecretaccesskey": false, "sessiontoken": false, "awssessiontoken": false,
    "awssecuritytoken": false, "securitytoken": false, "secretstring": false, "userdata": false,
]

/// The value that follows a name: after a quote of the name, a separator, spaces and a quote of its own.
private func value(in bytes: [UInt8], after name: Int, wholeLine: Bool) -> Range<Int>? {
    var index = name
    func byte() -> UInt8? { index < bytes.count ? bytes[index] : nil }
    func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
    func skipSpaces() { while byte() == 0x20 || byte() == 0x09 { index += 1 } }
    if byte() == UInt8(ascii: "\\") { index += 1 }
    if let quote = byte(), isQuote(quote) { index += 1 }
    skipSpaces()
    guard let separator = byte() else { return nil }
    if bytes[index...].prefix(3).elementsEqual("%3D".utf8) {
        index += 3
    } else if separator == UInt8(ascii: ":") || separator == UInt8(ascii: "=") || separator == UInt8(ascii: ">") {
        index += 1
    } else {
        return nil
    }
    skipSpaces()
    if byte() == UInt8(ascii: "b"), index + 1 < bytes.count, isQuote(bytes[index + 1]) { index += 1 }
    if byte() == UInt8(ascii: "\\") { index += 1 }
    var ends: [UInt8] = [0x0A]
    if let quote = byte(), isQuote(quote) {
        index += 1
        ends.append(quote)
    } else {
        ends.append(UInt8(ascii: "<"))
        if !wholeLine { ends += Array(" \t\"'&,;}".utf8) }
    }
    let start = index
    while let next = byte(), !ends.contains(next) { index += 1 }
    if index > start, bytes[index - 1] == UInt8(ascii: "\\") { index -= 1 }
    return start < index ? start..<index : nil
}

/// A PEM block whose label ends in `PRIVATE KEY` (RFC 7468), up to its end line or the text's end.
private func privateKey(in bytes: [UInt8], at start: Int) -> Range<Int>? {
    guard bytes[start...].starts(with: "-----BEGIN ".utf8) else { return nil }
    let label = bytes[(start + 11)...].prefix(48).prefix { $0 != UInt8(ascii: "-") }
    let end = label.endIndex + 5
    guard label.count >= 11, label.suffix(11).elementsEqual("PRIVATE KEY".utf8), end <= bytes.count else { return nil }
    var index = end
    while index < bytes.count, !bytes[index...].starts(with: "-----END ".utf8) { index += 1 }
    guard index < bytes.count else { return start..<bytes.count }
    index = min(bytes.count, index + 9)
    while index < bytes.count, bytes[index] != 0x0A, bytes[index] != UInt8(ascii: "-") { index += 1 }
    while index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
    return start..<index
}

extension String {
    /// The text with credentials replaced by their length, and otherwise unchanged; for what is stored.
    package func redacted() -> String {
        let bytes = Array(utf8)
        let edits = secretEdits(in: bytes)
        guard !edits.isEmpty else { return self }
        var text = MarkedText(plain: bytes)
        text.apply(edits)
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
