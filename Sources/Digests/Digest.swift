import CLibCrypto

/// Message digests and their keyed form, computed by libcrypto.
///
/// MD5 and SHA-1 are here because AWS uses them for fingerprints, entity tags and message bodies, not for secrecy.
package enum Digest: Sendable {
    case md5, sha1, sha256

    private var algorithm: OpaquePointer? {
        switch self {
        case .md5: EVP_md5()
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        }
    }

    /// The digest of some bytes.
    package func of(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var state = DigestState(self)
        state.update(bytes)
        return state.finish()
    }

    /// The digest of a text in UTF-8.
    package func of(_ text: String) -> [UInt8] { of(text.utf8) }

    /// HMAC of RFC 2104 with a key of any length.
    package func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        _ = HMAC(algorithm, key, Int32(clamping: key.count), message, message.count, &result, &length)
        return Array(result.prefix(Int(length)))
    }

    fileprivate func begin(_ context: OpaquePointer?) { EVP_DigestInit_ex(context, algorithm, nil) }
}

/// A digest taken piece by piece, for what does not fit into memory at once.
package struct DigestState: ~Copyable {
    private let context: OpaquePointer?

    package init(_ digest: Digest) {
        context = EVP_MD_CTX_new()
        digest.begin(context)
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        let isTaken: Void? = bytes.withContiguousStorageIfAvailable {
            _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        if isTaken == nil {
            let copy = Array(bytes)
            _ = EVP_DigestUpdate(context, copy, copy.count)
        }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The digest of everything so far; to be asked for once.
    package mutating func finish() -> [UInt8] {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        _ = EVP_DigestFinal_ex(context, &result, &length)
        return Array(result.prefix(Int(length)))
    }
}

extension Sequence<UInt8> {
    /// Lower-case hexadecimal digits, two a byte.
    package var hex: String {
        var text = ""
        for byte in self {
            text.append(hexDigits[Int(byte >> 4)])
            text.append(hexDigits[Int(byte & 15)])
        }
        return text
    }
}

private let hexDigits = Array("0123456789abcdef")
