import CloudState
import JSONValue
import ServiceModel

extension Notifications {
    /// Throws where a destination does not let the bucket tell it anything.
    static func check(_ fields: Fields, _ bucket: S3Bucket, _ context: CallContext) throws(ServiceError) {
        let source = "arn:aws:s3:::\(bucket.name)"
        func arns(_ member: String, _ name: String) -> [String] {
            fields[member]?.elements?.compactMap { $0[name]?.text } ?? []
        }
        let isAllowed =
            arns("LambdaFunctionConfigurations", "LambdaFunctionArn").allSatisfy {
                context.lets("s3.amazonaws.com", invoke: $0, for: source)
            }
            && arns("QueueConfigurations", "QueueArn").allSatisfy {
                context.lets("s3.amazonaws.com", sendTo: $0, for: source)
            }
        guard isAllowed else {
            throw S3Error.make(
                "InvalidArgument", "Unable to validate the following destination configurations", 400)
        }
    }

    /// Puts what happened to an object on the default event bus.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>
    static func announce(
        _ event: String, _ key: String, _ object: S3Object?, _ bucket: S3Bucket, _ context: inout CallContext
    ) {
        let kind: String
        var detail: JSONObject = ["version": "0", "bucket": ["name": .string(bucket.name)]]
        var item: JSONObject = ["key": .string(key)]
        if let object, !object.isDeleteMarker {
            item.set("size", to: .integer(object.bytes.count))
            item.set("etag", to: .string(object.etag.filter { $0 != "\"" }))
        }
        if let version = object?.versionID, version != S3Object.noVersion {
            item.set("version-id", to: .string(version))
        }
        item.set("sequencer", to: .string(sequencer(&context)))
        detail.set("object", to: .object(item))
        detail.set("request-id", to: .string(requestID(&context)))
        detail.set("requester", to: .string(context.accountID))
        detail.set("source-ip-address", to: "127.0.0.1")
        switch event {
        case let name where name.hasPrefix("ObjectCreated:"):
            kind = "Object Created"
            let operation = name.dropFirst("ObjectCreated:".count)
            let reason =
                ["Copy": "CopyObject", "CompleteMultipartUpload": "CompleteMultipartUpload", "Post": "POST Object"][
                    String(operation)]
            detail.set("reason", to: .string(reason ?? "PutObject"))
        case let name where name.hasPrefix("ObjectRemoved:"):
            kind = "Object Deleted"
            detail.set("reason", to: "DeleteObject")
            detail.set(
                "deletion-type",
                to: .string(name.hasSuffix("DeleteMarkerCreated") ? "Delete Marker Created" : "Permanently Deleted"))
        case let name where name.hasPrefix("ObjectTagging:"):
            kind = name.hasSuffix("Put") ? "Object Tags Added" : "Object Tags Deleted"
        default: return
        }
        context.world.announce(
            "aws.s3", kind, .object(detail), resources: ["arn:aws:s3:::\(bucket.name)"], region: bucket.region)
    }
}
