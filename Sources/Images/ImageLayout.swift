import CLibArchive
import Glibc
import JSONValue

/// Where images are: a folder in OCI's layout, or an archive of one, or of `docker save`.
enum ImageSource: Sendable, Hashable {
    case folder(String)
    case archive(String)

    var path: String {
        switch self {
        case .folder(let path), .archive(let path): path
        }
    }
}

/// An image that a source names.
struct NamedImage: Sendable {
    /// As `ImageReference.shortRepository`.
    var repository: String
    /// Tags; `*` stands for any characters.
    var tags: [String]
    /// The manifest's digest where the source is in OCI's layout, else nil.
    var digest: String?
    /// The place in `manifest.json` where it is of `docker save`.
    var place: Int
    var source: ImageSource
}

/// Reads which images a source has, without their layers.
///
/// <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>
enum ImageLayout {
    private static let refName = "org.opencontainers.image.ref.name"
    /// Docker's and containerd's annotation with the whole name.
    private static let fullName = "io.containerd.image.name"
    /// Ours, for stand-ins: tags that an image answers to besides its own.
    private static let moreTags = "dev.skylab.image.tags"

    /// - Parameter name: the repository where the source does not say.
    static func images(in source: ImageSource, name: String, limits: ImageLimits) -> [NamedImage] {
        let (index, manifest) = documents(of: source, limits: limits)
        if let entries = index?["manifests"]?.arrayValue {
            return entries.compactMap { entry in
                guard let digest = entry["digest"]?.stringValue, ImageReference.isDigest(digest) else { return nil }
                let notes = entry["annotations"]
                let more = notes?[moreTags]?.stringValue?.split(separator: " ").map(String.init) ?? []
                let text = notes?[fullName]?.stringValue ?? notes?[refName]?.stringValue
                let (repository, tag) = named(text, name)
                return NamedImage(repository: repository, tags: [tag] + more, digest: digest, place: 0, source: source)
            }
        }
        return (manifest?.arrayValue ?? []).enumerated().flatMap { place, entry -> [NamedImage] in
            let names = entry["RepoTags"]?.arrayValue?.compactMap(\.stringValue) ?? []
            return (names.isEmpty ? [name] : names).map { text in
                let (repository, tag) = named(text, name)
                return NamedImage(repository: repository, tags: [tag], digest: nil, place: place, source: source)
            }
        }
    }

    /// What a name in a source means: a tag, or a whole reference.
    private static func named(_ text: String?, _ name: String) -> (repository: String, tag: String) {
        guard let text, !text.isEmpty else { return (name, "latest") }
        if !text.contains("/"), !text.contains(":"), ImageReference.isTag(text), text != name { return (name, text) }
        guard let reference = try? ImageReference(text) else { return (name, "latest") }
        return (reference.shortRepository, reference.tag ?? "latest")
    }

    private static func documents(of source: ImageSource, limits: ImageLimits) -> (index: JSON?, manifest: JSON?) {
        func parsed(_ bytes: [UInt8]?) -> JSON? { bytes.flatMap { try? JSON.parse($0) } }
        switch source {
        case .folder(let path):
            let tree = RootTree(path: path)
            return (
                parsed(tree.contents("index.json", limit: limits.document)),
                parsed(tree.contents("manifest.json", limit: limits.document))
            )
        case .archive(let path):
            let found = documents(inArchive: path, limits: limits)
            return (parsed(found["index.json"]), parsed(found["manifest.json"]))
        }
    }

    private static func documents(inArchive path: String, limits: ImageLimits) -> [String: [UInt8]] {
        guard let archive = archive_read_new() else { return [:] }
        defer { archive_read_free(archive) }
        archive_read_support_format_tar(archive)
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_zstd(archive)
        guard archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else { return [:] }
        var found: [String: [UInt8]] = [:]
        var entry: OpaquePointer?
        var entries = 0
        while archive_read_next_header(archive, &entry) == ARCHIVE_OK, let entry, entries < limits.entries {
            entries += 1
            guard let pointer = archive_entry_pathname(entry) else { continue }
            var name = String(cString: pointer)
            if name.hasPrefix("./") { name.removeFirst(2) }
            guard name == "index.json" || name == "manifest.json" else { continue }
            let size = Int(archive_entry_size(entry))
            guard size >= 0, size <= limits.document else { continue }
            var bytes = [UInt8](repeating: 0, count: size)
            var filled = 0
            while filled < size {
                let count = bytes.withUnsafeMutableBytes {
                    archive_read_data(archive, $0.baseAddress?.advanced(by: filled), size - filled)
                }
                guard count > 0 else { break }
                filled += count
            }
            if filled == size { found[name] = bytes }
        }
        return found
    }
}
