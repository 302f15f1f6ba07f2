import CloudState
import JSONValue
import PolicyEngine
import ServiceModel
import WireProtocols

/// A request to a function's own address, `ID.lambda-url.REGION.on.aws`.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>
struct FunctionURLRequest {
    private let request: WireRequest
    private let host: String
    private let id: String
    let region: String

    /// Nil where the request is to no such address.
    init?(_ request: WireRequest) {
        guard let host = request.header("host")?.split(separator: ":").first?.lowercased() else { return nil }
        let parts = host.split(separator: ".").map(String.init)
        guard parts.count == 5, parts[1] == "lambda-url", parts[3] == "on", parts[4] == "aws" else { return nil }
        self.request = request
        self.host = host
        id = parts[0]
        region = parts[2]
    }

    private static func answer(_ status: Int, _ message: String) -> WireResponse {
        WireResponse(
            status: status, contentType: "application/json",
            body: EncodedBody(Array(#"{"Message":"\#(message)"}"#.utf8)))
    }

    /// What to invoke with which event, or the answer to who may not.
    func invocation(_ world: World, requestID: String) -> Result<Value, Refusal> {
        let state = world.regions.first { $0.name == region }?.lambda
        for function in state?.functions.map({ $0 }) ?? [] {
            for (key, url) in function.urls where url.id == id {
                guard isAllowed(function, key, url) else {
                    return .failure(
                        Refusal(
                            Self.answer(
                                403,
                                "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
                            )))
                }
                let event = event(world, requestID: requestID).serialized()
                return .success([
                    "FunctionName": .string(function.arn), "Qualifier": key.isEmpty ? nil : .string(key),
                    "Payload": .blob(event),
                ])
            }
        }
        return .failure(Refusal(Self.answer(404, "Not Found")))
    }

    /// A refusal as it goes out.
    struct Refusal: Error {
        let response: WireResponse

        init(_ response: WireResponse) { self.response = response }
    }

    /// Everybody may where the function's policy says so; with `AWS_IAM` only who has signed the request.
    private func isAllowed(_ function: LambdaFunction, _ key: String, _ url: FunctionURL) -> Bool {
        if url.authType == "AWS_IAM" { return SignatureScope(request) != nil }
        guard let text = function.policies[key]?.document, let policy = try? Policy(parsing: text, as: .resource) else {
            return false
        }
        var conditions = ConditionContext()
        conditions.set("lambda:FunctionUrlAuthType", "NONE")
        conditions.set("lambda:InvokedViaFunctionUrl", "true")
        let access = AccessRequest(
            principal: .init(arn: "*", accountID: ""), action: "lambda:InvokeFunctionUrl",
            resource: key.isEmpty ? function.arn : "\(function.arn):\(key)", context: conditions)
        return policy.grant(access) != .refused
    }

    private func event(_ world: World, requestID: String) -> JSON {
        var headers = JSONObject()
        for header in request.headers {
            let name = header.name.lowercased()
            let before = headers[name]?.stringValue
            headers.set(name, to: .string(before.map { "\($0),\(header.value)" } ?? header.value))
        }
        let isText = String(validating: request.body, as: UTF8.self)
        var event: JSONObject = [
            "version": "2.0", "routeKey": "$default", "rawPath": .string(request.path),
            "rawQueryString": .string(request.query), "headers": .object(headers),
        ]
        if let cookies = headers["cookie"]?.stringValue {
            event.set(
                "cookies",
                to: .array(cookies.split(separator: ";").map { .string(String($0.drop(while: { $0 == " " }))) }))
        }
        let query = query()
        if !query.isEmpty { event.set("queryStringParameters", to: .object(query)) }
        event.set(
            "requestContext",
            to: [
                "accountId": "anonymous", "apiId": .string(id), "domainName": .string(host),
                "domainPrefix": .string(id),
                "http": [
                    "method": .string(request.method), "path": .string(request.path), "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1", "userAgent": .string(request.header("user-agent") ?? ""),
                ],
                "requestId": .string(requestID), "routeKey": "$default", "stage": "$default",
                "time": .string(world.now.iso8601Seconds), "timeEpoch": .integer(world.now.milliseconds),
            ])
        if !request.body.isEmpty { event.set("body", to: .string(isText ?? Base64.encode(request.body))) }
        event.set("isBase64Encoded", to: .boolean(isText == nil))
        return .object(event)
    }

    private func query() -> JSONObject {
        var query = JSONObject()
        for pair in request.query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(parts[0])
            let value = parts.count > 1 ? Self.decoded(parts[1]) : ""
            let before = query[name]?.stringValue
            query.set(name, to: .string(before.map { "\($0),\(value)" } ?? value))
        }
        return query
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: The answer

    /// What the function's answer is as HTTP.
    static func response(_ outcome: Emulator.Outcome) -> WireResponse {
        guard case .success(let (output, _)) = outcome else {
            if case .failure(let error) = outcome, error.status == 429 { return answer(429, "Rate Exceeded.") }
            return answer(502, "Internal Server Error")
        }
        guard output["FunctionError"] == nil, case .blob(let payload)? = output["Payload"] else {
            return WireResponse(
                status: 502, contentType: "text/plain", body: EncodedBody(Array("Internal Server Error".utf8)))
        }
        guard let object = (try? JSON.parse(payload))?.objectValue, let status = object["statusCode"]?.intValue,
            (100...599).contains(status)
        else {
            return WireResponse(status: 200, contentType: "application/json", body: EncodedBody(payload))
        }
        let text = object["body"]?.stringValue ?? object["body"].map { $0.isNull ? "" : $0.serializedString() } ?? ""
        let bytes = object["isBase64Encoded"] == .boolean(true) ? Base64.decode(text) ?? [] : Array(text.utf8)
        var response = WireResponse(status: status, contentType: "application/json", body: EncodedBody(bytes))
        for header in object["headers"]?.objectValue.map({ Array($0) }) ?? [] {
            let value = clean(header.value.stringValue ?? header.value.serializedString())
            if header.key.lowercased() == "content-type" {
                response.contentType = value
            } else if !["content-length", "connection", "transfer-encoding"].contains(header.key.lowercased()) {
                response.headers.append((clean(header.key), value))
            }
        }
        if case .array(let cookies)? = object["cookies"] {
            for cookie in cookies.compactMap(\.stringValue) { response.headers.append(("Set-Cookie", clean(cookie))) }
        }
        return response
    }

    /// No line break gets out of a header.
    private static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}
