package import ServiceModel

/// What lifecycle rules do to a bucket: they expire objects and old versions, move them to other storage classes, and
/// abort uploads.
///
/// A bucket is looked at when something in it falls due, and not before.
extension S3Bucket {
    /// Something that a rule does to one version.
    private struct Action {
        enum Kind { case expire, remove, move(to: String) }

        var kind: Kind
        var due: Timestamp
    }

    /// When something happens next to the versions of a key; nil where nothing will.
    private func nextDue(_ key: ObjectKey, after now: Timestamp, _ rules: [LifecycleRule]) -> Timestamp? {
        let versions = versions(key)
        return versions.indices.compactMap { index in
            let actions = actions(key, index, rules)
            let later = actions.map(\.due).filter { $0 > now }
            let overdue = waiting(actions.filter { $0.due <= now }, versions[index], now)
            return (later + [overdue].compactMap { $0 }).min()
        }.min()
    }

    /// When what could have been done to a version before is done: at the next midnight, or once its lock is over.
    private func waiting(_ actions: [Action], _ object: S3Object, _ now: Timestamp) -> Timestamp? {
        let removes = actions.contains { if case .remove = $0.kind { true } else { false } }
        if removes, object.isLocked(at: now) { return object.hasLegalHold ? nil : object.retention?.until }
        guard let last = actions.max(by: { $0.due < $1.due }) else { return nil }
        let expires = actions.contains { if case .expire = $0.kind { true } else { false } }
        if !removes, !expires, case .move(let storageClass) = last.kind, storageClass == object.storageClass {
            return nil
        }
        return now.adding(milliseconds: 1).nextMidnight
    }

    /// When rules next have something to do in the bucket; nil where they have not.
    func nextLifecycleDue(after now: Timestamp) -> Timestamp? {
        let rules = lifecycleRules
        guard !rules.isEmpty else { return nil }
        let ofObjects = keys.compactMap { nextDue($0, after: now, rules) }.min()
        let ofUploads = uploads.compactMap { abortion($0, rules) }.map { later($0, now) }.min()
        return [ofObjects, ofUploads].compactMap { $0 }.min()
    }

    /// When rules next have something to do to what was just stored under a key, or with an upload to it.
    func nextLifecycleDue(_ key: ObjectKey, after now: Timestamp) -> Timestamp? {
        let rules = lifecycleRules.filter { $0.matches(key) }
        guard !rules.isEmpty else { return nil }
        let ofUploads = uploads.filter { $0.key == key }.compactMap { abortion($0, rules) }
            .map { later($0, now) }.min()
        return [nextDue(key, after: now, rules), ofUploads].compactMap { $0 }.min()
    }

    private func later(_ due: Timestamp, _ now: Timestamp) -> Timestamp {
        due > now ? due : now.adding(milliseconds: 1).nextMidnight
    }

    private func abortion(_ upload: S3Upload, _ rules: [LifecycleRule]) -> Timestamp? {
        rules.filter { $0.matches(upload.key) }.compactMap { $0.abortion?.due(since: upload.object.modified) }.min()
    }

    /// All that rules will do to a version, whenever that is.
    private func actions(_ key: ObjectKey, _ index: Int, _ rules: [LifecycleRule]) -> [Action] {
        let versions = versions(key)
        let object = versions[index]
        var actions: [Action] = []
        for rule in rules where rule.matches(key, object) {
            if index < versions.count - 1 {
                let since = versions[index + 1].modified
                if let moment = rule.noncurrentExpiration, versions.count - 2 - index >= rule.keptVersions {
                    actions.append(Action(kind: .remove, due: moment.due(since: since)))
                }
                guard !object.isDeleteMarker else { continue }
                actions += rule.noncurrentTransitions.map {
                    Action(kind: .move(to: $0.storageClass), due: $0.moment.due(since: since))
                }
            } else if object.isDeleteMarker {
                // A marker that hides nothing goes, by itself or with the objects of its age.
                guard versions.count == 1, rule.cleansMarkers || rule.expiration?.days != nil else { continue }
                let moment = rule.cleansMarkers ? nil : rule.expiration
                actions.append(Action(kind: .remove, due: moment?.due(since: object.modified) ?? object.modified))
            } else {
                if let moment = rule.expiration {
                    actions.append(Action(kind: .expire, due: moment.due(since: object.modified)))
                }
                actions += rule.transitions.map {
                    Action(kind: .move(to: $0.storageClass), due: $0.moment.due(since: object.modified))
                }
            }
        }
        return actions
    }

    /// Does what is due.
    mutating func applyLifecycle(at now: Timestamp, _ ids: inout IDGenerator) {
        let rules = lifecycleRules
        for upload in uploads where abortion(upload, rules).map({ $0 <= now }) ?? false { removeUpload(upload.id) }
        for key in keys {
            // Oldest first: what is removed does not count for the versions after it.
            for version in versions(key) {
                guard let index = versions(key).firstIndex(where: { $0.versionID == version.versionID }) else {
                    continue
                }
                let due = actions(key, index, rules).filter { $0.due <= now }
                if due.contains(where: { if case .remove = $0.kind { true } else { false } }) {
                    if !version.isLocked(at: now) { remove(key, version.versionID) }
                } else if due.contains(where: { if case .expire = $0.kind { true } else { false } }) {
                    expire(key, at: now, &ids)
                } else if let last = due.max(by: { $0.due < $1.due }), case .move(let storageClass) = last.kind {
                    change(key, version.versionID) { $0.storageClass = storageClass }
                }
            }
        }
    }

    private mutating func expire(_ key: ObjectKey, at now: Timestamp, _ ids: inout IDGenerator) {
        guard versioning != nil else {
            remove(key, S3Object.noVersion)
            return
        }
        var marker = S3Object(modified: now)
        marker.isDeleteMarker = true
        if isVersioned { marker.versionID = ids.capitals("s3/version", count: 32) }
        store(marker, key)
    }
}

extension S3Object {
    /// Whether Object Lock keeps it.
    package func isLocked(at now: Timestamp) -> Bool { hasLegalHold || retention.map { $0.until > now } ?? false }
}

extension World {
    /// Sees to it that a bucket's rules are looked at when they next have something to do.
    ///
    /// - Parameter key: what was stored or begun; nil where anything may be another than before.
    package mutating func planLifecycle(_ name: String, for key: ObjectKey? = nil) {
        guard var bucket = s3.buckets[name], bucket.configurations["lifecycle"] != nil else { return }
        let next = key.map { bucket.nextLifecycleDue($0, after: now) } ?? bucket.nextLifecycleDue(after: now)
        guard let next else { return }
        if key != nil, let planned = bucket.lifecycleDue, planned > now, planned <= next { return }
        bucket.lifecycleDue = next
        s3.buckets.insert(bucket)
        agenda.schedule(.bucketLifecycle(bucket: name), at: next)
    }

    /// Carries out a bucket's rules, unless they have been planned anew for another time.
    mutating func carryOutLifecycle(_ name: String) {
        guard var bucket = s3.buckets[name], let due = bucket.lifecycleDue, due <= now else { return }
        bucket.lifecycleDue = nil
        bucket.applyLifecycle(at: now, &ids)
        s3.buckets.insert(bucket)
        planLifecycle(name)
    }
}
