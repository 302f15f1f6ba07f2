package import ServiceModel

/// A rule of a bucket's lifecycle configuration.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>
package struct LifecycleRule: Sendable {
    /// When something happens, counted from when an object was stored or a version became an old one.
    struct Moment: Sendable {
        var days: Int?
        var date: Timestamp?

        init?(_ value: Value?, _ name: String) {
            days = value?[name]?.number
            if case .timestamp(let date)? = value?["Date"] { self.date = date }
            if days == nil, date == nil { return nil }
        }

        /// AWS counts days, and acts at the midnight that follows.
        func due(since start: Timestamp) -> Timestamp {
            if let date { return date }
            return start.adding(milliseconds: (days ?? 0) * Self.day).nextMidnight
        }

        static let day = 86_400_000
    }

    package let id: String
    private let prefix: String
    private let tags: [(key: String, value: String)]
    private let largerThan: Int?
    private let smallerThan: Int?
    let expiration: Moment?
    let cleansMarkers: Bool
    let transitions: [(moment: Moment, storageClass: String)]
    let noncurrentExpiration: Moment?
    /// How many old versions stay whatever their age.
    let keptVersions: Int
    let noncurrentTransitions: [(moment: Moment, storageClass: String)]
    let abortion: Moment?

    /// The rule as the model spells it; nil where it is turned off.
    init?(_ value: Value) {
        guard value["Status"]?.text == "Enabled" else { return nil }
        id = value["ID"]?.text ?? ""
        let filter = value["Filter"]
        let all = filter?["And"] ?? filter
        prefix = all?["Prefix"]?.text ?? value["Prefix"]?.text ?? ""
        let wanted = (filter?["And"]?["Tags"]?.elements ?? []) + (filter?["Tag"].map { [$0] } ?? [])
        tags = wanted.map { ($0["Key"]?.text ?? "", $0["Value"]?.text ?? "") }
        largerThan = all?["ObjectSizeGreaterThan"]?.number
        smallerThan = all?["ObjectSizeLessThan"]?.number
        expiration = Moment(value["Expiration"], "Days")
        cleansMarkers = value["Expiration"]?["ExpiredObjectDeleteMarker"] == .boolean(true)
        transitions = Self.transitions(value["Transitions"], "Days")
        noncurrentExpiration = Moment(value["NoncurrentVersionExpiration"], "NoncurrentDays")
        keptVersions = value["NoncurrentVersionExpiration"]?["NewerNoncurrentVersions"]?.number ?? 0
        noncurrentTransitions = Self.transitions(value["NoncurrentVersionTransitions"], "NoncurrentDays")
        abortion = Moment(value["AbortIncompleteMultipartUpload"], "DaysAfterInitiation")
    }

    private static func transitions(_ list: Value?, _ name: String) -> [(moment: Moment, storageClass: String)] {
        (list?.elements ?? []).compactMap { value in
            guard let storageClass = value["StorageClass"]?.text, let moment = Moment(value, name) else { return nil }
            return (moment, storageClass)
        }
    }

    func matches(_ key: ObjectKey) -> Bool { key.text.utf8.starts(with: prefix.utf8) }

    func matches(_ key: ObjectKey, _ object: S3Object) -> Bool {
        matches(key) && tags.allSatisfy { object.tags[$0.key] == $0.value }
            && object.bytes.count > largerThan ?? -1 && object.bytes.count < smallerThan ?? .max
    }
}

extension Timestamp {
    /// This moment if it is a midnight (UTC), or else the next one.
    var nextMidnight: Timestamp {
        let day = LifecycleRule.Moment.day
        return Timestamp(milliseconds: (milliseconds + day - 1) / day * day)
    }
}

extension S3Bucket {
    /// The rules that are turned on.
    package var lifecycleRules: [LifecycleRule] {
        (configurations["lifecycle"]?["Rules"]?.elements ?? []).compactMap(LifecycleRule.init)
    }

    /// When an object's newest version expires, and by which rule; nil where it stays.
    package func expiration(of object: S3Object, _ key: String) -> (rule: String, due: Timestamp)? {
        guard !object.isDeleteMarker else { return nil }
        return lifecycleRules.filter { $0.matches(ObjectKey(key), object) }
            .compactMap { rule in rule.expiration.map { (rule.id, $0.due(since: object.modified)) } }
            .min { $0.1 < $1.1 }
    }
}
