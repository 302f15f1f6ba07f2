import Digests
import Testing

struct DigestTests {
    /// The examples of FIPS 180-4 and NIST's CAVP, and lengths around the edges of a block.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (String(repeating: "a", count: 56), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
        (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    ])
    func `a digest is the published one`(text: String, digest: String) {
        #expect(Digest.sha256.of(text).hex == digest)
    }

    @Test func `a million letters, in pieces`() {
        var hash = DigestState(.sha256)
        for _ in 0..<1_000 { hash.update(repeatElement(UInt8(ascii: "a"), count: 1_000)) }
        #expect(hash.finish().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    /// RFC 1321 §A.5, RFC 3174 §7.3, RFC 2202 §3 (test case 2), RFC 8032 §7.1 (test 1).
    @Test func `the other functions give what their specifications list`() throws {
        #expect(Digest.md5.of("message digest").hex == "f96b697d7cb7938d525a2f31aaf161d0")
        #expect(Digest.sha1.of("abc").hex == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            Digest.sha1.hmac(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8)).hex
                == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        let secret: [UInt8] = [
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49,
            0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
        ]
        let point = try #require(Ed25519.publicKey(secret: secret))
        #expect(point.hex == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        #expect(Ed25519.publicKey(secret: [1, 2, 3]) == nil)
    }
}

/// The check values of the catalogue, for the text `123456789`.
struct CRCTests {
    @Test(arguments: [
        ("cbf43926", CRC.crc32), ("e3069283", CRC.crc32c), ("ae8b14860a799888", CRC.crc64nvme),
    ])
    func `cyclic redundancy checks give the catalogue's values`(value: String, crc: CRC) {
        #expect(crc.of(Array("123456789".utf8)).hex == value)
        #expect(crc.of([]).allSatisfy { $0 == 0 })
    }
}
