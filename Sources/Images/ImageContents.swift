import CLibArchive
import Digests
import Glibc
import JSONValue

/// An image's documents, and the files that its layers are in.
struct ImageContents {
    /// A layer's file and what it must be.
    struct Layer {
        var file: String
        /// Of the file as it is.
        var digest: String?
        /// Of the tar archive in it; asked for where there is no digest of the file.
        var unpackedDigest: String?

        /// What the layer is known by.
        var name: String { digest ?? unpackedDigest ?? file }
    }

    var digest: String
    var configuration: ImageConfiguration
    var layers: [Layer]

    /// Reads a manifest of an OCI layout, and through it the configuration. Digests of documents are verified.
    ///
    /// <https://github.com/opencontainers/image-spec/blob/main/manifest.md>
    static func layout(_ folder: String, digest: String, limits: ImageLimits) throws(ImageError) -> ImageContents {
        let tree = RootTree(path: folder)
        let read = { (digest: String) throws(ImageError) -> [UInt8] in
            try document(digest, tree.contents("blobs/sha256/\(digest.dropFirst(7))", limit: limits.document), folder)
        }
        return try contents(digest, limits, where: folder, read) { digest in
            tree.resolve("blobs/sha256/\(digest.dropFirst(7))").map(tree.place)
        }
    }

    static func contents(
        _ digest: String, _ limits: ImageLimits, where place: String, _ read: (String) throws(ImageError) -> [UInt8],
        file: (String) -> String?
    ) throws(ImageError) -> ImageContents {
        var digest = digest
        var manifest = try parsed(try read(digest), digest)
        // An index of images for several machines; one in another is refused.
        if let entries = manifest["manifests"]?.arrayValue {
            guard let chosen = choose(entries) else {
                throw .unusable(where: place, reason: "no image in \(digest) is for linux/\(architecture)")
            }
            digest = chosen
            manifest = try parsed(try read(digest), digest)
        }
        guard let config = manifest["config"]?["digest"]?.stringValue, ImageReference.isDigest(config),
            let entries = manifest["layers"]?.arrayValue
        else { throw .unusable(where: place, reason: "\(digest) is not an image manifest") }
        guard entries.count <= limits.layers else {
            throw .unusable(where: place, reason: "it has more than \(limits.layers) layers")
        }
        let configuration = ImageConfiguration(try parsed(try read(config), config))
        var layers: [Layer] = []
        for entry in entries {
            guard let layer = entry["digest"]?.stringValue, ImageReference.isDigest(layer), let path = file(layer)
            else {
                throw .unusable(where: place, reason: "a layer of \(digest) has no digest")
            }
            layers.append(Layer(file: path, digest: layer))
        }
        return ImageContents(digest: digest, configuration: configuration, layers: layers)
    }

    /// Reads what `docker save` or `skopeo` wrote, as it is unpacked in a folder.
    static func saved(_ folder: String, place: Int, limits: ImageLimits) throws(ImageError) -> ImageContents {
        let tree = RootTree(path: folder)
        guard let bytes = tree.contents("manifest.json", limit: limits.document),
            let entry = (try? JSON.parse(bytes))?[place], let name = entry["Config"]?.stringValue,
            let config = tree.contents(name, limit: limits.document)
        else { throw .unusable(where: folder, reason: "its manifest.json names no image") }
        let digest = "sha256:\(Digest.sha256.of(config).hex)"
        let named = name.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
        guard named.utf8.count != 64 || digest == "sha256:\(named)" else {
            throw .unusable(where: name, reason: "the configuration's digest is \(digest), not what its name says")
        }
        let configuration = ImageConfiguration(try parsed(config, name))
        let files = entry["Layers"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard files.count == configuration.layerDigests.count, files.count <= limits.layers else {
            throw .unusable(
                where: name,
                reason: "it has \(files.count) layers, its configuration names \(configuration.layerDigests.count)")
        }
        var layers: [Layer] = []
        for (file, digest) in zip(files, configuration.layerDigests) {
            guard let names = tree.resolve(file) else {
                throw .unusable(where: name, reason: "there is no layer \(file.prefix(100))")
            }
            layers.append(Layer(file: tree.place(names), digest: nil, unpackedDigest: digest))
        }
        return ImageContents(digest: digest, configuration: configuration, layers: layers)
    }

    /// Holds every layer's file against its digest.
    func verify() throws(ImageError) {
        for layer in layers {
            let found: String?
            if layer.digest != nil {
                found = FileSystem.digest(layer.file)
            } else {
                found = Self.unpackedDigest(layer.file)
            }
            guard let found else { throw .unusable(where: "layer \(layer.name)", reason: "it is not there") }
            guard found == layer.name else {
                throw .unusable(where: "layer \(layer.name)", reason: "its digest is \(found)")
            }
        }
    }

    static var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }

    private static func choose(_ entries: [JSON]) -> String? {
        let fitting = entries.filter { entry in
            let platform = entry["platform"]
            return platform == nil
                || platform?["os"]?.stringValue == "linux" && platform?["architecture"]?.stringValue == architecture
        }
        return fitting.compactMap { $0["digest"]?.stringValue }.first(where: ImageReference.isDigest)
    }

    private static func document(_ digest: String, _ bytes: [UInt8]?, _ place: String) throws(ImageError) -> [UInt8] {
        guard let bytes else { throw .unusable(where: place, reason: "\(digest) is not there, or too large") }
        let found = "sha256:\(Digest.sha256.of(bytes).hex)"
        guard found == digest else { throw .unusable(where: place, reason: "the digest of \(digest) is \(found)") }
        return bytes
    }

    private static func parsed(_ bytes: [UInt8], _ name: String) throws(ImageError) -> JSON {
        do { return try JSON.parse(bytes) } catch { throw .unusable(where: name, reason: "\(error)") }
    }

    private static func unpackedDigest(_ file: String) -> String? {
        guard let archive = archive_read_new() else { return nil }
        defer { archive_read_free(archive) }
        archive_read_support_format_raw(archive)
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_zstd(archive)
        var entry: OpaquePointer?
        guard archive_read_open_filename(archive, file, 1 << 17) == ARCHIVE_OK,
            archive_read_next_header(archive, &entry) == ARCHIVE_OK
        else { return nil }
        var state = DigestState(.sha256)
        var chunk = [UInt8](repeating: 0, count: 1 << 17)
        while true {
            let count = archive_read_data(archive, &chunk, chunk.count)
            guard count >= 0 else { return nil }
            guard count > 0 else { return "sha256:\(state.finish().hex)" }
            state.update(chunk[..<count])
        }
    }
}
