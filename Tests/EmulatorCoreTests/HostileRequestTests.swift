import EmulatorTestSupport
import Testing

/// Requests that no client of good will sends.
struct HostileRequestTests {
    let session = EmulatorSession()

    @Test(arguments: [
        "", "&&&&", "=", "Action", "Action=", "Action=%", "Action=%zz&x", "Action=DescribeInstances&Filter.1=x",
        "Action=DescribeInstances&Filter.99999999999999999999.Name=x", "Action=DescribeInstances&Filter.-1.Name=x",
        "Action=DescribeInstances&Filter.1.Name=x", "Action=DescribeInstances&MaxResults=99999999999999999999",
        "Action=DescribeInstances&NextToken=%00%ff", "Action=DescribeInstances&NextToken=AAAA",
        "Action=DescribeInstances&InstanceId.1=%3Cscript%3E", "Action=RunInstances&MinCount=-1&MaxCount=-1&ImageId=x",
        "Action=RunInstances&MinCount=1&MaxCount=999999999&ImageId=x", "Action=CreateTags&ResourceId.1=-&Tag.1.Key=x",
        "Action=DescribeInstances&InstanceId.1.2.3.4=x", "Action=DescribeTags&MaxResults=0",
    ])
    func `malformed requests get an error of the service, never a crash`(body: String) {
        let answer = session.send(body)
        #expect((400..<500).contains(answer.status), "\(answer.text)")
        #expect(answer.text.contains("<Code>"))
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect(session.send([0x41, 0x63, 0x74, 0x69, 0x6F, 0x6E, 0x3D, 0xFF, 0xFE]).status == 400)
    }

    @Test func `a parameter with a thousand dots is refused`() {
        let answer = session.send("Action=DescribeInstances&" + String(repeating: "a.", count: 1000) + "=1")
        #expect(answer.errorCode == "MalformedQueryString")
    }

    @Test func `a body of a hundred thousand parameters is refused`() {
        let body = "Action=DescribeInstances" + (0..<100_000).map { "&InstanceId.\($0)=i-12345678" }.joined()
        #expect(session.send(body).errorCode == "MalformedQueryString")
    }

    @Test func `what clients send comes back escaped`() throws {
        let answer = session.call("DescribeInstances", ["InstanceId.1": "\"><script>&"])
        #expect(answer.errorCode == "InvalidInstanceID.Malformed")
        #expect(!answer.text.contains("<script>"))
        #expect(answer.errorMessage?.contains("&lt;script&gt;&amp;") == true)
    }
}
