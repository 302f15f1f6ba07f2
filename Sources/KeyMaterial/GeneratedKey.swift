import Digests
import ServiceModel

/// A key pair that EC2 makes: the private half is given out once.
package struct GeneratedKey: Sendable {
    package enum Format: String, Sendable { case pem, ppk }

    package let publicKey: PublicKey
    /// As `KeyMaterial` of CreateKeyPair has it.
    package let privateText: String
    /// SHA-1 of the DER private key (PKCS #8) for RSA, SHA-256 of the public key for Ed25519.
    package let fingerprint: String

    /// Derives an RSA key of 2048 bits.
    package static func rsa(seed: String, format: Format, comment: String) -> GeneratedKey {
        var bytes = SeededBytes(seed: seed)
        let key = RSAKey(&bytes)
        let publicKey = PublicKey.rsa(modulus: key.modulus, exponent: key.exponent)
        let der = DER.sequence(
            [
                [0], key.modulus, key.exponent, key.privateExponent, key.prime1, key.prime2, key.exponent1,
                key.exponent2,
                key.coefficient,
            ].map(DER.integer))
        let pkcs8 = DER.sequence([DER.integer([0]), DER.rsaEncryption, DER.octets(der)])
        let text: String
        switch format {
        case .pem: text = PEM.text("RSA PRIVATE KEY", Base64.encode(der))
        case .ppk:
            var secret = SSHWriter()
            for number in [key.privateExponent, key.prime1, key.prime2, key.coefficient] {
                secret.append(integer: number)
            }
            text = PuTTY.text(publicKey, secret: secret.bytes, comment: comment)
        }
        return GeneratedKey(
            publicKey: publicKey, privateText: text, fingerprint: Fingerprint.colons(Digest.sha1.of(pkcs8)))
    }

    /// Derives an Ed25519 key; nil where the library refuses, which it does for no 32 bytes.
    package static func ed25519(seed: String, format: Format, comment: String) -> GeneratedKey? {
        var bytes = SeededBytes(seed: seed)
        let secret = bytes.block()
        guard let point = Ed25519.publicKey(secret: secret) else { return nil }
        let publicKey = PublicKey.ed25519(point)
        let text: String
        switch format {
        case .pem: text = openSSH(publicKey, secret: secret, point: point, check: bytes.block())
        case .ppk:
            var writer = SSHWriter()
            writer.append(secret)
            text = PuTTY.text(publicKey, secret: writer.bytes, comment: comment)
        }
        return GeneratedKey(publicKey: publicKey, privateText: text, fingerprint: publicKey.fingerprintOfImport)
    }

    /// OpenSSH's own format, without a passphrase: PROTOCOL.key of OpenSSH.
    private static func openSSH(_ key: PublicKey, secret: [UInt8], point: [UInt8], check: [UInt8]) -> String {
        var inner = SSHWriter()
        let number = Array(check.prefix(4))
        inner.append(raw: number + number)
        inner.append("ssh-ed25519")
        inner.append(point)
        inner.append(secret + point)
        inner.append("")
        var padding: UInt8 = 1
        while inner.bytes.count % 8 != 0 {
            inner.append(raw: [padding])
            padding += 1
        }
        var outer = SSHWriter()
        outer.append(raw: Array("openssh-key-v1\0".utf8))
        outer.append("none")
        outer.append("none")
        outer.append("")
        outer.append(1 as UInt32)
        outer.append(key.blob)
        outer.append(inner.bytes)
        return PEM.text("OPENSSH PRIVATE KEY", Base64.encode(outer.bytes), width: 70)
    }
}

/// PuTTY's format, version 2, without a passphrase.
///
/// <https://the.earth.li/~sgtatham/putty/0.74/htmldoc/AppendixC.html>
private enum PuTTY {
    static func text(_ key: PublicKey, secret: [UInt8], comment: String) -> String {
        let algorithm = "ssh-\(key.type)"
        var signed = SSHWriter()
        for part in [algorithm, "none", comment] { signed.append(part) }
        signed.append(key.blob)
        signed.append(secret)
        let mac = Digest.sha1.hmac(key: Digest.sha1.of("putty-private-key-file-mac-key"), signed.bytes)
        let publicLines = PEM.lines(Base64.encode(key.blob), 64)
        let privateLines = PEM.lines(Base64.encode(secret), 64)
        return
            ([
                "PuTTY-User-Key-File-2: \(algorithm)", "Encryption: none", "Comment: \(comment)",
                "Public-Lines: \(publicLines.count)",
            ] + publicLines
            + ["Private-Lines: \(privateLines.count)"] + privateLines
            + ["Private-MAC: " + mac.hex]).joined(separator: "\n")
    }
}
