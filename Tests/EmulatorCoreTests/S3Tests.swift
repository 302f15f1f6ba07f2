import CloudState
import EmulatorCore
import EmulatorTestSupport
import ServiceModel
import Testing

/// Amazon S3 below its clients: encodings, hosts, bounds.
struct S3Tests {
    let session = EmulatorSession()

    init() { send("PUT", "/bucket") }

    @discardableResult
    private func send(
        _ method: String, _ path: String, query: String = "", headers: KeyValuePairs<String, String> = [:],
        _ body: String = ""
    ) -> EmulatorSession.RESTAnswer {
        session.rest(method, path, query: query, headers: headers, body: Array(body.utf8), service: "s3")
    }

    @Test func `a body in signed chunks is put together`() {
        let chunks = "5;chunk-signature=ab\r\nhello\r\n6;chunk-signature=cd\r\n world\r\n0;chunk-signature=ef\r\n\r\n"
        let put = send(
            "PUT", "/bucket/k",
            headers: [
                "X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-decoded-content-length": "11",
                "Content-Encoding": "aws-chunked,gzip", "Content-Length": "\(chunks.utf8.count)",
            ], chunks)
        #expect(put.status == 200)
        let got = send("GET", "/bucket/k")
        #expect(got.text == "hello world")
        #expect(got.header("content-encoding") == "gzip")
    }

    @Test(arguments: [("DUoRhQ==", 200, nil), ("AAAAAA==", 400, "BadDigest")])
    func `the checksum in a trailer is held against the body`(sum: String, status: Int, code: String?) {
        let put = send(
            "PUT", "/bucket/k",
            headers: [
                "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": "11",
                "content-encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32",
            ], "b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:\(sum)\r\n\r\n")
        #expect(put.status == status)
        #expect(put.first("Code") == code)
        #expect(put.header("x-amz-checksum-crc32") == (status == 200 ? sum : nil))
    }

    @Test(arguments: [
        "", "b\r\nhello", "b\r\nhello world", "ffffffff\r\n", "-1\r\nx\r\n", "zz\r\n", "0",
        "b\r\nhello worldX\r\n0\r\n\r\n",
        "999999999999999999999\r\n", "5\r\nhello\r\n0\r\n\r\n", "0\r\nno colon\r\n\r\n",
    ])
    func `chunks that are not what their lengths say are refused`(body: String) {
        let put = send(
            "PUT", "/bucket/k",
            headers: [
                "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": "11",
            ],
            body)
        #expect(put.first("Code") == "IncompleteBody")
        #expect(send("GET", "/bucket/k").status == 404)
    }

    @Test(arguments: ["bucket.s3.us-east-1.amazonaws.com", "bucket.s3.amazonaws.com:4566", "bucket.localhost:4566"])
    func `a bucket may be named by the host`(host: String) {
        #expect(send("PUT", "/deep/key", headers: ["Host": host], "x").status == 200)
        #expect(send("GET", "/bucket/deep/key").text == "x")
        #expect(send("GET", "/", query: "list-type=2", headers: ["Host": host]).first("Key") == "deep/key")
        #expect(send("GET", "/", headers: ["Host": "s3.localhost"]).first("Name") == "bucket")
    }

    @Test func `keys are told apart by their bytes`() {
        send("PUT", "/bucket/%C3%A9", "composed")
        send("PUT", "/bucket/e%CC%81", "decomposed")
        #expect(send("GET", "/bucket/%C3%A9").text == "composed")
        #expect(session.emulator.world.s3.buckets["bucket"]?.keys.count == 2)
        send("PUT", "/bucket//a//b/", "slashes")
        #expect(session.emulator.world.s3.object(bucket: "bucket", key: "/a//b/")?.bytes == Array("slashes".utf8))
    }

    @Test func `asking about an object gives its length and type and no body`() {
        send("PUT", "/bucket/k", headers: ["Content-Type": "text/css"], "12345")
        let head = send("HEAD", "/bucket/k")
        #expect(head.declaredLength == 5)
        #expect(head.contentType == "text/css")
        #expect(head.body.isEmpty)
        let etag = head.header("etag") ?? ""
        #expect(etag == "\"827ccb0eea8a706c4c34a16891f84e7b\"")
        let same = send("GET", "/bucket/k", headers: ["If-None-Match": etag])
        #expect(same.status == 304)
        #expect(same.body.isEmpty)
        #expect(same.header("etag") == etag)
    }

    @Test func `an error has S3's form and names what it is about`() {
        let answer = send("GET", "/bucket/a%3Cb")
        #expect(answer.status == 404)
        #expect(answer.text.contains("<Error><Code>NoSuchKey</Code>"))
        #expect(answer.first("Key") == "a&lt;b")
        #expect(answer.first("RequestId") == answer.header("x-amz-request-id"))
    }

