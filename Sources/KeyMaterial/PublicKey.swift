import Digests
import ServiceModel

/// The public half of an EC2 key pair.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html>
package enum PublicKey: Sendable, Equatable {
    /// Modulus and exponent, big-endian without leading zeros.
    case rsa(modulus: [UInt8], exponent: [UInt8])
    /// 32 bytes.
    case ed25519([UInt8])

    /// Why a text is no key that EC2 imports.
    package enum Failure: Error, Equatable {
        case format
        case length
    }

    /// Reads a line as in `~/.ssh/id_rsa.pub`, the same without its first word, or the block of RFC 4716.
    package init(importing material: [UInt8]) throws(Failure) {
        guard let text = String(validating: material, as: UTF8.self) else { throw .format }
        let blob: [UInt8]?
        if text.contains("---- BEGIN SSH2 PUBLIC KEY ----") {
            let lines = text.split(whereSeparator: \.isNewline).filter { !$0.contains("----") && !$0.contains(":") }
            blob = Base64.decode(lines.joined())
        } else {
            let words = text.split(whereSeparator: \.isWhitespace)
            let isNamed = words.first.map { $0 == "ssh-rsa" || $0 == "ssh-ed25519" } ?? false
            let body = isNamed ? words.dropFirst().first : words.first
            blob = body.flatMap { Base64.decode($0) }
        }
        guard let blob else { throw .format }
        try self.init(blob: blob)
    }

    /// Reads the blob of RFC 4253 §6.6 or RFC 8709 §4.
    private init(blob: [UInt8]) throws(Failure) {
        var reader = SSHReader(blob)
        guard let name = reader.string() else { throw .format }
        switch String(decoding: name, as: UTF8.self) {
        case "ssh-rsa":
            guard let exponent = reader.integer(), let modulus = reader.integer(), reader.isAtEnd, !exponent.isEmpty,
                !modulus.isEmpty
            else { throw .format }
            let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
            guard [1024, 2048, 4096].contains(bits) else { throw .length }
            self = .rsa(modulus: modulus, exponent: exponent)
        case "ssh-ed25519":
            guard let point = reader.string(), point.count == 32, reader.isAtEnd else { throw .format }
            self = .ed25519(point)
        default: throw .format
        }
    }

    /// `rsa` or `ed25519`.
    package var type: String {
        switch self {
        case .rsa: "rsa"
        case .ed25519: "ed25519"
        }
    }

    /// As in `~/.ssh/authorized_keys`, with a comment.
    package func openSSH(comment: String) -> String { "ssh-\(type) \(Base64.encode(blob)) \(comment)" }

    var blob: [UInt8] {
        var writer = SSHWriter()
        writer.append("ssh-\(type)")
        switch self {
        case .rsa(let modulus, let exponent):
            writer.append(integer: exponent)
            writer.append(integer: modulus)
        case .ed25519(let point): writer.append(point)
        }
        return writer.bytes
    }

    /// As EC2 shows it for an imported key: MD5 of the DER public key for RSA, SHA-256 for Ed25519.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html>
    package var fingerprintOfImport: String {
        switch self {
        case .rsa(let modulus, let exponent):
            let key = DER.sequence([
                DER.rsaEncryption, DER.bits(DER.sequence([DER.integer(modulus), DER.integer(exponent)])),
            ])
            return Fingerprint.colons(Digest.md5.of(key))
        case .ed25519: return Base64.encode(Digest.sha256.of(blob))
        }
    }
}

enum Fingerprint {
    /// `1f:51:ae:28:…`
    static func colons(_ digest: some Sequence<UInt8>) -> String {
        digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: ":")
    }
}
