import CloudState
import ServiceModel

/// Objects and versions deleted.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html>
enum DeleteCalls {
    static let operations: [String: Handler] = [
        "DeleteObject": .write(delete),
        "DeleteObjects": .write(deleteMany),
    ]

    private static let most = 1000

    /// What a deletion came to: the version that is gone or the marker that was put.
    private struct Outcome {
        var versionID: String?
        var isMarker = false
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let key = input.string("Key") ?? ""
        try ObjectDraft.checkKey(key)
        if let match = input.string("IfMatch") {
            guard let current = bucket.current(ObjectKey(key)) else { throw S3Error.noKey(key) }
            guard Conditions.matches(match, current.etag) else { throw S3Error.preconditionFailed("If-Match") }
        }
        let outcome = try delete(
            key, input.string("VersionId"), from: &bucket,
            bypassing: input.boolean("BypassGovernanceRetention") ?? false, &context)
        try context.keep(bucket)
        context.world.planLifecycle(bucket.name, for: ObjectKey(key))
        Notifications.send(
            outcome.isMarker && input.string("VersionId") == nil
                ? "ObjectRemoved:DeleteMarkerCreated" : "ObjectRemoved:Delete", key, nil, bucket, &context)
        return Response([
            "VersionId": .optional(outcome.versionID), "DeleteMarker": outcome.isMarker ? true : nil,
        ])
    }

    static func deleteMany(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let request = input.structure("Delete")
        let objects = request?.structures("Objects") ?? []
        guard !objects.isEmpty, objects.count <= most else { throw S3Error.malformedXML }
        let bypass = input.boolean("BypassGovernanceRetention") ?? false
        var deleted: [Value] = []
        var errors: [Value] = []
        for object in objects {
            let key = object.string("Key") ?? ""
            let versionID = object.string("VersionId")
            do throws(ServiceError) {
                try ObjectDraft.checkKey(key)
                if let match = object.string("ETag"), let current = bucket.current(ObjectKey(key)) {
                    guard Conditions.matches(match, current.etag) else {
                        throw S3Error.preconditionFailed("If-Match")
                    }
                }
                let outcome = try delete(key, versionID, from: &bucket, bypassing: bypass, &context)
                deleted.append([
                    "Key": .string(key), "VersionId": .optional(versionID),
                    "DeleteMarker": outcome.isMarker ? true : nil,
                    "DeleteMarkerVersionId": outcome.isMarker ? .optional(outcome.versionID) : nil,
                ])
            } catch {
                errors.append([
                    "Key": .string(key), "VersionId": .optional(versionID), "Code": .string(error.code),
                    "Message": .string(error.message),
                ])
            }
        }
        try context.keep(bucket)
        for object in objects { context.world.planLifecycle(bucket.name, for: ObjectKey(object.string("Key") ?? "")) }
        let isQuiet = request?.boolean("Quiet") ?? false
        return Response([
            "Deleted": isQuiet || deleted.isEmpty ? nil : .list(deleted),
            "Errors": errors.isEmpty ? nil : .list(errors),
        ])
    }

    /// Deletes one version for good, or puts a delete marker where the bucket has versions.
    private static func delete(
        _ name: String, _ versionID: String?, from bucket: inout S3Bucket, bypassing: Bool,
        _ context: inout CallContext
    ) throws(ServiceError) -> Outcome {
        let key = ObjectKey(name)
        if let versionID {
            if let version = bucket.versions(key).first(where: { $0.versionID == versionID }) {
                try LockRules.checkDeletion(of: version, bypassing: bypassing, context)
            }
            let removed = bucket.remove(key, versionID)
            return Outcome(versionID: versionID, isMarker: removed?.isDeleteMarker ?? false)
        }
        guard bucket.versioning != nil else {
            bucket.remove(key, S3Object.noVersion)
            return Outcome()
        }
        var marker = S3Object(modified: context.now)
        marker.isDeleteMarker = true
        marker.versionID = ObjectDraft.versionID(bucket, &context)
        bucket.store(marker, key)
        try Replication.copyMarker(marker, name, from: bucket, &context)
        return Outcome(versionID: marker.versionID, isMarker: true)
    }
}
