import Digests
import Foundation

@testable import Images

/// An entry of a tar archive.
struct TarEntry {
    var name: String
    var type: Character = "0"
    var mode = 0o644
    var contents = ""
    var target = ""

    static func file(_ name: String, _ contents: String, mode: Int = 0o644) -> TarEntry {
        TarEntry(name: name, mode: mode, contents: contents)
    }
    static func folder(_ name: String, mode: Int = 0o755) -> TarEntry { TarEntry(name: name, type: "5", mode: mode) }
    static func symlink(_ name: String, _ target: String) -> TarEntry {
        TarEntry(name: name, type: "2", target: target)
    }
    static func hardlink(_ name: String, _ target: String) -> TarEntry {
        TarEntry(name: name, type: "1", target: target)
    }

    /// <https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html>, "ustar Interchange Format".
    var bytes: [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            block.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, at: 0)
        put(octal(mode, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(contents.utf8.count, 11), at: 124)
        put(octal(1_700_000_000, 11), at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(target, at: 157)
        put("ustar\u{0}00", at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        let padding = (512 - contents.utf8.count % 512) % 512
        return block + Array(contents.utf8) + [UInt8](repeating: 0, count: padding)
    }
}

func tar(_ entries: [TarEntry]) -> [UInt8] { entries.flatMap(\.bytes) + [UInt8](repeating: 0, count: 1024) }

/// A folder with images, and a store of it; gone at the end.
final class LayoutFixture {
    let folder: String
    var limits = ImageLimits()

    init() throws {
        folder = NSTemporaryDirectory() + "images-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: "\(folder)/images", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var store: ImageStore { ImageStore(folders: ["\(folder)/images"], cache: "\(folder)/cache", limits: limits) }

    func write(_ bytes: [UInt8], to path: String) throws {
        let place = "\(folder)/images/\(path)"
        try FileManager.default.createDirectory(
            atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: place))
    }

    /// Writes an OCI layout with one image.
    func layout(_ name: String, ref: String? = nil, layers: [[TarEntry]], config: String = "{}") throws {
        func blob(_ bytes: [UInt8]) throws -> String {
            let digest = Digest.sha256.of(bytes).hex
            try write(bytes, to: "\(name)/blobs/sha256/\(digest)")
            return "sha256:\(digest)"
        }
        let tars = try layers.map { try blob(tar($0)) }
        let list = tars.map { #""\#($0)""# }.joined(separator: ",")
        let document = try blob(Array(#"{"config":\#(config),"rootfs":{"diff_ids":[\#(list)]}}"#.utf8))
        let entries = tars.map { #"{"digest":"\#($0)"}"# }.joined(separator: ",")
        let manifest = try blob(Array(#"{"config":{"digest":"\#(document)"},"layers":[\#(entries)]}"#.utf8))
        let note = ref.map { #","annotations":{"org.opencontainers.image.ref.name":"\#($0)"}"# } ?? ""
        try write(Array(#"{"manifests":[{"digest":"\#(manifest)"\#(note)}]}"#.utf8), to: "\(name)/index.json")
    }

    func image(_ reference: String) throws -> Image { try store.image(try ImageReference(reference)) }

    func text(_ path: String, in image: Image) -> String? {
        image.root.contents(path).map { String(decoding: $0, as: UTF8.self) }
    }
}
