import Digests
import Glibc
import JSONValue
import Synchronization

/// An image that can be run: its configuration, and its files as a folder.
package struct Image: Sendable {
    package var reference: ImageReference
    /// The manifest's digest, or the configuration's where the image came without a manifest.
    package var digest: String
    package var configuration: ImageConfiguration
    /// What is to be the root of containers, read-only: containers share it.
    package var root: RootTree
}

/// The images that this machine has: folders with OCI image layouts and archives, and a cache of unpacked roots.
///
/// Roots are known by the digests of their layers, so that an image is unpacked once, whatever names it has and whoever
/// asks. Nothing is fetched from a network.
package final class ImageStore: Sendable {
    private let folders: [String]
    private let cache: String
    private let limits: ImageLimits
    /// Held while an image is looked for and unpacked: two who want the same one wait for one another.
    private let known = Mutex<[NamedImage]?>(nil)

    /// - Parameters:
    ///   - folders: where images are; what an earlier one has hides what a later one has under the same name.
    ///   - cache: a folder that is made when it is first needed.
    package init(folders: [String], cache: String, limits: ImageLimits = ImageLimits()) {
        self.folders = folders
        self.cache = cache
        self.limits = limits
    }

    /// `SKYLAB_CACHE`, `XDG_CACHE_HOME/skylab` or `~/.cache/skylab`, and in it `images`.
    package static func defaultCache(_ environment: (String) -> String?) -> String {
        if let named = environment("SKYLAB_CACHE") { return "\(named)/images" }
        if let cache = environment("XDG_CACHE_HOME"), cache.hasPrefix("/") { return "\(cache)/skylab/images" }
        if let home = environment("HOME"), home.hasPrefix("/") { return "\(home)/.cache/skylab/images" }
        return "/var/tmp/skylab-\(getuid())/images"
    }

    /// The image of a reference, unpacked.
    ///
    /// Blocks while it reads; the first time that may be seconds.
    package func image(_ reference: ImageReference) throws(ImageError) -> Image {
        try locked { names throws(ImageError) in
            var named = find(reference, names ?? [])
            if named == nil {
                // It may have been put there since.
                names = scan()
                named = find(reference, names ?? [])
            }
            guard let named else {
                let isKnown = (names ?? []).contains { $0.repository == reference.shortRepository }
                throw isKnown ? .noTag(reference) : .noRepository(reference)
            }
            let contents = try contents(of: named)
            if let digest = reference.digest, named.digest == nil, contents.digest != digest { throw .noTag(reference) }
            return try unpack(contents, reference)
        }
    }

    /// An image whose manifest, configuration and layers are in memory, as a registry has them.
    ///
    /// - Parameter blob: the bytes of a digest.
    package func image(
        _ reference: ImageReference, manifest: [UInt8], blob: (String) -> [UInt8]?
    ) throws(ImageError) -> Image {
        try locked { _ throws(ImageError) in
            try FileSystem.makeFolders("\(cache)/tmp")
            let folder = "\(cache)/tmp/\(getpid())-blobs"
            FileSystem.remove(folder)
            try FileSystem.makeFolders(folder)
            defer { FileSystem.remove(folder) }
            let digest = "sha256:\(Digest.sha256.of(manifest).hex)"
            let contents = try ImageContents.contents(digest, limits, where: "\(reference)") {
                digest throws(ImageError) in
                if digest == "sha256:\(Digest.sha256.of(manifest).hex)" { return manifest }
                guard let bytes = blob(digest) else {
                    throw .unusable(where: "\(reference)", reason: "\(digest) is not there")
                }
                return bytes
            } file: {
                "\(folder)/\($0.dropFirst(7))"
            }
            if let root = unpacked(contents) {
                return Image(reference: reference, digest: digest, configuration: contents.configuration, root: root)
            }
            for layer in contents.layers {
                guard let digest = layer.digest, let bytes = blob(digest), write(bytes, to: layer.file) else {
                    throw .unusable(where: "\(reference)", reason: "layer \(layer.name) is not there")
                }
            }
            return try unpack(contents, reference)
        }
    }

    /// The names of all images, for people: `repository:tag`.
    package var names: [String] {
        known.withLock { names in
            let all = names ?? scan()
            names = all
            return all.flatMap { image in image.tags.map { "\(image.repository):\($0)" } }
        }
    }

    /// The digests of images whose repository is one of ECR's, by `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG`.
    package var registryImages: [String: String] {
        let found = try? locked { names throws(ImageError) -> [String: String] in
            let all = names ?? scan()
            names = all
            var digests: [String: String] = [:]
            for image in all where image.repository.prefix(while: { $0 != "/" }).contains(".dkr.ecr.") {
                guard let digest = image.digest ?? (try? contents(of: image).digest) else { continue }
                for tag in image.tags { digests["\(image.repository):\(tag)"] = digest }
            }
            return digests
        }
        return found ?? [:]
    }

    private func locked<Result>(
        _ body: (inout [NamedImage]?) throws(ImageError) -> Result
    ) throws(ImageError) -> Result where Result: Sendable {
        let result = known.withLock { names -> Swift.Result<Result, ImageError> in
            do throws(ImageError) { return .success(try body(&names)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    // MARK: Finding

    private func scan() -> [NamedImage] {
        var found: [NamedImage] = []
        for folder in folders { scan(folder, name: "", depth: 0, &found) }
        return found
    }

    private func scan(_ folder: String, name: String, depth: Int, _ found: inout [NamedImage]) {
        if FileSystem.status("\(folder)/index.json") != nil || FileSystem.status("\(folder)/manifest.json") != nil {
            found += ImageLayout.images(
                in: .folder(folder), name: name.isEmpty ? Self.lastName(folder) : name, limits: limits)
            return
        }
        guard depth < 4 else { return }
        for entry in FileSystem.names(in: folder) where !entry.hasPrefix(".") {
            let path = "\(folder)/\(entry)"
            let inner = name.isEmpty ? entry : "\(name)/\(entry)"
            if FileSystem.isFolder(path) {
                scan(path, name: inner, depth: depth + 1, &found)
            } else if let ending = [".tar", ".tar.gz", ".tgz"].first(where: entry.hasSuffix) {
                found += ImageLayout.images(
                    in: .archive(path), name: String(inner.dropLast(ending.count)), limits: limits)
            }
        }
    }

    private static func lastName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private func find(_ reference: ImageReference, _ names: [NamedImage]) -> NamedImage? {
        let candidates = names.filter { $0.repository == reference.shortRepository }
        if let digest = reference.digest {
            return candidates.first { $0.digest == digest } ?? candidates.first { $0.digest == nil }
        }
        guard let tag = reference.tag else { return nil }
        return candidates.first { $0.tags.contains(tag) }
            ?? candidates.first { image in image.tags.contains { Self.matches($0, tag) } }
    }

    /// Whether a tag is one that a pattern with `*` stands for.
    static func matches(_ pattern: String, _ tag: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return pattern == tag }
        guard tag.hasPrefix(first), tag.count >= first.count + last.count, tag.hasSuffix(last) else { return false }
        return parts.count == 2
            ? true : matches(parts.dropFirst().joined(separator: "*"), String(tag.dropFirst(first.count)))
    }

    private func contents(of named: NamedImage) throws(ImageError) -> ImageContents {
        var folder = named.source.path
        if case .archive(let path) = named.source { folder = try opened(path) }
        if let digest = named.digest { return try .layout(folder, digest: digest, limits: limits) }
        return try .saved(folder, place: named.place, limits: limits)
    }

    /// The folder that an archive is unpacked to.
    private func opened(_ path: String) throws(ImageError) -> String {
        guard let status = FileSystem.status(path) else { throw .unusable(where: path, reason: "it is gone") }
        let key = "\(path) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        let folder = "\(cache)/archives/\(Digest.sha256.of(key).hex)"
        if FileSystem.isFolder(folder) { return folder }
        try build(folder) { temporary throws(ImageError) in
            var unpacker = LayerUnpacker(into: temporary, limits: limits, owner: nil)
            try unpacker.add(path)
        }
        return folder
    }

    // MARK: Unpacking

    private func place(of contents: ImageContents) -> String {
        let owner = Self.owner.map { " \($0)" } ?? ""
        return "\(cache)/roots/\(Digest.sha256.of(contents.layers.map(\.name).joined(separator: " ") + owner).hex)"
    }

    private func unpacked(_ contents: ImageContents) -> RootTree? {
        let folder = place(of: contents)
        return FileSystem.isFolder(folder) ? RootTree(path: folder) : nil
    }

    private func unpack(_ contents: ImageContents, _ reference: ImageReference) throws(ImageError) -> Image {
        let folder = place(of: contents)
        if !FileSystem.isFolder(folder) {
            try contents.verify()
            try build(folder) { temporary throws(ImageError) in
                var unpacker = LayerUnpacker(into: temporary, limits: limits, owner: Self.owner)
                for layer in contents.layers { try unpacker.add(layer.file) }
            }
        }
        return Image(
            reference: reference, digest: contents.digest, configuration: contents.configuration,
            root: RootTree(path: folder))
    }

    /// Boxes of a grader that root started belong to this user, and must be able to read what only the owner may.
    private static let owner: uid_t? = geteuid() == 0 ? 65534 : nil

    /// Makes a folder that is there with all that is in it, or not at all.
    private func build(_ folder: String, _ fill: (String) throws(ImageError) -> Void) throws(ImageError) {
        let key = Self.lastName(folder)
        let temporary = "\(cache)/tmp/\(getpid())-\(key)"
        try FileSystem.makeFolders(String(folder.dropLast(key.count + 1)))
        try FileSystem.makeFolders("\(cache)/tmp")
        FileSystem.remove(temporary)
        try FileSystem.makeFolders(temporary)
        if let owner = Self.owner { chown(temporary, owner, owner) }
        do throws(ImageError) { try fill(temporary) } catch {
            FileSystem.remove(temporary)
            throw error
        }
        guard rename(temporary, folder) == 0 || FileSystem.isFolder(folder) else {
            let reason = FileSystem.lastError()
            FileSystem.remove(temporary)
            throw .cache("\(folder): \(reason)")
        }
        // Another process was faster.
        if FileSystem.status(temporary) != nil { FileSystem.remove(temporary) }
    }

    private func write(_ bytes: [UInt8], to path: String) -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        return bytes.withUnsafeBytes { all in
            var written = 0
            while written < all.count {
                let count = Glibc.write(file, all.baseAddress?.advanced(by: written), all.count - written)
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }
}