    @Test(arguments: [
        ("PUT", "/Bad_Name", "", ""), ("PUT", "/bucket/%ff", "", ""), ("POST", "/bucket/k", "", ""),
        ("POST", "/bucket", "delete", "<Delete>"), ("POST", "/bucket", "delete", "<Delete/>"),
        ("POST", "/bucket", "delete", ""), ("PUT", "/bucket", "versioning", "<VersioningConfiguration/>"),
        ("PUT", "/bucket", "cors", "<CORSConfiguration/>"), ("PUT", "/bucket", "lifecycle", ""),
        ("PUT", "/bucket", "tagging", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"),
        ("PUT", "/bucket", "policy", "[]"), ("PUT", "/bucket", "encryption", "<a><b/></a>"),
        (
            "PUT", "/bucket", "acl",
            "<AccessControlPolicy><AccessControlList><Grant/></AccessControlList></AccessControlPolicy>"
        ),
        ("GET", "/bucket", "list-type=2&max-keys=-1", ""), ("GET", "/bucket", "list-type=2&max-keys=x", ""),
        ("GET", "/bucket", "list-type=2&continuation-token=%00", ""),
        ("GET", "/bucket", "versions&version-id-marker=x", ""),
        ("PUT", "/bucket/k", "partNumber=0&uploadId=x", ""), ("PUT", "/bucket/k", "partNumber=x&uploadId=x", ""),
        ("POST", "/bucket/k", "uploadId=x", "<CompleteMultipartUpload/>"), ("GET", "/bucket/k", "partNumber=9", ""),
        ("PATCH", "/bucket/k", "", ""),
        ("PUT", "/bucket", "metrics&id=a", "<MetricsConfiguration><Id>b</Id></MetricsConfiguration>"),
    ])
    func `malformed requests get an error of the service, never a crash`(
        method: String, path: String, query: String, body: String
    ) {
        let before = session.emulator.world
        let answer = send(method, path, query: query, body)
        #expect((400..<500).contains(answer.status), "\(answer.text)")
        #expect(answer.text.contains("<Code>"))
        #expect(session.emulator.world.s3 == before.s3)
    }

    @Test(arguments: [
        "x", "/", "bucket", "bucket/", "/bucket/%zz", "arn:aws:s3:us-east-1:1:accesspoint/a/object/k",
        "bucket/k?versionId=",
        "none/k",
    ])
    func `a source of a copy that is none is refused`(source: String) {
        let answer = send("PUT", "/bucket/copy", headers: ["x-amz-copy-source": source])
        #expect((400..<500).contains(answer.status), "\(answer.text)")
    }

    @Test(arguments: ["bytes=", "bytes=-", "bytes=9-1", "bytes=a-b", "bytes=1-2,3-4", "lines=1-2", "bytes=--5"])
    func `a range that makes no sense is not looked at`(range: String) {
        send("PUT", "/bucket/k", "0123456789")
        let answer = send("GET", "/bucket/k", headers: ["Range": range])
        #expect(answer.status == 200)
        #expect(answer.text == "0123456789")
    }

    @Test(arguments: ["bytes=10-", "bytes=-0", "bytes=99999999999999999999-"])
    func `a range beyond the end is refused with the size`(range: String) {
        send("PUT", "/bucket/k", "0123456789")
        let answer = send("GET", "/bucket/k", headers: ["Range": range])
        #expect(answer.status == 416)
        #expect(answer.first("ActualObjectSize") == "10")
    }

    @Test func `more than the world may hold is refused and what is deleted makes room`() {
        let body = [UInt8](repeating: 7, count: 48 << 20)
        #expect(session.rest("PUT", "/bucket/0", body: body, service: "s3").status == 200)
        var answer = send("HEAD", "/bucket")
        var copies = 0
        while copies < 20 {
            answer = send("PUT", "/bucket/\(copies + 1)", headers: ["x-amz-copy-source": "bucket/0"])
            guard answer.status == 200 else { break }
            copies += 1
        }
        #expect(copies == 9)
        #expect(answer.first("Code") == "EntityTooLarge")
        #expect(session.emulator.world.s3.used <= S3State.quota)
        send("DELETE", "/bucket/1")
        #expect(send("PUT", "/bucket/again", headers: ["x-amz-copy-source": "bucket/0"]).status == 200)
    }

    @Test func `the trail keeps the beginning of a long body only`() {
        session.rest("PUT", "/bucket/k", body: [UInt8](repeating: 1, count: 100_000), service: "s3")
        let kept = session.emulator.trail.records.last?.input?.blob("Body")
        #expect(kept?.count == 16 * 1024)
        #expect(session.emulator.world.s3.object(bucket: "bucket", key: "k")?.bytes.count == 100_000)
    }

    @Test func `replaying the trail gives the same world`() {
        send(
            "PUT", "/bucket", query: "versioning",
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
        send("PUT", "/bucket/a", "one")
        send("PUT", "/bucket/a", "two")
        send("DELETE", "/bucket/a")
        let upload = send("POST", "/bucket/b", query: "uploads").first("UploadId") ?? ""
        let etag = send("PUT", "/bucket/b", query: "partNumber=1&uploadId=\(upload)", "part").header("etag") ?? ""
        let done = send(
            "POST", "/bucket/b", query: "uploadId=\(upload)",
            "<CompleteMultipartUpload><Part><ETag>\(etag)</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"
        )
        #expect(done.status == 200)
        #expect(send("DELETE", "/bucket").status == 409)
        let start = World(seed: "test", epoch: EmulatorSession.epoch)
        #expect(start.replayed(session.emulator.trail.records) == session.emulator.world)
    }

    @Test func `checks can select buckets and objects`() throws {
        send("PUT", "/bucket/k", "x")
        let buckets = try #require(ResourceSelector.named("s3:bucket"))
        let objects = try #require(ResourceSelector.named("s3:object"))
        #expect(try session.emulator.resources(buckets, region: "us-east-1").count == 1)
        #expect(try session.emulator.resources(objects, region: "us-east-1").count == 1)
    }
}
