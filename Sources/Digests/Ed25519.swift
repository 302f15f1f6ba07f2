import CLibCrypto

/// Keys of RFC 8032, computed by libcrypto.
package enum Ed25519 {
    /// The 32 bytes of the public key; nil where the secret has not 32 bytes.
    package static func publicKey(secret: [UInt8]) -> [UInt8]? {
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, secret, secret.count) else { return nil }
        defer { EVP_PKEY_free(key) }
        var point = [UInt8](repeating: 0, count: 32)
        var length = point.count
        guard EVP_PKEY_get_raw_public_key(key, &point, &length) == 1, length == point.count else { return nil }
        return point
    }
}
