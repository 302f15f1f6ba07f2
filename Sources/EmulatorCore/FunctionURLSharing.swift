import ServiceModel
import WireProtocols

/// What a function's own address tells browsers of other origins: Lambda answers their questions itself.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors>
struct FunctionURLSharing: Sendable {
    private let headers: [(name: String, value: String)]
    private let isPreflight: Bool

    /// - Parameter settings: the `Cors` of the address; nil where it has none, and the function says it all.
    init(_ settings: Value?, _ request: WireRequest) {
        guard let settings, let origin = request.header("origin") else {
            headers = []
            isPreflight = false
            return
        }
        func list(_ name: String) -> [String] { settings[name]?.elements?.compactMap(\.text) ?? [] }
        let method = request.header("access-control-request-method")
        isPreflight = request.method == "OPTIONS" && method != nil
        let origins = list("AllowOrigins")
        var headers: [(name: String, value: String)] = []
        if origins.contains(where: { Self.matches($0, origin) }) {
            headers.append(("Access-Control-Allow-Origin", origins.contains("*") ? "*" : origin))
            if !origins.contains("*") { headers.append(("Vary", "Origin")) }
            if settings["AllowCredentials"] == true { headers.append(("Access-Control-Allow-Credentials", "true")) }
            if isPreflight {
                let methods = list("AllowMethods")
                if !methods.isEmpty {
                    headers.append(("Access-Control-Allow-Methods", methods.joined(separator: ",")))
                }
                let names = list("AllowHeaders")
                if !names.isEmpty { headers.append(("Access-Control-Allow-Headers", names.joined(separator: ","))) }
                if let age = settings["MaxAge"]?.number { headers.append(("Access-Control-Max-Age", String(age))) }
            } else {
                let names = list("ExposeHeaders")
                if !names.isEmpty { headers.append(("Access-Control-Expose-Headers", names.joined(separator: ","))) }
            }
        }
        self.headers = headers
    }

    /// The answer to a browser that asks before it calls; nil where the function is to be called.
    var preflight: WireResponse? {
        guard isPreflight else { return nil }
        return decorate(WireResponse(status: 200, contentType: "application/json", body: EncodedBody([])))
    }

    /// Adds what browsers want to know. What Lambda says stands in place of what the function says.
    func decorate(_ response: WireResponse) -> WireResponse {
        guard !headers.isEmpty else { return response }
        var response = response
        response.headers.removeAll { header in
            headers.contains { $0.name.lowercased() == header.name.lowercased() }
        }
        response.headers += headers
        return response
    }

    private static func matches(_ pattern: String, _ origin: String) -> Bool {
        guard pattern != "*", let star = pattern.firstIndex(of: "*") else { return pattern == "*" || pattern == origin }
        let (start, end) = (pattern[..<star], pattern[pattern.index(after: star)...])
        return origin.utf8.count >= start.utf8.count + end.utf8.count && origin.hasPrefix(start)
            && origin.hasSuffix(end)
    }
}
