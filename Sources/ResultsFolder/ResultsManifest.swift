/// What a results folder is about: its `batch.json`.
package struct ResultsManifest: Codable, Sendable, Equatable {
    /// The newest layout of a results folder that this Skylab knows. Members are only ever added within a version.
    package static let currentVersion = 1

    package var schemaVersion = ResultsManifest.currentVersion
    package var labID: String
    package var labTitle: String
    /// SHA-256 of everything in the lab that grading depends on, in hexadecimal.
    package var labDigest: String
    package var engineVersion: String
    package var seed: String
    /// When the folder was made, ISO 8601 in UTC without a fraction.
    package var createdAt: String
    /// When the last batch on it ended; nil while the first one is under way.
    package var finishedAt: String?
    /// Whether the students come from a roster; without one they are the submissions' names.
    package var hasRoster: Bool

    package init(
        labID: String, labTitle: String, labDigest: String, engineVersion: String, seed: String, createdAt: String,
        finishedAt: String? = nil, hasRoster: Bool
    ) {
        self.labID = labID
        self.labTitle = labTitle
        self.labDigest = labDigest
        self.engineVersion = engineVersion
        self.seed = seed
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.hasRoster = hasRoster
    }
}
