import CloudState
import JSONValue
import ServiceModel

/// What a bucket tells functions and queues of its objects.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>
enum Notifications {
    /// Tells whoever wants to know.
    ///
    /// - Parameter event: for instance `ObjectCreated:Put`.
    static func send(
        _ event: String, _ key: String, _ object: S3Object?, _ bucket: S3Bucket, _ context: inout CallContext
    ) {
        guard let settings = bucket.configurations["notification"] else { return }
        if settings["EventBridgeConfiguration"] != nil { announce(event, key, object, bucket, &context) }
        for (member, target) in [
            ("LambdaFunctionConfigurations", "LambdaFunctionArn"), ("QueueConfigurations", "QueueArn"),
        ] {
            for rule in settings[member]?.elements ?? [] where wants(rule, event, key) {
                guard let arn = rule[target]?.text else { continue }
                let document = document(event, key, object, bucket, rule["Id"]?.text ?? "", &context)
                deliver(document, to: arn, from: bucket, &context)
            }
        }
    }

    private static func wants(_ rule: Value, _ event: String, _ key: String) -> Bool {
        let events = rule["Events"]?.elements?.compactMap(\.text) ?? []
        let isNamed = events.contains { name in
            let name = name.hasPrefix("s3:") ? String(name.dropFirst(3)) : name
            return name == event || name.hasSuffix(":*") && event.hasPrefix(name.dropLast(1))
        }
        return isNamed
            && (rule["Filter"]?["Key"]?["FilterRules"]?.elements ?? []).allSatisfy { filter in
                let value = filter["Value"]?.text ?? ""
                return filter["Name"]?.text?.lowercased() == "suffix" ? key.hasSuffix(value) : key.hasPrefix(value)
            }
    }

    private static func document(
        _ event: String, _ key: String, _ object: S3Object?, _ bucket: S3Bucket, _ id: String,
        _ context: inout CallContext
    ) -> String {
        let sequencer = sequencer(&context)
        // Blanks are plus signs, as in forms.
        let name = PercentEncoding.encode(key).replacing("%20", with: "+").replacing("%2F", with: "/")
        var item: JSONObject = ["key": .string(name)]
        if let object, !object.isDeleteMarker {
            item.set("size", to: .integer(object.bytes.count))
            item.set("eTag", to: .string(object.etag.filter { $0 != "\"" }))
        }
        if let version = object?.versionID, version != S3Object.noVersion {
            item.set("versionId", to: .string(version))
        }
        item.set("sequencer", to: .string(sequencer))
        let record: JSON = [
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": .string(bucket.region),
            "eventTime": .string(context.now.iso8601), "eventName": .string(event),
            "userIdentity": ["principalId": .string("AWS:\(context.caller.userID)")],
            "requestParameters": ["sourceIPAddress": "127.0.0.1"],
            "responseElements": [
                "x-amz-request-id": .string(requestID(&context)), "x-amz-id-2": .string(hostID(&context)),
            ],
            "s3": [
                "s3SchemaVersion": "1.0", "configurationId": .string(id),
                "bucket": [
                    "name": .string(bucket.name), "ownerIdentity": ["principalId": .string(context.accountID)],
                    "arn": .string("arn:aws:s3:::\(bucket.name)"),
                ],
                "object": .object(item),
            ],
        ]
        return JSON.object(["Records": [record]]).serializedString()
    }

    /// What orders the events of an object.
    static func sequencer(_ context: inout CallContext) -> String {
        "00" + IDGenerator.hexadecimal(context.world.ids.bits("s3/sequencer")).uppercased()
    }

    static func requestID(_ context: inout CallContext) -> String {
        IDGenerator.hexadecimal(context.world.ids.bits("s3/request")).uppercased()
    }

    private static func hostID(_ context: inout CallContext) -> String {
        var bytes: [UInt8] = []
        for _ in 0..<6 { withUnsafeBytes(of: context.world.ids.bits("s3/host")) { bytes += $0 } }
        return Base64.encode(bytes)
    }

    /// What a queue gets first, when a bucket is told to write to it.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>
    static func test(_ bucket: S3Bucket, _ settings: Value, _ context: inout CallContext) {
        for rule in settings["QueueConfigurations"]?.elements ?? [] {
            guard let arn = rule["QueueArn"]?.text else { continue }
            let document: JSON = [
                "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": .string(context.now.iso8601),
                "Bucket": .string(bucket.name), "RequestId": .string(requestID(&context)),
                "HostId": .string(hostID(&context)),
            ]
            deliver(document.serializedString(), to: arn, from: bucket, &context)
        }
    }

    private static func deliver(_ document: String, to arn: String, from bucket: S3Bucket, _ context: inout CallContext)
    {
        let parts = arn.split(separator: ":").map(String.init)
        guard parts.count >= 6, parts[3] == context.region else { return }
        switch parts[2] {
        case "lambda":
            guard context.lets("s3.amazonaws.com", invoke: arn, for: "arn:aws:s3:::\(bucket.name)") else { return }
            _ = try? context.call(
                "lambda", "Invoke",
                ["FunctionName": .string(arn), "InvocationType": "Event", "Payload": .blob(Array(document.utf8))])
        case "sqs":
            guard context.lets("s3.amazonaws.com", sendTo: arn, for: "arn:aws:s3:::\(bucket.name)") else { return }
            _ = try? context.call(
                "sqs", "SendMessage",
                [
                    "QueueUrl": .string("https://sqs.\(parts[3]).amazonaws.com/\(parts[4])/\(parts[5])"),
                    "MessageBody": .string(document),
                ])
        default: break
        }
    }
}
