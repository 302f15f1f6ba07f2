import Digests
import Submissions

/// What a result depends on, as one digest: equal keys, equal results.
struct CacheKey {
    var engineVersion: String
    var labDigest: String
    var seed: String

    /// The key of a submission. One that cannot be read has that of its reason.
    func key(ofSubmissionAt path: String) -> String {
        let digest: String
        do { digest = try Submission(at: path).digest } catch { digest = "unreadable: \(error.message)" }
        return Digest.sha256.of([engineVersion, labDigest, seed, digest].joined(separator: "\u{0}")).hex
    }
}
