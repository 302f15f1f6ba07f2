package import ServiceModel

/// A key pair: what AWS keeps of it, which is the public half.
package struct KeyPair: ResourceRecord {
    /// For instance `key-0a1b2c3d4e5f60718`.
    package var id: String
    package var name: String
    /// `rsa` or `ed25519`.
    package var type: String
    package var fingerprint: String
    /// A line as in `authorized_keys`.
    package var publicKey: String
    package var createTime: Timestamp
    package var tags = Tags()

    package init(
        id: String, name: String, type: String, fingerprint: String, publicKey: String, createTime: Timestamp
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.fingerprint = fingerprint
        self.publicKey = publicKey
        self.createTime = createTime
    }
}
