import CloudState
import ServiceModel

/// Object Lock: versions that nobody may delete for a while.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>
enum LockCalls {
    static let operations: [String: Handler] = [
        "GetObjectLegalHold": .read(getHold),
        "GetObjectLockConfiguration": .read(getConfiguration),
        "GetObjectRetention": .read(getRetention),
        "PutObjectLegalHold": .write(putHold),
        "PutObjectLockConfiguration": .write(putConfiguration),
        "PutObjectRetention": .write(putRetention),
    ]

    static func getConfiguration(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let bucket = try context.bucket(input)
        guard let value = bucket.configurations["object-lock"] else {
            throw S3Error.make(
                "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket",
                404, ["BucketName": bucket.name])
        }
        return Response(["ObjectLockConfiguration": value])
    }

    static func putConfiguration(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var bucket = try context.bucket(input)
        guard bucket.isVersioned else {
            throw S3Error.make(
                "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
                409)
        }
        guard let configuration = input.structure("ObjectLockConfiguration"),
            configuration.string("ObjectLockEnabled") == "Enabled"
        else { throw S3Error.malformedXML }
        if let standard = configuration.structure("Rule")?.structure("DefaultRetention") {
            let (days, years) = (standard.integer("Days"), standard.integer("Years"))
            guard standard.string("Mode") != nil, (days == nil) != (years == nil),
                (1...36_500).contains(days ?? 1), (1...100).contains(years ?? 1)
            else { throw S3Error.malformedXML }
        }
        bucket.hasObjectLock = true
        bucket.configure("object-lock", .structure(configuration.fields))
        try context.keep(bucket)
        return .empty
    }

    private static func lockable(
        _ context: CallContext, _ input: Input
    ) throws(ServiceError) -> (bucket: S3Bucket, object: S3Object) {
        let bucket = try context.bucket(input)
        guard bucket.hasObjectLock else {
            throw S3Error.invalidRequest("Bucket is missing Object Lock Configuration")
        }
        return (bucket, try ReadCalls.object(bucket, input))
    }

    private static var nothing: ServiceError {
        S3Error.make(
            "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration", 404)
    }

    static func getRetention(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let retention = try lockable(context, input).object.retention else { throw nothing }
        return Response([
            "Retention": ["Mode": .string(retention.mode), "RetainUntilDate": .timestamp(retention.until)]
        ])
    }

    static func putRetention(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (bucket, object) = try lockable(context, input)
        var retention: S3Object.Retention?
        if let asked = input.structure("Retention"), asked.has("Mode") || asked.has("RetainUntilDate") {
            retention = try LockRules.retention(asked.string("Mode"), asked.timestamp("RetainUntilDate"), context)
        }
        if let old = object.retention, old.until > context.now {
            let isLonger = retention.map { $0.mode == old.mode && $0.until >= old.until } ?? false
            let bypasses = old.mode == "GOVERNANCE" && input.boolean("BypassGovernanceRetention") ?? false
            guard isLonger || bypasses else { throw LockRules.protected }
        }
        bucket.change(ObjectKey(input.string("Key") ?? ""), object.versionID) { $0.retention = retention }
        try context.keep(bucket)
        return .empty
    }

    static func getHold(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let isHeld = try lockable(context, input).object.hasLegalHold
        return Response(["LegalHold": ["Status": .string(isHeld ? "ON" : "OFF")]])
    }

    static func putHold(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (bucket, object) = try lockable(context, input)
        guard let status = input.structure("LegalHold")?.string("Status") else { throw S3Error.malformedXML }
        bucket.change(ObjectKey(input.string("Key") ?? ""), object.versionID) { $0.hasLegalHold = status == "ON" }
        try context.keep(bucket)
        return .empty
    }
}

/// What Object Lock means for objects.
enum LockRules {
    static var protected: ServiceError {
        S3Error.make("AccessDenied", "Access Denied because object protected by object lock.", 403)
    }

    static func retention(
        _ mode: String?, _ until: Timestamp?, _ context: CallContext
    ) throws(ServiceError) -> S3Object.Retention {
        guard let mode, let until else {
            throw S3Error.make(
                "InvalidArgument",
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
        }
        guard until > context.now else {
            throw S3Error.make("InvalidArgument", "The retain until date must be in the future!")
        }
        return S3Object.Retention(mode: mode, until: until)
    }

    /// Gives a new object the lock that the request, or else the bucket, says.
    static func apply(
        _ input: Input, _ bucket: S3Bucket, _ object: inout S3Object, _ context: CallContext
    ) throws(ServiceError) {
        let mode = input.string("ObjectLockMode")
        let until = input.timestamp("ObjectLockRetainUntilDate")
        let hold = input.string("ObjectLockLegalHoldStatus")
        guard bucket.hasObjectLock else {
            guard mode == nil, until == nil, hold == nil else {
                throw S3Error.invalidRequest("Bucket is missing Object Lock Configuration")
            }
            return
        }
        object.hasLegalHold = hold == "ON"
        if mode != nil || until != nil {
            object.retention = try retention(mode, until, context)
        } else if let standard = bucket.configurations["object-lock"]?["Rule"]?["DefaultRetention"],
            let mode = standard["Mode"]?.text
        {
            var days = 0
            if case .integer(let number)? = standard["Days"] { days = number }
            if case .integer(let number)? = standard["Years"] { days = number * 365 }
            object.retention = S3Object.Retention(mode: mode, until: context.now.adding(seconds: days * 86_400))
        }
    }

    static func checkDeletion(
        of object: S3Object, bypassing: Bool, _ context: CallContext
    ) throws(ServiceError) {
        guard !object.hasLegalHold else { throw protected }
        guard let retention = object.retention, retention.until > context.now else { return }
        guard retention.mode == "GOVERNANCE", bypassing else { throw protected }
    }

    /// Adds an object's lock to an answer.
    static func add(_ object: S3Object, to output: inout Fields) {
        if let retention = object.retention {
            output["ObjectLockMode"] = .string(retention.mode)
            output["ObjectLockRetainUntilDate"] = .timestamp(retention.until)
        }
        if object.hasLegalHold { output["ObjectLockLegalHoldStatus"] = "ON" }
    }
}
