extension CallContext {
    /// The account's users, roles and policies.
    package var iam: IAMState {
        get { world.iam }
        _modify { yield &world.iam }
    }

    /// The next unique id of IAM with that prefix, for instance `AIDACKCEVSQ6C2EXAMPLE`.
    package mutating func newUniqueID(_ prefix: String) -> String {
        prefix + world.ids.capitals("iam/\(prefix)", count: 17)
    }

    /// The next access key id with that prefix (`AKIA` or `ASIA`) and its secret.
    package mutating func newAccessKey(_ prefix: String) -> (id: String, secret: String) {
        (prefix + world.ids.capitals("iam/\(prefix)", count: 16), newSecret("iam/secret", count: 40))
    }

    /// The next secret of a kind: letters, digits, `+` and `/`.
    package mutating func newSecret(_ kind: String, count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        while text.count < count {
            var bits = world.ids.bits(kind)
            for _ in 0..<10 where text.count < count {
                text.append(alphabet[Int(bits & 63)])
                bits >>= 6
            }
        }
        return text
    }
}
