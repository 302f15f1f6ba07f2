/// Why there is no image to run.
package enum ImageError: Error, Equatable {
    /// The text is not an image reference.
    case badReference(String)
    /// No folder of the store has the repository.
    case noRepository(ImageReference)
    /// The repository is there, and has no such tag or digest.
    case noTag(ImageReference)
    /// What is there is damaged or refused: where, and what is wrong with it.
    case unusable(where: String, reason: String)
    /// The cache cannot be written.
    case cache(String)
}

extension ImageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badReference(let text): "`\(text.prefix(200))` is not an image reference"
        case .noRepository(let reference): "no image store has the repository of \(reference)"
        case .noTag(let reference): "\(reference): not found"
        case .unusable(let place, let reason): "\(place): \(reason)"
        case .cache(let reason):
            "the cache of images cannot be written: \(reason). Set SKYLAB_CACHE to a folder of yours."
        }
    }
}
