import CloudState
import EmulatorCore
import EmulatorServer
import JSONValue
import ServiceModel
import WireProtocols
import Workloads

/// What the stand-alone emulator answers below `/_skylab/`.
enum AdministrationPaths {
    static func administration(of emulator: Emulator, store: StateFile?, gateway: TaskGateway) -> Administration {
        Administration(respond: respond(emulator, store), forward: { gateway.answer($0) })
    }

    private static func respond(
        _ emulator: Emulator, _ store: StateFile?
    ) -> @Sendable (WireRequest) -> WireResponse {
        { request in
            switch (request.method, request.path) {
            case ("GET", "/_skylab/health"):
                return answer(
                    200, ["status": "ok", "version": .string(engineVersion), "calls": .integer(emulator.trail.count)])
            case ("POST", "/_skylab/reset"):
                emulator.reset()
                store?.reset()
                return answer(200, ["status": "reset"])
            case ("GET", "/_skylab/costs"):
                return answer(200, CostReport.json(emulator.world))
            case (_, "/_skylab/health"), (_, "/_skylab/reset"), (_, "/_skylab/costs"):
                return answer(405, ["error": "GET /_skylab/health, GET /_skylab/costs, POST /_skylab/reset"])
            default:
                if let found = faults(request, emulator) ?? clock(request, emulator) { return found }
                return answer(
                    404,
                    [
                        "error":
                            "there are /_skylab/health, /_skylab/clock, /_skylab/costs, /_skylab/faults, /_skylab/tasks and /_skylab/reset"
                    ])
            }
        }
    }

    /// `GET`, `POST` and `DELETE` of `/_skylab/faults`, and `DELETE` of one below it; nil for other paths.
    private static func faults(_ request: WireRequest, _ emulator: Emulator) -> WireResponse? {
        let root = "/_skylab/faults"
        switch (request.method, request.path) {
        case ("GET", root): return answer(200, ["faults": emulator.faultList])
        case ("POST", root):
            guard let json = try? JSON.parse(request.body, maximumDepth: 8) else {
                return answer(400, ["error": "the body is no JSON"])
            }
            do throws(FaultRequest.Problem) {
                let ids = emulator.start(try FaultRequest(json, region: "us-east-1"))
                return answer(200, ["started": .array(ids.map { .string($0) })])
            } catch {
                return answer(400, ["error": .string("\(error)")])
            }
        case ("DELETE", root):
            emulator.stopFaults()
            return answer(200, ["faults": emulator.faultList])
        case ("DELETE", let path) where path.hasPrefix("\(root)/"):
            let id = String(path.dropFirst(root.count + 1))
            guard emulator.stopFault(id) else { return answer(404, ["error": "there is no such fault in force"]) }
            return answer(200, ["faults": emulator.faultList])
        case (_, let path) where path == root || path.hasPrefix("\(root)/"):
            return answer(405, ["error": "GET, POST and DELETE /_skylab/faults, DELETE /_skylab/faults/ID"])
        default: return nil
        }
    }

    /// The longest that the clock is moved on at once, in seconds.
    private static let longest = 366 * 86_400

    /// `GET` and `POST` of `/_skylab/clock`: virtual time passes, and what falls due in it happens.
    private static func clock(_ request: WireRequest, _ emulator: Emulator) -> WireResponse? {
        guard request.path == "/_skylab/clock" else { return nil }
        switch request.method {
        case "GET": break
        case "POST":
            let seconds = (try? JSON.parse(request.body, maximumDepth: 8))?["seconds"]?.intValue
            guard let seconds, (1...longest).contains(seconds) else {
                return answer(400, ["error": .string("the body is to be {\"seconds\": N}, from 1 to \(longest)")])
            }
            emulator.advance(milliseconds: seconds * 1000)
        default: return answer(405, ["error": "GET and POST /_skylab/clock"])
        }
        return answer(200, ["now": .string(emulator.world.now.iso8601)])
    }

    private static func answer(_ status: Int, _ json: JSON) -> WireResponse {
        WireResponse(
            status: status, contentType: "application/json", body: EncodedBody(json.serialized() + [UInt8(ascii: "\n")])
        )
    }
}
