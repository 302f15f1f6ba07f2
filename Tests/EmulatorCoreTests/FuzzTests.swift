import CloudState
import EmulatorTestSupport
import ServiceModel
import Testing
import WireProtocols

@testable import EmulatorCore

/// What a client of ill will sends to each operation and in each protocol.
struct FuzzTests {
    static let services = Services.all.map { $0.signingNames[0] }

    /// Whatever has the right types is answered, with a result that can be encoded or with an error of the client's.
    @Test(arguments: services)
    func `no operation traps on hostile parameters`(name: String) throws {
        let service = try #require(Services.signed(name))
        let model = service.model()
        let session = EmulatorSession(seed: name)
        if name == "ec2" { _ = session.launch(2) }
        var hostile = HostileValues(seed: name)
        var succeeded = 0
        for _ in 0..<4 {
            for operationName in service.operations.keys.sorted() {
                let operation = try #require(model.operation(operationName))
                let handler = try #require(service.operations[operationName])
                let input = Input(shape: operation.input, fields: hostile.fields(operation.input))
                guard (try? Validation.check(input, model)) != nil else { continue }
                let record = CallRecord(
                    sequence: 0, eventTime: EmulatorSession.epoch, service: name, eventName: operationName,
                    region: "us-east-1", input: input, error: nil, isRead: handler.isRead, requestID: "fuzz",
                    userAgent: "",
                    caller: session.emulator.configuration.defaultCaller, started: nil)
                guard
                    case .done(let outcome) = session.emulator.perform(service, handler, input, record, isInside: true)
                else { continue }
                switch outcome {
                case .success(let (output, _)):
                    succeeded += 1
                    _ = model.codec.encode(output, operation)
                    hostile.learn(.structure(output))
                case .failure(let error):
                    // What S3 says of what is not there, in AWS's form.
                    #expect(
                        error.status < 500 || error.code == "NotImplemented",
                        "\(operationName) \(error): \(input.fields)")
                }
            }
        }
        // Some get past every check.
        #expect(succeeded > 0)
    }

    /// A body of each protocol that is answered with a result as it stands; CBOR is bytes, below.
    static let bodies: [(service: String, method: String, path: String, headers: [String: String], body: String)] = [
        ("ec2", "POST", "/", [:], "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"),
        ("iam", "POST", "/", [:], "Action=CreateUser&UserName=ana&Tags.member.1.Key=a&Tags.member.1.Value=b"),
        (
            "sqs", "POST", "/",
            ["x-amz-target": "AmazonSQS.CreateQueue", "content-type": "application/x-amz-json-1.0"],
            #"{"QueueName":"q","Attributes":{"DelaySeconds":"5"},"tags":{"a":"b"}}"#
        ),
        (
            "ssm", "POST", "/",
            ["x-amz-target": "AmazonSSM.PutParameter", "content-type": "application/x-amz-json-1.1"],
            #"{"Name":"/a","Value":"b","Type":"String","Tags":[{"Key":"k","Value":"é\ud83d\ude00"}]}"#
        ),
        (
            "lambda", "POST", "/2020-04-22/code-signing-configs/", ["content-type": "application/json"],
            #"{"Description":"d","AllowedPublishers":{"SigningProfileVersionArns":["arn:aws:signer:us-east-1:123456789012:/signing-profiles/lab/abcdefghij"]}}"#
        ),
        (
            "s3", "PUT", "/bucket", [:],
            "<CreateBucketConfiguration><LocationConstraint>us-west-2</LocationConstraint></CreateBucketConfiguration>"
        ),
        (
            "monitoring", "POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics",
            ["smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"],
            ""
        ),
    ]

    private static func bytes(_ index: Int) -> [UInt8] {
        // {"Namespace": "AWS/EC2", "Dimensions": [{"Name": "InstanceId"}], "RecentlyActive": "PT3H"}
        bodies[index].service == "monitoring"
            ? [0xBF, 0x69] + Array("Namespace".utf8) + [0x67] + Array("AWS/EC2".utf8) + [0x6A]
                + Array("Dimensions".utf8)
                + [0x81, 0xA1, 0x64] + Array("Name".utf8) + [0x6A] + Array("InstanceId".utf8) + [0x6E]
                + Array("RecentlyActive".utf8) + [0x64] + Array("PT3H".utf8) + [0xFF]
            : Array(bodies[index].body.utf8)
    }

    private func send(_ index: Int, _ body: [UInt8], _ session: EmulatorSession) -> WireResponse {
        let (service, method, path, headers, _) = Self.bodies[index]
        let credential = "AKIATEST/20260901/us-east-1/\(service)/aws4_request"
        let signature = "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host, Signature=00"
        return session.emulator.respond(
            to: WireRequest(
                method: method, path: path,
                headers: headers.map { (name: $0.key, value: $0.value) } + [("authorization", signature)], body: body))
    }

    @Test(arguments: bodies.indices)
    func `what is left of a body is answered, or refused in the service's own form`(index: Int) {
        let session = EmulatorSession()
        let whole = Self.bytes(index)
        #expect((200...201).contains(send(index, whole, session).status))
        var state = IDGenerator.hash("bodies", UInt64(index))
        func next(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            return Int(IDGenerator.mix(state) % UInt64(max(1, bound)))
        }
        var broken: [[UInt8]] = (0..<whole.count).map { Array(whole[..<$0]) }
        for _ in 0..<400 {
            var body = whole
            for _ in 0...next(3) {
                let place = next(body.count)
                switch next(5) {
                case 0: body[place] = UInt8(next(256))
                case 1: body.remove(at: place)
                case 2: body.insert(UInt8(next(256)), at: place)
                case 3: body.insert(contentsOf: body[place..<min(body.count, place + 12)], at: next(body.count))
                default: body[place] ^= 1 << UInt8(next(8))
                }
                if body.isEmpty { break }
            }
            broken.append(body)
        }
        let depth = 200_000
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("<a>", "</a>"), ("&a.1.b=", "1")] {
            broken.append(Array((String(repeating: open, count: depth) + String(repeating: close, count: depth)).utf8))
        }
        broken.append(Array(repeating: 0x81, count: depth))
        broken.append(Array(repeating: 0xBF, count: depth))
        broken.append([0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        broken.append([0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        broken.append([0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00])
        var refused = 0
        for body in broken {
            let answer = send(index, body, session)
            guard answer.status != 200, answer.status != 201 else { continue }
            refused += 1
            let shown = String(decoding: body.prefix(300), as: UTF8.self)
            #expect((400..<500).contains(answer.status), "\(answer.status) for \(shown)")
            #expect(
                hasErrorForm(answer, Self.bodies[index].service),
                "\(String(decoding: answer.allBytes.prefix(300), as: UTF8.self))")
        }
        #expect(refused > broken.count / 10)
    }

    private func hasErrorForm(_ answer: WireResponse, _ service: String) -> Bool {
        let text = String(decoding: answer.allBytes, as: UTF8.self)
        return switch service {
        case "ec2", "iam", "s3": text.contains("<Code>") && text.contains("<Message>")
        case "lambda": answer.headers.contains { $0.name.lowercased() == "x-amzn-errortype" }
        default: text.contains("__type")
        }
    }
}
