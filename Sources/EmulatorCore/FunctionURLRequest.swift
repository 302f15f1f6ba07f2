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

    /// What to invoke, for whom, and what is added to the answer.
    struct Invocation {
        var parameters: Value
        /// Who signed the request, where the address is for those who may; nil where it is for everybody.
        var signer: Caller?
        var isStreaming: Bool
        var decorate: @Sendable (WireResponse) -> WireResponse
    }

    /// What to invoke with which event, or the answer to who may not.
    func invocation(_ world: World, signer: Caller?, requestID: String) -> Result<Invocation, Refusal> {
        let state = world.regions.first { $0.name == region }?.lambda
        for function in state?.functions.map({ $0 }) ?? [] {
            for (key, url) in function.urls where url.id == id {
                let sharing = FunctionURLSharing(url.cors, request)
                if let preflight = sharing.preflight { return .failure(Refusal(preflight)) }
                let needsSigner = url.authType == "AWS_IAM"
                guard needsSigner ? signer != nil : isPublic(function, key) else {
                    return .failure(Refusal(sharing.decorate(Self.forbidden)))
                }
                let event = event(world, signer: needsSigner ? signer : nil, requestID: requestID).serialized()
                return .success(
                    Invocation(
                        parameters: [
                            "FunctionName": .string(function.arn), "Qualifier": key.isEmpty ? nil : .string(key),
                            "Payload": .blob(event),
                        ],
                        signer: needsSigner ? signer : nil, isStreaming: url.invokeMode == "RESPONSE_STREAM",
                        decorate: { sharing.decorate($0) }))
            }
        }
        // What no function has is nobody's to say.
        return .failure(Refusal(Self.forbidden))
    }

    /// A refusal as it goes out.
    struct Refusal: Error {
        let response: WireResponse

        init(_ response: WireResponse) { self.response = response }
    }

    static var forbidden: WireResponse {
        answer(
            403,
            "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
        )
    }

    /// Whether the function's policy lets everybody use it.
    private func isPublic(_ function: LambdaFunction, _ key: String) -> Bool {
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

    /// Whether a body of this type comes as it is; the others come in Base64.
    private static func isText(_ type: String?) -> Bool {
        guard let type = type?.split(separator: ";").first?.lowercased().trimmed else { return true }
        return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
            || ["application/json", "application/xml", "application/javascript"].contains(type)
    }

    private func event(_ world: World, signer: Caller?, requestID: String) -> JSON {
        var headers = JSONObject()
        for header in request.headers {
            let name = header.name.lowercased()
            let before = headers[name]?.stringValue
            headers.set(name, to: .string(before.map { "\($0),\(header.value)" } ?? header.value))
        }
        headers.set("x-forwarded-for", to: "127.0.0.1")
        headers.set("x-forwarded-port", to: "443")
        headers.set("x-forwarded-proto", to: "https")
        let text = Self.isText(request.header("content-type")) ? String(validating: request.body, as: UTF8.self) : nil
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
        var about: JSONObject = [
            "accountId": .string(signer?.accountID ?? "anonymous"), "apiId": .string(id), "domainName": .string(host),
            "domainPrefix": .string(id),
            "http": [
                "method": .string(request.method), "path": .string(request.path), "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": .string(request.header("user-agent") ?? ""),
            ],
            "requestId": .string(requestID), "routeKey": "$default", "stage": "$default",
            "time": .string(Self.commonLogTime(world.now)), "timeEpoch": .integer(world.now.milliseconds),
        ]
        if let signer {
            about.set(
                "authorizer",
                to: [
                    "iam": [
                        "accessKey": .string(signer.accessKeyID), "accountId": .string(signer.accountID),
                        "callerId": .string(signer.userID), "cognitoIdentity": .null, "principalOrgId": .null,
                        "userArn": .string(signer.arn), "userId": .string(signer.userID),
                    ]
                ])
        }
        event.set("requestContext", to: .object(about))
        if !request.body.isEmpty { event.set("body", to: .string(text ?? Base64.encode(request.body))) }
        event.set("isBase64Encoded", to: .boolean(!request.body.isEmpty && text == nil))
        return .object(event)
    }

    /// For instance `12/Mar/2026:19:03:58 +0000`.
    private static func commonLogTime(_ time: Timestamp) -> String {
        let parts = time.iso8601.split { "-T.".contains($0) }.map(String.init)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count >= 4, let month = Int(parts[1]), months.indices.contains(month - 1) else { return "" }
        return "\(parts[2])/\(months[month - 1])/\(parts[0]):\(parts[3]) +0000"
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
            if case .failure(let error) = outcome, error.status == 413 { return answer(413, error.message) }
            if case .failure(let error) = outcome, error.status == 403 { return forbidden }
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
        return head(object, contentType: "application/json", body: bytes)
    }

    /// An answer with the status, the headers and the cookies that a function gives.
    static func head(_ object: JSONObject, contentType: String, body: [UInt8]) -> WireResponse {
        let status = object["statusCode"]?.intValue.flatMap { (100...599).contains($0) ? $0 : nil } ?? 200
        var response = WireResponse(status: status, contentType: contentType, body: EncodedBody(body))
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

extension StringProtocol {
    /// Without spaces at either end.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
