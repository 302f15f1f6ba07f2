import EmulatorCore
import EmulatorTestSupport
import JSONValue
import Testing

/// What can be read without a signature.
struct PublicAccessTests {
    let session = EmulatorSession()

    init() {
        send("PUT", "/site")
        send("PUT", "/site/index.html", "<h1>home</h1>")
        send("PUT", "/site/docs/index.html", "docs")
        send("PUT", "/site/404.html", "lost")
        send("PUT", "/site/secret", "secret")
    }

    private func send(_ method: String, _ path: String, query: String = "", _ body: String = "") {
        session.rest(method, path, query: query, body: Array(body.utf8), service: "s3")
    }

    private func unsigned(
        _ path: String, method: String = "GET", query: String = "", host: String = "127.0.0.1"
    ) -> EmulatorSession.RESTAnswer {
        session.rest(method, path, query: query, headers: ["Host": host], service: nil)
    }

    private func open(_ actions: String = #""s3:GetObject""#, _ resource: String = "site/*") {
        send("DELETE", "/site", query: "publicAccessBlock")
        let policy =
            #"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": [\#(actions)], "#
            + #""Resource": ["arn:aws:s3:::\#(resource)"]}, {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "#
            + #""Resource": "arn:aws:s3:::site/secret"}]}"#
        send("PUT", "/site", query: "policy", policy)
    }

    private func host() {
        let site =
            "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>404.html</Key></ErrorDocument>"
            + "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition>"
            + "<Redirect><ReplaceKeyPrefixWith>docs/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>"
        send("PUT", "/site", query: "website", site)
    }

    @Test func `nothing is public until a policy says so`() {
        #expect(unsigned("/site/index.html").first("Code") == "AccessDenied")
        #expect(unsigned("/site").status == 403)
        open()
        #expect(unsigned("/site/index.html").text == "<h1>home</h1>")
        #expect(unsigned("/site/index.html", method: "HEAD").declaredLength == 13)
        #expect(unsigned("/site/secret").status == 403)
        #expect(unsigned("/site").status == 403)
        #expect(unsigned("/site/index.html", method: "PUT").status == 403)
        #expect(unsigned("/site/index.html", method: "DELETE").status == 403)
        #expect(unsigned("/site", query: "acl").status == 403)
        #expect(unsigned("/_skylab/health").first("Code") == "MissingAuthenticationToken")
        send("PUT", "/site", query: "publicAccessBlock", Self.restricting)
        #expect(unsigned("/site/index.html").status == 403)
    }

    private static let restricting =
        "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>"

    @Test func `a list is public where a policy says so`() {
        open(#""s3:ListBucket""#, "site")
        #expect(unsigned("/site").first("Key") == "404.html")
        #expect(unsigned("/site/index.html").status == 403)
    }

    @Test func `a website shows its index and error documents and redirects`() {
        let endpoint = "site.s3-website-us-east-1.amazonaws.com"
        #expect(unsigned("/", host: endpoint).first("title") == "404 Not Found")
        host()
        #expect(unsigned("/", host: endpoint).status == 403)
        open()
        #expect(unsigned("/", host: endpoint).text == "<h1>home</h1>")
        #expect(unsigned("/docs/", host: endpoint).text == "docs")
        let bare = unsigned("/docs", host: endpoint)
        #expect((bare.status, bare.header("location")) == (302, "/docs/"))
        let old = unsigned("/old/a", host: endpoint)
        #expect((old.status, old.header("location")) == (301, "/docs/a"))
        let lost = unsigned("/none", host: endpoint)
        #expect((lost.status, lost.text) == (403, "lost"))
        open(#""s3:GetObject", "s3:ListBucket""#, #"site", "arn:aws:s3:::site/*"#)
        #expect(unsigned("/none", host: endpoint).status == 404)
        #expect(unsigned("/%zz", host: endpoint).status == 400)
        #expect(unsigned("/", host: "none.s3-website.eu-west-1.amazonaws.com").status == 404)
    }

    @Test func `what is configured of buckets can be selected, and what is not is not there`() throws {
        host()
        send("PUT", "/other")
        let sites = try #require(ResourceSelector.named("s3:bucket-website"))
        let found = try session.emulator.resources(sites, region: "us-east-1")
        #expect(found.map { $0["Name"]?.stringValue } == ["site"])
        #expect(found.first?["IndexDocument"]?["Suffix"]?.stringValue == "index.html")
        for name in ["encryption", "versioning", "policy", "tagging", "lifecycle", "notification"] {
            let selector = try #require(ResourceSelector.named("s3:bucket-\(name)"))
            let isAlwaysThere = ["encryption", "versioning", "notification"].contains(name)
            #expect(try session.emulator.resources(selector, region: "us-east-1").count == (isAlwaysThere ? 2 : 0))
        }
    }
}
