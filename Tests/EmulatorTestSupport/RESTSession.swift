import EmulatorCore
import ServiceModel
import WireProtocols

extension EmulatorSession {
    /// An answer of a REST protocol.
    package struct RESTAnswer: Sendable {
        package var status: Int
        package var headers: [(name: String, value: String)]
        package var contentType: String
        package var body: [UInt8]
        /// What the head says of the body's length where there is none.
        package var declaredLength: Int?

        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The first header of a name in lower case.
        package func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

        /// The text of the first element of that name.
        package func first(_ tag: String) -> String? { Answer(status: status, text: text).first(tag) }
    }

    /// Sends a request whose operation is in its method and path.
    ///
    /// - Parameter service: whom it is signed for; nil for a request without a signature.
    @discardableResult
    package func rest(
        _ method: String, _ path: String, query: String = "", headers: KeyValuePairs<String, String> = [:],
        body: [UInt8] = [], service: String?
    ) -> RESTAnswer {
        var all = headers.map { (name: $0.key, value: $0.value) }
        if let service {
            let credential = "AKIATEST/20260901/\(region)/\(service)/aws4_request"
            all.append(
                ("authorization", "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host, Signature=00"))
        }
        let response = emulator.respond(
            to: WireRequest(method: method, path: path, query: query, headers: all, body: body))
        return RESTAnswer(
            status: response.status, headers: response.headers, contentType: response.contentType,
            body: response.allBytes, declaredLength: response.declaredLength)
    }
}
