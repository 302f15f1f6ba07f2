import CloudState
import ServiceModel

/// What a bucket has many of, each with an id: kept and shown as it was given.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-configurations.html>
enum NamedConfigurationCalls {
    /// What operations and members are called by.
    private static let kinds = ["Analytics", "IntelligentTiering", "Inventory", "Metrics"]
    private static let most = 1000
    private static let page = 100

    static let operations: [String: Handler] = kinds.reduce(into: [:]) { all, kind in
        let prefix = "\(kind)/"
        let member = "\(kind)Configuration"
        all["PutBucket\(member)"] = .write { context, input throws(ServiceError) in
            try put(prefix, member, &context, input)
        }
        all["GetBucket\(member)"] = .read { context, input throws(ServiceError) in
            let value = try find(prefix, try context.bucket(input), input)
            return Response(.structure(Fields([.init(name: member, value: value)])))
        }
        all["DeleteBucket\(member)"] = .write { context, input throws(ServiceError) in
            var bucket = try context.bucket(input)
            _ = try find(prefix, bucket, input)
            bucket.configure(prefix + (input.string("Id") ?? ""), nil)
            try context.keep(bucket)
            return .empty
        }
        all["ListBucket\(member)s"] = .read { context, input throws(ServiceError) in
            try list(prefix, member, context, input)
        }
    }

    private static func find(_ prefix: String, _ bucket: S3Bucket, _ input: Input) throws(ServiceError) -> Value {
        guard let value = bucket.configurations[prefix + (input.string("Id") ?? "")] else {
            throw S3Error.make("NoSuchConfiguration", "The specified configuration does not exist.", 404)
        }
        return value
    }

    private static func put(
        _ prefix: String, _ member: String, _ context: inout CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        let id = input.string("Id") ?? ""
        guard let value = input[member], value["Id"]?.text == id, !id.isEmpty, id.utf8.count <= 64 else {
            throw S3Error.make("InvalidConfigurationId", "The specified configuration id is invalid.")
        }
        let count = bucket.configurations.fields.count { $0.name.hasPrefix(prefix) }
        guard count < most || bucket.configurations[prefix + id] != nil else {
            throw S3Error.make("TooManyConfigurations", "You have attempted to create more configurations than allowed")
        }
        bucket.configure(prefix + id, value)
        try context.keep(bucket)
        return .empty
    }

    private static func list(
        _ prefix: String, _ member: String, _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        var after = ""
        if let token = input.string("ContinuationToken") {
            guard let text = Token.decode(token) else { throw Token.invalid(token) }
            after = text
        }
        let found = bucket.configurations.fields
            .filter { $0.name.hasPrefix(prefix) && ObjectKey(after) < ObjectKey($0.name) }
            .sorted { ObjectKey($0.name) < ObjectKey($1.name) }
        let shown = found.prefix(page)
        let isTruncated = shown.count < found.count
        var output = Fields()
        output.append("IsTruncated", .boolean(isTruncated))
        output["ContinuationToken"] = .optional(input.string("ContinuationToken"))
        if isTruncated { output["NextContinuationToken"] = shown.last.map { .string(Token.encode($0.name)) } }
        if !shown.isEmpty { output.append("\(member)List", .list(shown.map(\.value))) }
        return Response(.structure(output))
    }
}
