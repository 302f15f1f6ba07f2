import Digests
import Submissions

/// What a result depends on, as one digest: equal keys, equal results.
struct CacheKey {
    var engineVersion: String
    var labDigest: String
    var seed: String
    /// What the lab's programs are called.
    var entries: [String]

    /// The key of a submission, and the submission's own digest. One that cannot be read has those of its reason.
    func key(ofSubmissionAt path: String) -> (key: String, digest: String) {
        let digest: String
        do { digest = try Submission(at: path, entries: entries).digest } catch {
            digest = "unreadable: \(error.message)"
        }
        return (Digest.sha256.of([engineVersion, labDigest, seed, digest].joined(separator: "\u{0}")).hex, digest)
    }
}
