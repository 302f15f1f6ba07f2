package import CloudState
import ServiceModel

/// What a website endpoint answers with.
package struct WebsiteAnswer: Sendable {
    package var status: Int
    package var contentType: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
}

/// Buckets as static websites: index and error documents, redirects.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html>
package struct S3Website {
    private let world: World
    private let path: String
    private let key: String

    /// The answer to a GET or HEAD of a path, as it was sent, at a bucket's website endpoint.
    package static func answer(bucket name: String, path: String, in world: World) -> WebsiteAnswer {
        guard let decoded = PercentEncoding.decode(path[...]) else {
            return page(400, "InvalidURI", "Couldn't parse the specified URI.")
        }
        guard let bucket = world.s3.buckets[name] else {
            return page(404, "NoSuchBucket", "The specified bucket does not exist")
        }
        guard let site = bucket.configurations["website"] else {
            return page(
                404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
        }
        let website = S3Website(world: world, path: decoded, key: String(decoded.drop { $0 == "/" }))
        return website.answer(bucket, site)
    }

    private func answer(_ bucket: S3Bucket, _ site: Value) -> WebsiteAnswer {
        if let all = site["RedirectAllRequestsTo"] {
            return Self.redirect(301, "\(all["Protocol"]?.text ?? "http")://\(all["HostName"]?.text ?? "")\(path)")
        }
        if let redirect = routed(site, error: nil) { return redirect }
        let suffix = site["IndexDocument"]?["Suffix"]?.text ?? "index.html"
        let document = key.isEmpty || key.hasSuffix("/") ? key + suffix : key
        if let object = bucket.current(ObjectKey(document)) {
            guard isReadable(document, object, bucket) else { return failed(403, bucket, site) }
            if let target = object.headers["WebsiteRedirectLocation"]?.text { return Self.redirect(301, target) }
            return Self.page(200, object)
        }
        if document == key, bucket.current(ObjectKey("\(key)/\(suffix)")) != nil {
            return Self.redirect(302, "/\(PercentEncoding.encode(key))/")
        }
        // Who may not list a bucket is not told what is missing in it.
        let lists = PublicAccess.allows("ListBucket", bucket, at: world.now)
        return failed(lists ? 404 : 403, bucket, site)
    }

    private func isReadable(_ key: String, _ object: S3Object, _ bucket: S3Bucket) -> Bool {
        object.encryption.customerKeyMD5 == nil
            && PublicAccess.allows("GetObject", bucket, key: key, object: object, at: world.now)
    }

    private func failed(_ status: Int, _ bucket: S3Bucket, _ site: Value) -> WebsiteAnswer {
        if let redirect = routed(site, error: status) { return redirect }
        if let name = site["ErrorDocument"]?["Key"]?.text, let object = bucket.current(ObjectKey(name)),
            isReadable(name, object, bucket)
        {
            return Self.page(status, object)
        }
        return status == 403
            ? Self.page(403, "AccessDenied", "Access Denied")
            : Self.page(404, "NoSuchKey", "The specified key does not exist.")
    }

    /// The redirect of the first routing rule that is for this path, and for this error.
    private func routed(_ site: Value, error: Int?) -> WebsiteAnswer? {
        for rule in site["RoutingRules"]?.elements ?? [] {
            let condition = rule["Condition"]
            let prefix = condition?["KeyPrefixEquals"]?.text ?? ""
            let code = condition?["HttpErrorCodeReturnedEquals"]?.text
            guard code == error.map(String.init), key.utf8.starts(with: prefix.utf8) else { continue }
            let target = rule["Redirect"]
            var new = target?["ReplaceKeyWith"]?.text ?? key
            if let replacement = target?["ReplaceKeyPrefixWith"]?.text {
                new = replacement + String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            }
            let status = target?["HttpRedirectCode"]?.text.flatMap { Int($0) } ?? 301
            let place = "/\(PercentEncoding.encode(new))"
            guard let host = target?["HostName"]?.text else { return Self.redirect(status, place) }
            return Self.redirect(status, "\(target?["Protocol"]?.text ?? "http")://\(host)\(place)")
        }
        return nil
    }

    // MARK: Answers

    private static func redirect(_ status: Int, _ location: String) -> WebsiteAnswer {
        WebsiteAnswer(
            status: (300...399).contains(status) ? status : 301, contentType: "text/html; charset=utf-8",
            headers: [("Location", location)], body: [])
    }

    private static func page(_ status: Int, _ object: S3Object) -> WebsiteAnswer {
        var headers = [("ETag", "\"\(object.etag)\""), ("Last-Modified", object.modified.httpDate)]
        for (member, name) in [("CacheControl", "Cache-Control"), ("ContentEncoding", "Content-Encoding")] {
            if let text = object.headers[member]?.text { headers.append((name, text)) }
        }
        return WebsiteAnswer(
            status: status, contentType: object.headers["ContentType"]?.text ?? "binary/octet-stream",
            headers: headers, body: object.bytes)
    }

    private static func page(_ status: Int, _ code: String, _ message: String) -> WebsiteAnswer {
        let reason = [400: "Bad Request", 403: "Forbidden"][status] ?? "Not Found"
        let title = "\(status) \(reason)"
        let text =
            "<html>\n<head><title>\(title)</title></head>\n<body>\n<h1>\(title)</h1>\n<ul>\n<li>Code: \(code)</li>\n"
            + "<li>Message: \(message)</li>\n</ul>\n</body>\n</html>\n"
        return WebsiteAnswer(
            status: status, contentType: "text/html; charset=utf-8",
            headers: [("x-amz-error-code", code), ("x-amz-error-message", message)], body: Array(text.utf8))
    }
}
