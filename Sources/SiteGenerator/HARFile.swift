import GradeModel
import JSONValue

/// The API calls of a program as an HTTP archive, which browsers' network tools open.
///
/// What goes over the wire is signed and encoded in a service's own way; here are the parameters and answers as JSON.
/// Virtual time and the operation are in members that begin with `_`, which the format leaves to its writers.
/// <http://www.softwareishard.com/blog/har-12-spec/>
struct HARFile {
    private let result: GradeResult

    /// More than any exercise takes, and as many as a browser's tools still show.
    private static let mostCalls = 10_000

    /// `result` is what the audience may know.
    init(_ result: GradeResult) { self.result = result }

    var bytes: [UInt8] {
        let archive: JSON = .object([
            "log": .object([
                "version": "1.2",
                "creator": .object(["name": "Skylab", "version": .string(result.engineVersion)]),
                "comment": .string("Calls of the emulated region; times are real ones.\(whatIsLeftOut)"),
                "entries": .array(entries),
            ])
        ])
        return archive.serialized() + [0x0A]
    }

    private var whatIsLeftOut: String {
        let calls = result.apiCalls.count
        return calls > Self.mostCalls ? " The first \(Self.mostCalls) of \(calls); the stored result has them all." : ""
    }

    /// A client's long description of itself stands with its first call only.
    private var entries: [JSON] {
        var client = ""
        return result.apiCalls.prefix(Self.mostCalls).map { call in
            defer { client = call.userAgent.client }
            return entry(call, agent: call.userAgent.client == client ? client : call.userAgent)
        }
    }

    private func entry(_ call: APICall, agent: String) -> JSON {
        let span = CallSpan(call)
        let milliseconds = ((span?.length ?? 0) * 1e6).rounded() / 1000
        return .object([
            "startedDateTime": .string(started(span)), "time": .number(milliseconds),
            "request": request(call, agent: agent), "response": response(call), "cache": .object([:]),
            "timings": .object(["send": 0, "wait": .number(milliseconds), "receive": 0]),
            "_service": .string(call.service), "_operation": .string(call.eventName),
            "_virtualTime": .string(call.eventTime), "_sequence": .integer(call.sequence),
        ])
    }

    private func request(_ call: APICall, agent: String) -> JSON {
        .object([
            "method": "POST", "url": .string(url(call)), "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": [header("User-Agent", agent)],
            "queryString": [], "headersSize": -1, "bodySize": .integer(call.requestParameters.utf8.count),
            "postData": .object([
                "mimeType": "application/json", "params": [], "text": .string(call.requestParameters),
            ]),
        ])
    }

    private func response(_ call: APICall) -> JSON {
        let failure: JSON = .object([
            "Code": .string(call.errorCode ?? ""), "Message": .string(call.errorMessage ?? ""),
        ])
        let text = call.errorCode == nil ? call.responseElements ?? "" : failure.serializedString()
        return .object([
            "status": .integer(call.httpStatus ?? (call.errorCode == nil ? 200 : 400)),
            "statusText": .string(call.errorCode ?? "OK"), "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": [header("x-amzn-RequestId", call.requestID)],
            "content": .object([
                "size": .integer(text.utf8.count), "mimeType": "application/json", "text": .string(text),
            ]),
            "redirectURL": "", "headersSize": -1, "bodySize": -1,
        ])
    }

    private func header(_ name: String, _ value: String) -> JSON {
        .object(["name": .string(name), "value": .string(value)])
    }

    /// AWS's own endpoint, with nothing in it but letters, digits and dashes of what was called.
    private func url(_ call: APICall) -> String {
        func kept(_ text: String) -> String {
            String(
                text.unicodeScalars.filter {
                    $0.isASCII && ($0.properties.isAlphabetic || "0123456789-".unicodeScalars.contains($0))
                }.map(Character.init))
        }
        return "https://\(kept(call.service)).\(kept(call.awsRegion ?? result.region)).amazonaws.com/"
    }

    private func started(_ span: CallSpan?) -> String {
        timestamp(result.startedAt, plus: span?.start ?? 0)
    }
}

/// A time in UTC and so many seconds later, to the millisecond: `2026-11-23T18:00:57.310Z`. Beyond the day's end it
/// stays at its last millisecond; a text that is no time is the beginning of 1970.
private func timestamp(_ text: String, plus seconds: Double) -> String {
    guard let start = utcTimestamp(text) else { return "1970-01-01T00:00:00.000Z" }
    let parts = start.suffix(8).split(separator: ":").compactMap { Int($0) }
    guard parts.count == 3 else { return "1970-01-01T00:00:00.000Z" }
    let begin = (parts[0] * 3600 + parts[1] * 60 + parts[2]) * 1000
    let moment = min(begin + Int(min(max(seconds, 0), 86_400) * 1000), 86_399_999)
    func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let clock = [moment / 3_600_000, moment / 60_000 % 60, moment / 1000 % 60].map { padded($0, 2) }.joined(
        separator: ":")
    return "\(start.prefix(11))\(clock).\(padded(moment % 1000, 3))Z"
}
