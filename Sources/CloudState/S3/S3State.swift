/// Amazon S3's records. Bucket names are unique across regions, and one list shows them all.
package struct S3State: Sendable, Equatable {
    package var buckets = ResourceTable<S3Bucket>()

    package init() {}

    /// How many bytes all that is stored may have: one world lives in the grader's memory.
    package static let quota = 512 << 20

    /// How many buckets an account may have.
    /// <https://docs.aws.amazon.com/general/latest/gr/s3.html>
    package static let mostBuckets = 10_000

    /// The bytes that are stored, with what every record costs beside its body.
    package var used: Int { buckets.reduce(0) { $0 + $1.weight } }

    /// An object as it is now, or one version of it; nil where there is none or where it was deleted.
    package func object(bucket: String, key: String, versionID: String? = nil) -> S3Object? {
        guard let bucket = buckets[bucket] else { return nil }
        let key = ObjectKey(key)
        guard let versionID else { return bucket.current(key) }
        return bucket.versions(key).first { $0.versionID == versionID && !$0.isDeleteMarker }
    }
}

extension CallContext {
    /// S3's records, those of all regions.
    package var s3: S3State {
        get { world.s3 }
        _modify { yield &world.s3 }
    }
}
