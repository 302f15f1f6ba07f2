/// The name of an image: `[REGISTRY/]REPOSITORY[:TAG][@DIGEST]`, with Docker's defaults filled in.
///
/// <https://github.com/distribution/reference>
package struct ImageReference: Sendable, Hashable, CustomStringConvertible {
    /// `docker.io` where none is named.
    package var registry: String
    /// With `library/` before an official image's name.
    package var repository: String
    /// `latest` where there is neither tag nor digest.
    package var tag: String?
    /// `sha256:` and 64 hexadecimal digits.
    package var digest: String?

    package init(registry: String, repository: String, tag: String?, digest: String? = nil) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// - Throws: `ImageError.badReference`.
    package init(_ text: String) throws(ImageError) {
        var rest = Substring(text)
        if let at = rest.firstIndex(of: "@") {
            let digest = String(rest[rest.index(after: at)...])
            guard Self.isDigest(digest) else { throw .badReference(text) }
            self.digest = digest
            rest = rest[..<at]
        }
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            let tag = String(rest[rest.index(after: colon)...])
            guard Self.isTag(tag) else { throw .badReference(text) }
            self.tag = tag
            rest = rest[..<colon]
        }
        if tag == nil, digest == nil { tag = "latest" }
        let first = rest.prefix { $0 != "/" }
        if first.count < rest.count, first.contains(".") || first.contains(":") || first == "localhost" {
            registry = String(first)
            repository = String(rest.dropFirst(first.count + 1))
            if ["index.docker.io", "registry-1.docker.io"].contains(registry) { registry = "docker.io" }
        } else {
            registry = "docker.io"
            repository = String(rest)
        }
        if registry == "docker.io", !repository.contains("/") { repository = "library/\(repository)" }
        guard text.utf8.count <= 512, Self.isRegistry(registry), Self.isRepository(repository) else {
            throw .badReference(text)
        }
    }

    package var description: String {
        "\(registry)/\(repository)\(tag.map { ":\($0)" } ?? "")\(digest.map { "@\($0)" } ?? "")"
    }

    /// The name under which a store may have the image of this reference: without the registries that carry Docker's
    /// official images and without their `library`.
    package var shortRepository: String {
        let mirrors = ["docker.io": "library/", "public.ecr.aws": "docker/library/"]
        if let prefix = mirrors[registry], repository.hasPrefix(prefix) {
            return String(repository.dropFirst(prefix.count))
        }
        return registry == "docker.io" ? repository : "\(registry)/\(repository)"
    }

    /// Whether the text is `sha256:` and 64 lower-case hexadecimal digits.
    package static func isDigest(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst(7)
        return text.hasPrefix("sha256:") && digits.count == 64
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Whether the text is a tag.
    package static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128, isWord(first) else { return false }
        return text.utf8.allSatisfy { isWord($0) || $0 == 0x2D || $0 == 0x2E }
    }

    /// Whether the text is a repository's name: words of small letters and digits, joined by `.`, `_`, `-` and `/`.
    package static func isRepository(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255 else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.utf8.first, let last = part.utf8.last, isSmall(first), isSmall(last) else {
                return false
            }
            return part.utf8.allSatisfy { isSmall($0) || [0x2D, 0x2E, 0x5F].contains($0) }
        }
    }

    private static func isRegistry(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count == 1 || UInt16(parts[1]) != nil else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.allSatisfy { $0 == 0x2D || $0 != 0x5F && isWord($0) }
        }
    }

    private static func isSmall(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isSmall(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
    }
}
