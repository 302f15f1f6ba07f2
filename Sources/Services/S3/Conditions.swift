import CloudState
import ServiceModel

/// Conditional requests.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>, RFC 9110 §13
enum Conditions {
    /// Holds an object that is asked for against the request's conditions.
    static func checkRead(_ object: S3Object, _ input: Input) throws(ServiceError) {
        let isOld = input.timestamp("IfUnmodifiedSince").map { seconds(object.modified) <= seconds($0) }
        if let match = input.string("IfMatch") {
            guard matches(match, object.etag) else { throw S3Error.preconditionFailed("If-Match") }
        } else if isOld == false {
            throw S3Error.preconditionFailed("If-Unmodified-Since")
        }
        if let match = input.string("IfNoneMatch") {
            if matches(match, object.etag) { throw notModified(object) }
        } else if let since = input.timestamp("IfModifiedSince"), seconds(object.modified) <= seconds(since) {
            throw notModified(object)
        }
    }

    /// Holds the source of a copy against the request's conditions, which never answer 304.
    static func checkCopy(_ object: S3Object, _ input: Input) throws(ServiceError) {
        if let match = input.string("CopySourceIfMatch") {
            guard matches(match, object.etag) else { throw S3Error.preconditionFailed("x-amz-copy-source-If-Match") }
        } else if let since = input.timestamp("CopySourceIfUnmodifiedSince"),
            seconds(object.modified) > seconds(since)
        {
            throw S3Error.preconditionFailed("x-amz-copy-source-If-Unmodified-Since")
        }
        if let match = input.string("CopySourceIfNoneMatch") {
            guard !matches(match, object.etag) else {
                throw S3Error.preconditionFailed("x-amz-copy-source-If-None-Match")
            }
        } else if let since = input.timestamp("CopySourceIfModifiedSince"),
            seconds(object.modified) <= seconds(since)
        {
            throw S3Error.preconditionFailed("x-amz-copy-source-If-Modified-Since")
        }
    }

    /// Holds what is stored now against the conditions of a request that would take its place.
    static func checkWrite(_ current: S3Object?, _ input: Input, _ key: String) throws(ServiceError) {
        if let match = input.string("IfNoneMatch") {
            guard match == "*" else {
                throw S3Error.make(
                    "NotImplemented", "A header you provided implies functionality that is not implemented", 501,
                    ["Header": "If-None-Match"])
            }
            guard current == nil else { throw S3Error.preconditionFailed("If-None-Match") }
        }
        if let match = input.string("IfMatch") {
            guard let current else { throw S3Error.noKey(key) }
            guard matches(match, current.etag) else { throw S3Error.preconditionFailed("If-Match") }
        }
    }

    static func matches(_ condition: String, _ etag: String) -> Bool {
        condition.split(separator: ",").contains { part in
            let text = part.filter { $0 != "\"" && $0 != " " }
            return text == "*" || text == etag || text == "W/\(etag)"
        }
    }

    private static func seconds(_ time: Timestamp) -> Int { time.milliseconds / 1000 }

    private static func notModified(_ object: S3Object) -> ServiceError {
        S3Error.make(
            "NotModified", "Not Modified", 304,
            ["ETag": "\"\(object.etag)\"", "Last-Modified": object.modified.httpDate])
    }
}

/// The part of a body that a request is for.
///
/// RFC 9110 §14.1.2; one range only, as on AWS.
enum ByteRange {
    /// The bytes that a `Range` header asks for; nil where all of them are meant, as with a header that makes no sense.
    ///
    /// - Throws: `InvalidRange` where the body has none of them.
    static func parse(_ header: String, size: Int) throws(ServiceError) -> Range<Int>? {
        guard header.hasPrefix("bytes=") else { return nil }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        if ends[0].isEmpty {
            guard !ends[1].isEmpty else { return nil }
            let count = min(Int(ends[1]) ?? size, size)
            guard count > 0 else { throw invalid(header, size) }
            return size - count..<size
        }
        guard let first = Int(ends[0]), first < size else { throw invalid(header, size) }
        guard !ends[1].isEmpty, let last = Int(ends[1]) else { return first..<size }
        guard last >= first else { return nil }
        return first..<min(last, size - 1) + 1
    }

    private static func invalid(_ header: String, _ size: Int) -> ServiceError {
        S3Error.make(
            "InvalidRange", "The requested range is not satisfiable", 416,
            ["RangeRequested": String(header.prefix(128)), "ActualObjectSize": "\(size)"])
    }
}
