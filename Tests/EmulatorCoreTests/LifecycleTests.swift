import CloudState
import EmulatorCore
import EmulatorTestSupport
import ServiceModel
import Testing

/// Lifecycle rules in virtual time, which begins at eight in the morning.
struct LifecycleTests {
    let session = EmulatorSession(clock: .stepped)

    init() { send("PUT", "/bucket") }

    @discardableResult
    private func send(
        _ method: String, _ path: String, query: String = "", _ body: String = ""
    ) -> EmulatorSession.RESTAnswer {
        session.rest(method, path, query: query, body: Array(body.utf8), service: "s3")
    }

    private func rule(_ text: String, filter: String = "<Prefix>logs/</Prefix>") {
        let body =
            "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter>\(filter)</Filter>\(text)</Rule>"
            + "</LifecycleConfiguration>"
        #expect(send("PUT", "/bucket", query: "lifecycle", body).status == 200)
    }

    private func wait(hours: Int) { session.emulator.advance(milliseconds: hours * 3_600_000) }

    private func exists(_ key: String) -> Bool { session.emulator.world.s3.object(bucket: "bucket", key: key) != nil }

    @Test func `an object expires at the midnight after its days`() {
        send("PUT", "/bucket/logs/old", "1")
        rule("<Expiration><Days>2</Days></Expiration>")
        send("PUT", "/bucket/other", "1")
        let header = send("HEAD", "/bucket/logs/old").header("x-amz-expiration")
        #expect(header == #"expiry-date="Fri, 04 Sep 2026 00:00:00 GMT", rule-id="r""#)
        wait(hours: 24)
        send("PUT", "/bucket/logs/new", "1")
        wait(hours: 39)
        #expect(exists("logs/old"))
        wait(hours: 1)
        #expect(!exists("logs/old"))
        #expect(exists("logs/new"))
        wait(hours: 24)
        #expect(!exists("logs/new"))
        #expect(exists("other"))
        #expect(session.emulator.world.agenda.isEmpty)
    }

    @Test func `with versions a marker comes first, old versions go later and the marker last`() {
        send(
            "PUT", "/bucket", query: "versioning",
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
        rule(
            "<Expiration><Days>1</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>"
        )
        send("PUT", "/bucket/logs/a", "1")
        let key = ObjectKey("logs/a")
        func versions() -> [Bool] {
            session.emulator.world.s3.buckets["bucket"]?.versions(key).map(\.isDeleteMarker) ?? []
        }
        wait(hours: 41)
        #expect(versions() == [false, true])
        wait(hours: 48)
        #expect(versions() == [])
    }

    @Test(arguments: [
        "", "<Expiration><Days>0</Days></Expiration>", "<Expiration><Days>-1</Days></Expiration>",
        "<Expiration><Days>9223372036854775807</Days></Expiration>", "<Expiration><Days>x</Days></Expiration>",
        "<Expiration><Date>2026-10-01T01:00:00Z</Date></Expiration>",
        "<Expiration><Days>1</Days><Date>2026-10-01T00:00:00Z</Date></Expiration>",
        "<NoncurrentVersionExpiration><NoncurrentDays>9223372036854775807</NoncurrentDays></NoncurrentVersionExpiration>",
        "<Transition><Days>-5</Days><StorageClass>GLACIER</StorageClass></Transition>",
        "<Transition><Days>5</Days><StorageClass>ICE</StorageClass></Transition>",
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
    ])
    func `a rule that makes no sense is refused`(text: String) {
        send("PUT", "/bucket/a", "1")
        let answer = send(
            "PUT", "/bucket", query: "lifecycle",
            "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/>\(text)</Rule></LifecycleConfiguration>")
        #expect(answer.status == 400)
        #expect(session.emulator.world.agenda.isEmpty)
    }

    @Test func `the longest time that there is does not overflow`() {
        rule("<Expiration><Days>2147483647</Days></Expiration>", filter: "")
        send("PUT", "/bucket/a", "1")
        wait(hours: 24 * 3650)
        #expect(exists("a"))
        #expect(send("HEAD", "/bucket/a").header("x-amz-expiration") != nil)
    }

    @Test func `objects move to colder storage and uploads are given up`() {
        rule(
            "<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
            filter: "")
        send("PUT", "/bucket/a", "1")
        send("POST", "/bucket/b", query: "uploads")
        wait(hours: 41)
        #expect(send("GET", "/bucket/a").first("Code") == "InvalidObjectState")
        #expect(session.emulator.world.s3.buckets["bucket"]?.uploads.isEmpty == true)
    }

    @Test func `a new rule is for what was there before, and a locked version stays as long as its lock`() {
        send("PUT", "/bucket/logs/a", "1")
        wait(hours: 24 * 10)
        rule("<Expiration><Days>2</Days></Expiration>")
        #expect(exists("logs/a"))
        wait(hours: 17)
        #expect(!exists("logs/a"))
        #expect(session.emulator.world.agenda.isEmpty)
        session.rest(
            "PUT", "/locked", headers: ["x-amz-bucket-object-lock-enabled": "true"], service: "s3")
        let lock =
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>"
        #expect(send("PUT", "/locked", query: "object-lock", lock).status == 200)
        let body =
            "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>"
        #expect(send("PUT", "/locked", query: "lifecycle", body).status == 200)
        send("PUT", "/locked/a", "1")
        send("PUT", "/locked/a", "2")
        func count() -> Int? { session.emulator.world.s3.buckets["locked"]?.versions(ObjectKey("a")).count }
        wait(hours: 24 * 29)
        #expect(count() == 2)
        wait(hours: 48)
        #expect(count() == 1)
        #expect(session.emulator.world.agenda.isEmpty)
    }

    @Test func `a rule for tags leaves the others, and a rule that is taken away does nothing`() {
        rule(
            "<Expiration><Days>1</Days></Expiration>", filter: "<Tag><Key>keep</Key><Value>no</Value></Tag>")
        send("PUT", "/bucket/a", "1")
        send("PUT", "/bucket/b", "1")
        let tags = "<Tagging><TagSet><Tag><Key>keep</Key><Value>no</Value></Tag></TagSet></Tagging>"
        #expect(send("PUT", "/bucket/a", query: "tagging", tags).status == 200)
        wait(hours: 41)
        #expect(!exists("a"))
        #expect(exists("b"))
        send("PUT", "/bucket/b", query: "tagging", tags)
        send("DELETE", "/bucket", query: "lifecycle")
        wait(hours: 240)
        #expect(exists("b"))
    }

    @Test func `replaying the trail gives the same world`() {
        rule("<Expiration><Days>1</Days></Expiration>", filter: "")
        send("PUT", "/bucket/a", "1")
        wait(hours: 50)
        send("PUT", "/bucket/b", "1")
        wait(hours: 50)
        send("PUT", "/bucket/c", "1")
        let start = World(seed: "test", epoch: EmulatorSession.epoch)
        #expect(start.replayed(session.emulator.trail.records) == session.emulator.world)
    }
}
