import ServiceModel

/// What of an X.509 certificate in PEM matters to IAM: until when it is valid, and its public key.
///
/// RFC 5280 §4.1, in the distinguished encoding rules of ITU-T X.690.
struct CertificateFile {
    let expiration: Timestamp
    /// The bytes of the subject's public key.
    private let key: ArraySlice<UInt8>

    /// Nil where the text holds no certificate.
    init?(_ text: String) {
        guard let bytes = PEM.blocks(text, ["CERTIFICATE"]).first else { return nil }
        var file = DERReader(bytes[...])
        guard var certificate = file.enter(0x30), file.isAtEnd, var body = certificate.enter(0x30) else { return nil }
        _ = body.read(0xA0)
        // Serial number, signature algorithm and issuer come before the validity.
        guard body.read(0x02) != nil, body.read(0x30) != nil, body.read(0x30) != nil, var validity = body.enter(0x30),
            validity.time() != nil, let end = validity.time(), body.read(0x30) != nil,
            var information = body.enter(0x30), information.read(0x30) != nil, let key = information.read(0x03)
        else { return nil }
        expiration = end
        // The first byte of a BIT STRING counts the bits that do not belong to it.
        self.key = key.dropFirst()
    }

    /// Whether a private key in PEM belongs to it. Only RSA keys can be held against it, others are taken at their word.
    /// Nil where the text holds no key.
    func belongs(to privateKey: String) -> Bool? {
        let kinds = ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY"]
        guard let bytes = PEM.blocks(privateKey, kinds).first else { return nil }
        var file = DERReader(bytes[...])
        guard var body = file.enter(0x30), file.isAtEnd, body.read(0x02) != nil else { return nil }
        var rsa = body
        if body.read(0x30) != nil {
            // PKCS #8: the algorithm, then the key itself in an OCTET STRING.
            guard let inner = body.read(0x04) else { return nil }
            var reader = DERReader(inner)
            guard let key = reader.enter(0x30) else { return true }
            rsa = key
            guard rsa.read(0x02) != nil else { return true }
        }
        var certified = DERReader(key)
        guard let modulus = rsa.read(0x02), var numbers = certified.enter(0x30), let other = numbers.read(0x02)
        else { return true }
        return modulus == other
    }
}

/// Text that carries bytes between lines of dashes (RFC 7468).
enum PEM {
    /// The bytes of the blocks with one of those labels, in order.
    static func blocks(_ text: String, _ labels: [String]) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var body: (label: String, text: String)?
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            if let label = labels.first(where: { line.hasPrefix("-----BEGIN \($0)-----") }) {
                body = (label, "")
            } else if let open = body, line.hasPrefix("-----END \(open.label)-----") {
                if let bytes = Base64.decode(open.text) { found.append(bytes) }
                body = nil
            } else if body != nil {
                body?.text += line.filter { !$0.isWhitespace }
            }
        }
        return found
    }
}

/// Reads elements one after another.
struct DERReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// The contents of the next element, where it has that tag; nothing is read otherwise.
    mutating func read(_ tag: UInt8) -> ArraySlice<UInt8>? {
        var ahead = rest
        guard ahead.popFirst() == tag, let first = ahead.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            let count = Int(first & 0x7F)
            guard (1...3).contains(count), ahead.count >= count else { return nil }
            length = ahead.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            ahead = ahead.dropFirst(count)
        }
        guard ahead.count >= length else { return nil }
        rest = ahead.dropFirst(length)
        return ahead.prefix(length)
    }

    /// A reader of what is in the next element.
    mutating func enter(_ tag: UInt8) -> DERReader? { read(tag).map(DERReader.init) }

    /// A UTCTime or a GeneralizedTime, as RFC 5280 §4.1.2.5 has them.
    mutating func time() -> Timestamp? {
        let isShort = rest.first == 0x17
        guard let bytes = read(isShort ? 0x17 : 0x18), bytes.last == UInt8(ascii: "Z"),
            bytes.dropLast().allSatisfy({ (48...57).contains($0) }), bytes.count == (isShort ? 13 : 15)
        else { return nil }
        var digits = bytes.dropLast().map { Int($0) - 48 }
        if isShort { digits = (digits[0] < 5 ? [2, 0] : [1, 9]) + digits }
        func number(_ place: Int) -> Int { digits[place] * 10 + digits[place + 1] }
        return Timestamp(
            iso8601: String(
                decoding: digits[0..<4].map { UInt8($0 + 48) }, as: UTF8.self)
                + "-\(pair(number(4)))-\(pair(number(6)))T\(pair(number(8))):\(pair(number(10))):\(pair(number(12)))Z")
    }

    private func pair(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
