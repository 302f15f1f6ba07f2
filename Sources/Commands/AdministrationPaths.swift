import EmulatorCore
import EmulatorServer
import JSONValue
import WireProtocols

/// What the stand-alone emulator answers below `/_skylab/`.
enum AdministrationPaths {
    static func administration(of emulator: Emulator, store: StateFile?) -> Administration {
        Administration { request in
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
                return answer(404, ["error": "there are /_skylab/health, /_skylab/costs and /_skylab/reset"])
            }
        }
    }

    private static func answer(_ status: Int, _ json: JSON) -> WireResponse {
        WireResponse(
            status: status, contentType: "application/json", body: EncodedBody(json.serialized() + [UInt8(ascii: "\n")])
        )
    }
}
