package import ServiceModel

/// A key of an object: keys are the same, and in order, by the bytes of their UTF-8.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
package struct ObjectKey: Sendable, Hashable, Comparable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (left: ObjectKey, right: ObjectKey) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// What a client said a body's checksum is, or what was worked out.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>
package struct S3Checksum: Sendable, Equatable {
    /// For instance `CRC32`.
    package var algorithm: String
    /// Base64; of several parts, `-` and their number follow.
    package var value: String
    /// `FULL_OBJECT` or `COMPOSITE`.
    package var type: String

    package init(algorithm: String, value: String, type: String = "FULL_OBJECT") {
        self.algorithm = algorithm
        self.value = value
        self.type = type
    }
}

/// How a body is encrypted at rest, as far as clients see it.
package struct S3Encryption: Sendable, Equatable {
    /// `AES256` or `aws:kms`.
    package var algorithm: String
    package var keyID: String?
    package var usesBucketKey: Bool
    /// MD5 of the key that the client keeps itself, Base64.
    package var customerKeyMD5: String?

    package init(
        algorithm: String = "AES256", keyID: String? = nil, usesBucketKey: Bool = false, customerKeyMD5: String? = nil
    ) {
        self.algorithm = algorithm
        self.keyID = keyID
        self.usesBucketKey = usesBucketKey
        self.customerKeyMD5 = customerKeyMD5
    }
}

/// One version of an object, or a delete marker.
package struct S3Object: Sendable, Equatable {
    /// `null` where the bucket had no versions when it was stored.
    package var versionID = S3Object.noVersion
    package var isDeleteMarker = false
    package var modified: Timestamp
    package var bytes: [UInt8] = []
    /// Without the quotation marks: hexadecimal MD5, of several parts with `-` and their number.
    package var etag = ""
    /// The sizes of its parts; empty where it was stored in one.
    package var parts: [Int] = []
    package var checksum: S3Checksum?
    /// Headers that come back with it, by their members' names in the model, for instance `ContentType`.
    package var headers = Fields()
    /// The client's own metadata, by names in lower case.
    package var metadata = Fields()
    package var tags = Tags()
    package var storageClass = "STANDARD"
    package var encryption = S3Encryption()
    /// Grants as the model spells them; nil for the owner alone.
    package var grants: Value?
    /// `COMPLETED` or `REPLICA` where replication has touched it.
    package var replication: String?
    /// `GOVERNANCE` or `COMPLIANCE`, until a time.
    package var retention: Retention?
    package var hasLegalHold = false

    /// Why and until when a version may not be deleted.
    package struct Retention: Sendable, Equatable {
        package var mode: String
        package var until: Timestamp

        package init(mode: String, until: Timestamp) {
            self.mode = mode
            self.until = until
        }
    }

    /// Until when a copy of an archived object can be read.
    package var restoredUntil: Timestamp?

    /// Whether its body has to be restored before it can be read.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html>
    package func isArchived(at now: Timestamp) -> Bool {
        ["GLACIER", "DEEP_ARCHIVE"].contains(storageClass) && restoredUntil.map { $0 <= now } ?? true
    }

    package static let noVersion = "null"

    package init(modified: Timestamp) { self.modified = modified }

    /// Its bytes and what the record costs beside them.
    var weight: Int { bytes.count + 2048 }
}
