import KeyMaterial
import ServiceModel
import Testing

struct KeyMaterialTests {
    @Test func `the same seed makes the same RSA key, another seed another one`() {
        let first = GeneratedKey.rsa(seed: "a", format: .pem, comment: "key")
        #expect(first.privateText == GeneratedKey.rsa(seed: "a", format: .pem, comment: "key").privateText)
        #expect(first.fingerprint != GeneratedKey.rsa(seed: "b", format: .pem, comment: "key").fingerprint)
        #expect(first.fingerprint.utf8.count == 59)
        #expect(first.privateText.hasPrefix("-----BEGIN RSA PRIVATE KEY-----\n"))
    }

    @Test func `what was generated can be imported`() throws {
        for key in [
            GeneratedKey.rsa(seed: "a", format: .ppk, comment: "key"),
            try #require(GeneratedKey.ed25519(seed: "a", format: .pem, comment: "key")),
        ] {
            let line = key.publicKey.openSSH(comment: "me@example.com")
            #expect(try PublicKey(importing: Array(line.utf8)) == key.publicKey)
        }
    }

    @Test func `an imported RSA key has the fingerprint that openssl computes`() throws {
        // openssl rsa -in key.pem -pubout -outform DER | openssl md5 -c
        let line =
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQD3F6tyPEFEzV0LX3X8BsXdMsQz1x2cEikKDEY0aIj41qgxMCP/iteneqXSIFZBp5vizPvaoIR3Um9xK7PGoW8giupGn+EPuxIA4cDM4vzOqOkiMPhz5XK0whEjkVzTo4+S0puvDZuwIsdiW9mxhJc7tgBNL0cYlWSYVkz4G/fslNfRPW5mYAM49f4fhtxPb5ok4Q2Lg9dPKVHO/Bgeu5woMc7RY0p1ej6D4CKFE6lymSDJpW0YHX/wqE9+cfEauh7xZcG0q9t2ta6F6fmX0agvpFyZo8aFbXeUBr7osSCJNgvavWbM/06niWrOvYX2xwWdhXmXSrbX8ZbabVohBK41"
        #expect(throws: PublicKey.Failure.self) { try PublicKey(importing: Array(line.utf8)) }
    }

    @Test(arguments: ["", "ssh-rsa", "ssh-rsa !!!!", "ssh-dss AAAAB3NzaC1kc3M=", "hello world", "ssh-ed25519 AAAA"])
    func `what is no key is refused`(text: String) {
        #expect(throws: PublicKey.Failure.format) { try PublicKey(importing: Array(text.utf8)) }
    }
}
