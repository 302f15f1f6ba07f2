import Foundation
import GradeModel
import JSONValue
import ReportFiles
import ReportFixtures
import SiteGenerator
import Testing

private func files(_ result: GradeResult, _ audience: Audience = .student) throws -> [String: [UInt8]] {
    try SiteGenerator(site: Golden.root + "/site").submissionReport(result, audience: audience).files
}

private func page(_ result: GradeResult, _ audience: Audience = .student) throws -> String {
    String(decoding: try #require(try files(result, audience)["index.html"]), as: UTF8.self)
}

@Test func `a call shows when it ran, what it asked, what it got and what it touched`() throws {
    let page = try page(Sample.passed.result)
    let row = try #require(
        page.components(separatedBy: "<tr id=\"call-4\"").last?.components(separatedBy: "</tr>").first)
    for part in ["Run<wbr>Instances", "0.02 s", "ReservationId", "href=\"#res-i-0a1b2c3d4e5f60718\"", "<rect x="] {
        #expect(row.contains(part), "\(part)")
    }
    #expect(page.contains("id=\"res-i-0a1b2c3d4e5f60718\""))
    // A call in another region than the lab's says so.
    #expect(page.contains("<span class=\"tag\">us-west-2</span>"))
}

@Test func `an answer that is too long for the page is shown by its beginning, laid out to the last byte`() throws {
    var result = Sample.passed.result
    let times = Array(repeating: "\"2026-02-16T18:12:00.000Z\"", count: 400).joined(separator: ",")
    result.apiCalls[0].responseElements = "{\"Times\":[\(times)]}"
    let page = try page(result)
    #expect(page.contains("2026-02-16T18:12:00.000Z") && !page.contains("18: 12"))
    #expect(page.contains("…[truncated"))
}

@Test func `a result of before times were kept has a table of calls without a waterfall`() throws {
    var result = Sample.passed.result
    for index in result.apiCalls.indices {
        result.apiCalls[index].startSeconds = nil
        result.apiCalls[index].tookSeconds = nil
        result.apiCalls[index].responseElements = nil
        result.apiCalls[index].resources = nil
    }
    let page = try page(result)
    #expect(!page.contains("class=\"fall\"") && page.contains("Run<wbr>Instances"))
    #expect(StrictHTML(Array(page.utf8)).problems == [])
}

@Test func `the HAR has every call and is JSON whatever the texts are`() throws {
    let result = Sample.mixed.result
    let har = try JSON.parse(try #require(try files(result)["calls.har"]))
    let entries = try #require(har["log"]?["entries"]?.arrayValue)
    #expect(har["log"]?["version"]?.stringValue == "1.2")
    #expect(entries.count == result.apiCalls.count)
    #expect(entries[3]["_operation"]?.stringValue == "RunInstances")
    #expect(entries[3]["request"]?["url"]?.stringValue == "https://ec2.us-east-1.amazonaws.com/")
    #expect(entries[3]["startedDateTime"]?.stringValue == "2026-11-23T18:00:57.024Z")
    #expect(entries[2]["response"]?["status"]?.intValue == 400)
    for text in Hostile.texts {
        let hostile = try JSON.parse(try #require(try files(Hostile.result(text), .instructor)["calls.har"]))
        #expect(hostile["log"]?["entries"]?.arrayValue?.count == 2)
    }
}

@Test func `secrets in requests and answers are on no page and in no HAR`() throws {
    var result = Sample.passed.result
    let secrets = ["wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE", "c2VjcmV0LXVzZXItZGF0YQ=="]
    result.apiCalls[3].requestParameters = "{\"UserData\":\"\(secrets[2])\",\"AccessKeyId\":\"\(secrets[1])\"}"
    result.apiCalls[3].responseElements = "{\"SecretAccessKey\":\"\(secrets[0])\"}"
    result.topology?.vpcs[0].name = "AWS_SECRET_ACCESS_KEY=\(secrets[0])"
    for (path, bytes) in try files(result, .instructor) {
        for secret in secrets {
            #expect(!String(decoding: bytes, as: UTF8.self).contains(secret), "\(path): \(secret)")
        }
    }
    #expect(try page(result).contains("[redacted"))
}

@Test func `a box that a check finds fault with says which check`() throws {
    let page = try page(Sample.mixed.result)
    #expect(page.contains("✗ two-zones") && page.contains("class=\"cell failed\""))
    #expect(
        page.contains(
            "<desc id=\"topology-description\">lab: 2 in us-east-1a; checks find fault with web-1, web-2.</desc>"))
}

@Test func `what a hidden check finds fault with is not marked for students`() throws {
    var result = Sample.passed.result
    result.checks[0].verdict = .failed
    result.checks[0].visibility = .hidden
    result.checks[0].evidence = [
        Evidence(subject: "i-0a1b2c3d4e5f60718", property: "x", expected: "y", actual: "z", holds: false)
    ]
    #expect(try !page(result).contains("cell failed"))
    #expect(try page(result, .instructor).contains("cell failed"))
}

@Test func `two thousand subnets with a hundred instances each make a drawing of bounded size`() throws {
    var result = Sample.passed.result
    let resources = (0..<100).map {
        TopologyResource(id: "i-\($0)", kind: "instance", name: "web", state: "running")
    }
    let subnets = (0..<2000).map {
        TopologySubnet(id: "subnet-\($0)", cidr: "10.0.\($0).0/24", resources: $0 < 200 ? resources : [])
    }
    result.topology = Topology(
        region: "us-east-1",
        vpcs: [TopologyNetwork(id: "vpc-1", cidr: "10.0.0.0/8", zones: [TopologyZone(name: "a", subnets: subnets)])])
    let page = try page(result)
    #expect(page.utf8.count < 700_000)
    #expect(
        page.contains("instance × 100") && page.contains("and 1976 more subnets")
            && page.contains("19500 more resources"))
}

@Test func `equal topologies are equal drawings, whatever the ids`() throws {
    var other = Sample.passed.result
    for index in 0..<2 {
        other.topology?.vpcs[0].zones[0].subnets[0].resources[index].id = "i-ffff000000000000\(index)"
    }
    func drawing(_ result: GradeResult) throws -> String? {
        try page(result).components(separatedBy: "<svg class=\"topology\"").last?.components(separatedBy: "</svg>")
            .first
    }
    #expect(try drawing(other) == drawing(Sample.passed.result))
}
