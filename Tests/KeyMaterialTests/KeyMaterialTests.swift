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
        // ssh-keygen -e -m PKCS8 -f key.pub | openssl pkey -pubin -outform DER | openssl md5 -c
        let line =
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCwjzN9s4m8uDYzsKqj3RPnRzB4mCi2+c2j8QeIfKvlFHdg9TVf/6FizexPbU8+hkRMSi337x28WqelLODLNVJ3YEtrbInY9iqApcGoek3hTT5QoQFPBTgqcT7Up/aU75fs0L04d5BrmzFg+5PN35YNMPb+efBMafxLhDSgVLgnwYGDoNTsv9Y0AfoF3Jo2eBSteETQsVCWGc9Ys4rJKwKusVAbJiAJ6OBfyuU5Z/Ek3We6ku8gYy8XT9tRqz51KzNxGUmCqlrZZGDrL4c38QzEY/tB4Dw0w0Hx2g6SJ+Q461EhYH52pSKlHMPCpiH/1akmyZhx7WF661YHmffw7CzZ me@example.com"
        let key = try PublicKey(importing: Array(line.utf8))
        #expect(key.type == "rsa")
        #expect(key.fingerprintOfImport == "76:35:8b:e9:25:eb:3e:28:a3:28:54:3f:9f:6f:13:d9")
        // The second word alone will do.
        let body = try #require(line.split(separator: " ").dropFirst().first)
        #expect(try PublicKey(importing: Array(body.utf8)) == key)
    }

    @Test(arguments: ["", "ssh-rsa", "ssh-rsa !!!!", "ssh-dss AAAAB3NzaC1kc3M=", "hello world", "ssh-ed25519 AAAA"])
    func `what is no key is refused`(text: String) {
        #expect(throws: PublicKey.Failure.format) { try PublicKey(importing: Array(text.utf8)) }
    }
}
