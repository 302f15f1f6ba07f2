import HashTreeCollections
package import ServiceModel

/// A general purpose bucket with its objects.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html>
package struct S3Bucket: ResourceRecord {
    package let name: String
    package let region: String
    package let created: Timestamp
    /// `Enabled` or `Suspended`; nil where versioning was never turned on.
    package var versioning: String?
    package var tags = Tags()
    package var policy: String?
    /// Grants as the model spells them; nil for the owner alone.
    package var grants: Value?
    package var hasObjectLock = false
    /// When its lifecycle rules are to be looked at next.
    package var lifecycleDue: Timestamp?
    /// What clients have configured, by the name of the sub-resource, for instance `cors`.
    package private(set) var configurations = Fields()
    package private(set) var uploads = ResourceTable<S3Upload>()
    /// The keys that have versions, in order.
    package private(set) var keys: [ObjectKey] = []
    private var objects: TreeDictionary<ObjectKey, [S3Object]> = [:]
    /// What all this counts for towards the quota.
    package private(set) var weight = S3Bucket.ownWeight

    private static let ownWeight = 4096

    package var id: String { name }

    package init(name: String, region: String, created: Timestamp) {
        self.name = name
        self.region = region
        self.created = created
    }

    package var isVersioned: Bool { versioning == "Enabled" }

    // MARK: Objects

    /// The versions of an object, oldest first.
    package func versions(_ key: ObjectKey) -> [S3Object] { objects[key] ?? [] }

    /// The newest version; nil where there is none or where it is a delete marker.
    package func current(_ key: ObjectKey) -> S3Object? {
        guard let last = objects[key]?.last, !last.isDeleteMarker else { return nil }
        return last
    }

    /// The place of the first key that is not before this one.
    package func place(of key: ObjectKey) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Stores a version as the newest one; it takes the place of the one with its id.
    package mutating func store(_ object: S3Object, _ key: ObjectKey) {
        var versions = objects[key] ?? []
        if versions.isEmpty {
            keys.insert(key, at: place(of: key))
            weight += key.text.utf8.count
        }
        if let old = versions.firstIndex(where: { $0.versionID == object.versionID }) {
            weight -= versions[old].weight
            versions.remove(at: old)
        }
        versions.append(object)
        weight += object.weight
        objects[key] = versions
    }

    /// Changes a version where it stands; its bytes stay.
    package mutating func change(_ key: ObjectKey, _ versionID: String, _ change: (inout S3Object) -> Void) {
        guard var versions = objects[key], let index = versions.firstIndex(where: { $0.versionID == versionID }) else {
            return
        }
        change(&versions[index])
        objects[key] = versions
    }

    /// Removes one version for good, and returns it.
    @discardableResult
    package mutating func remove(_ key: ObjectKey, _ versionID: String) -> S3Object? {
        guard var versions = objects[key], let index = versions.firstIndex(where: { $0.versionID == versionID }) else {
            return nil
        }
        let removed = versions.remove(at: index)
        weight -= removed.weight
        if versions.isEmpty {
            objects[key] = nil
            keys.remove(at: place(of: key))
            weight -= key.text.utf8.count
        } else {
            objects[key] = versions
        }
        return removed
    }

    // MARK: Uploads

    /// Adds a multipart upload, or replaces it by what it has become.
    package mutating func insert(_ upload: S3Upload) {
        weight += upload.weight - (uploads[upload.id]?.weight ?? 0)
        uploads.insert(upload)
    }

    /// Forgets a multipart upload and its parts.
    package mutating func removeUpload(_ id: String) {
        weight -= uploads[id]?.weight ?? 0
        uploads.remove(id)
    }

    // MARK: Configurations

    /// Keeps a configuration, or forgets it.
    package mutating func configure(_ name: String, _ value: Value?) {
        weight += (value?.weight ?? 0) - (configurations[name]?.weight ?? 0)
        configurations[name] = value
    }

    /// Keeps the policy, or forgets it.
    package mutating func setPolicy(_ text: String?) {
        weight += (text?.utf8.count ?? 0) - (policy?.utf8.count ?? 0)
        policy = text
    }
}

/// A multipart upload that is under way.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>
package struct S3Upload: ResourceRecord {
    /// A part as it was uploaded last.
    package struct Part: Sendable, Equatable {
        package var number: Int
        package var bytes: [UInt8]
        package var etag: String
        package var checksum: S3Checksum?
        package var modified: Timestamp

        package init(number: Int, bytes: [UInt8], etag: String, checksum: S3Checksum?, modified: Timestamp) {
            self.number = number
            self.bytes = bytes
            self.etag = etag
            self.checksum = checksum
            self.modified = modified
        }
    }

    package let id: String
    package let key: ObjectKey
    /// The object that it becomes, without its bytes; `modified` is when it was begun.
    package let object: S3Object
    /// `CRC32` and the like; nil where the client named none.
    package let checksumAlgorithm: String?
    package let checksumType: String?
    /// By number.
    package private(set) var parts: [Part] = []
    private(set) var weight = 2048

    package init(id: String, key: ObjectKey, object: S3Object, checksumAlgorithm: String?, checksumType: String?) {
        self.id = id
        self.key = key
        self.object = object
        self.checksumAlgorithm = checksumAlgorithm
        self.checksumType = checksumType
    }

    /// Takes a part in; it replaces the one of its number.
    package mutating func insert(_ part: Part) {
        weight += part.bytes.count + 256
        let index = parts.firstIndex { $0.number >= part.number } ?? parts.endIndex
        if index < parts.endIndex, parts[index].number == part.number {
            weight -= parts[index].bytes.count + 256
            parts[index] = part
        } else {
            parts.insert(part, at: index)
        }
    }
}

extension Value {
    /// Roughly the bytes that it takes.
    fileprivate var weight: Int {
        switch self {
        case .string(let text): 32 + text.utf8.count
        case .blob(let bytes): 32 + bytes.count
        case .list(let values): values.reduce(32) { $0 + $1.weight }
        case .structure(let fields), .map(let fields):
            fields.fields.reduce(32) { $0 + 32 + $1.name.utf8.count + $1.value.weight }
        default: 32
        }
    }
}
