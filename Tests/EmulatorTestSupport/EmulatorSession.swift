package import CloudState
package import EmulatorCore
package import ServiceModel
import WireProtocols

/// An emulator that is called without sockets, by the same path as a client's request.
package struct EmulatorSession: Sendable {
    package let emulator: Emulator
    package var region: String

    package static let epoch = Timestamp(year: 2026, month: 9, day: 1, hour: 8)

    package init(seed: String = "test", clock: ClockPolicy = .settling, region: String = "us-east-1") {
        emulator = Emulator(Emulator.Configuration(seed: seed, epoch: Self.epoch, clock: clock))
        self.region = region
    }

    /// A session that begins with a world of its own.
    package init(world: World, clock: ClockPolicy = .settling, region: String = "us-east-1") {
        emulator = Emulator(
            Emulator.Configuration(seed: world.seed, epoch: Self.epoch, clock: clock), world: world)
        self.region = region
    }

    /// An answer: its status and its text.
    package struct Answer: Sendable {
        package var status: Int
        package var text: String

        /// The first text between a tag of that name.
        package func first(_ tag: String) -> String? { all(tag).first }

        /// All texts between tags of that name, in order.
        package func all(_ tag: String) -> [String] {
            var found: [String] = []
            var rest = text[...]
            while let open = rest.firstRange(of: "<\(tag)>"),
                let close = rest[open.upperBound...].firstRange(of: "</\(tag)>")
            {
                found.append(String(rest[open.upperBound..<close.lowerBound]))
                rest = rest[close.upperBound...]
            }
            return found
        }

        package var errorCode: String? { status == 200 ? nil : first("Code") }
        package var errorMessage: String? { status == 200 ? nil : first("Message") }
    }

    /// Sends a signed form request.
    @discardableResult
    package func call(
        _ action: String, _ parameters: KeyValuePairs<String, String> = [:], service: String = "ec2"
    ) -> Answer {
        let version = service == "sts" ? "2011-06-15" : "2016-11-15"
        var body = "Action=\(action)&Version=\(version)"
        for (name, value) in parameters { body += "&\(name)=\(Self.encode(value))" }
        return send(body, service: service)
    }

    /// Sends bytes as the body of a signed request.
    package func send(_ body: String, service: String = "ec2") -> Answer { send(Array(body.utf8), service: service) }

    package func send(_ body: [UInt8], service: String = "ec2") -> Answer {
        let credential = "AKIATEST/20260901/\(region)/\(service)/aws4_request"
        let request = WireRequest(
            method: "POST", path: "/",
            headers: [
                ("authorization", "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host, Signature=00"),
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ], body: body)
        let response = emulator.respond(to: request)
        return Answer(status: response.status, text: String(decoding: response.allBytes, as: UTF8.self))
    }

    /// An image that t3.micro can boot.
    package var imageID: String {
        call("DescribeImages", ["Filter.1.Name": "name", "Filter.1.Value.1": "al2023-ami-2023*-kernel-6.1-x86_64"])
            .first("imageId") ?? ""
    }

    /// Launches instances and gives their ids.
    package func launch(_ count: Int = 1, subnet: String? = nil) -> [String] {
        var body = "Action=RunInstances&Version=2016-11-15&ImageId=\(imageID)&InstanceType=t3.micro"
        body += "&MinCount=\(count)&MaxCount=\(count)"
        if let subnet { body += "&SubnetId=\(subnet)" }
        return send(body).all("instanceId")
    }

    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "-_.~".utf8.contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
