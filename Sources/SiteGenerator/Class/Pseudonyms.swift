import Digests
package import ReportFiles
package import ResultsFolder

/// What students are called on a site: a code that tells nobody but those who have the key who it is.
///
/// Base 32 of the first 80 bits of HMAC-SHA256(key, student id), RFC 2104 and RFC 4648: the same student has the same
/// code in every lab, and nobody can try ids out without the key. The key stays outside the site.
package struct Pseudonyms: Sendable {
    private let key: [UInt8]

    private static let fileName = "site.key"

    /// - Parameter key: 32 bytes from the system's source of randomness, or whatever a test wants.
    package init(key: [UInt8]) { self.key = key }

    /// The key of a results folder, which gets one where it has none.
    package init(of results: ResultsFolder) throws(ReportFileError) {
        let path = "\(results.path)/\(Self.fileName)"
        if let key = try? readFile(path), key.count >= 32 {
            self.key = key
            return
        }
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        try writePrivateFile(key, to: path)
    }

    /// The code of a student: sixteen characters of `[a-z2-7]`.
    package func code(of id: String) -> String {
        var bits = 0
        var count = 0
        var code = ""
        for byte in Digest.sha256.hmac(key: key, Array(id.utf8)).prefix(10) {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 5 {
                count -= 5
                code.unicodeScalars.append(Self.letters[bits >> count & 31])
            }
            bits &= 1 << count - 1
        }
        return code
    }

    private static let letters = Array("abcdefghijklmnopqrstuvwxyz234567".unicodeScalars)
}
