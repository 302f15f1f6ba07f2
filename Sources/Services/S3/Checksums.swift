import CloudState
import Digests
import ServiceModel

/// The checksums that clients send with a body and ask for with it.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>
enum Checksums {
    /// All that the API has, by the ends of their members' names.
    static let names = [
        "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "MD5", "SHA512", "XXHASH128", "XXHASH3", "XXHASH64",
    ]

    /// The checksum of some bytes, Base64; nil for algorithms that are only taken down.
    static func of(_ bytes: [UInt8], _ algorithm: String) -> String? {
        switch algorithm {
        case "CRC32": Base64.encode(CRC.crc32.of(bytes))
        case "CRC32C": Base64.encode(CRC.crc32c.of(bytes))
        case "CRC64NVME": Base64.encode(CRC.crc64nvme.of(bytes))
        case "SHA1": Base64.encode(Digest.sha1.of(bytes))
        case "SHA256": Base64.encode(Digest.sha256.of(bytes))
        case "MD5": Base64.encode(Digest.md5.of(bytes))
        default: nil
        }
    }

    /// The checksum that a request gives; nil where it gives none.
    static func given(_ input: Input) -> S3Checksum? {
        for name in names where input.shape.member("Checksum\(name)") != nil {
            if let value = input.string("Checksum\(name)") { return S3Checksum(algorithm: name, value: value) }
        }
        return nil
    }

    /// The checksum of a body: the one that the request gives if it is right, or one that is worked out.
    ///
    /// - Throws: `BadDigest` or `InvalidDigest` where a checksum or `Content-MD5` is not the body's.
    static func checked(
        _ bytes: [UInt8], _ input: Input, default algorithm: String? = nil
    ) throws(ServiceError) -> S3Checksum? {
        if let sent = input.string("ContentMD5") {
            guard let digest = Base64.decode(sent), digest.count == 16 else {
                throw S3Error.make("InvalidDigest", "The Content-MD5 you specified was invalid.")
            }
            guard digest == Digest.md5.of(bytes) else {
                throw S3Error.make("BadDigest", "The Content-MD5 you specified did not match what we received.")
            }
        }
        if let given = given(input) {
            if let expected = of(bytes, given.algorithm), expected != given.value {
                throw S3Error.make(
                    "BadDigest", "The \(given.algorithm) you specified did not match the calculated checksum.")
            }
            return given
        }
        let asked = input.shape.member("ChecksumAlgorithm") == nil ? nil : input.string("ChecksumAlgorithm")
        return (asked ?? algorithm).flatMap { name in
            of(bytes, name).map { S3Checksum(algorithm: name, value: $0) }
        }
    }

    /// Adds a checksum to an answer.
    static func add(_ checksum: S3Checksum?, to fields: inout Fields, withType: Bool = true) {
        guard let checksum else { return }
        fields["Checksum\(checksum.algorithm)"] = .string(checksum.value)
        if withType { fields["ChecksumType"] = .string(checksum.type) }
    }
}
