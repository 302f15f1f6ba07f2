package import CloudState
package import JSONValue
import ServiceModel

/// A fault as a person asks the stand-alone emulator for it, in the words of a lab's scenarios and of AWS FIS:
///
/// ```json
/// {"action": "aws:fis:inject-api-throttle-error", "service": "ec2", "operations": ["RunInstances"], "percent": 50, "for": 300}
/// ```
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html>
package struct FaultRequest: Sendable, Equatable {
    package var kinds: [Fault.Kind]
    package var region: String
    /// How long the fault lasts in virtual time; nil for until it is ended.
    package var duration: Duration?

    /// What is wrong with a request, for the person who made it.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// The keys of each action, the needed one first.
    private static let keys: [(action: String, keys: [String])] = [
        ("az-outage", ["az"]),
        ("instance-impairment", ["instances", "check"]),
        ("aws:network:disrupt-connectivity", ["subnets", "scope"]),
        ("aws:ec2:api-insufficient-instance-capacity-error", ["az", "percent"]),
        ("aws:ec2:asg-insufficient-instance-capacity-error", ["az", "percent"]),
        ("aws:fis:inject-api-throttle-error", ["service", "operations", "percent"]),
        ("aws:fis:inject-api-internal-error", ["service", "operations", "percent"]),
        ("aws:fis:inject-api-unavailable-error", ["service", "operations", "percent"]),
    ]

    /// Reads a request; `region` is where it means when it says nothing.
    package init(_ json: JSON, region standard: String) throws(Problem) {
        guard let object = json.objectValue else { throw Problem("a fault is a JSON object with an \"action\"") }
        let names = Self.keys.map(\.action).joined(separator: ", ")
        guard let action = object["action"]?.stringValue else {
            throw Problem("\"action\" is missing: one of \(names)")
        }
        guard let keys = Self.keys.first(where: { $0.action == action })?.keys, let needed = keys.first else {
            throw Problem("there is no action \"\(action.prefix(80))\": use one of \(names)")
        }
        for (key, _) in object where !(keys + ["action", "region", "for"]).contains(key) {
            throw Problem(
                "\(action) has no \"\(key.prefix(80))\": it takes \(keys.joined(separator: ", ")), region and for")
        }
        let targets = try Self.texts(object[needed], needed)
        guard !targets.isEmpty else { throw Problem("\(action) needs \"\(needed)\"") }
        region = try object["region"].map { json throws(Problem) in try Self.text(json, "region") } ?? standard
        duration = try object["for"].map { json throws(Problem) in
            guard let seconds = json.intValue, (1...86_400).contains(seconds) else {
                throw Problem("\"for\" is a number of seconds from 1 to 86400")
            }
            return .seconds(seconds)
        }
        let percent = try object["percent"].map { json throws(Problem) in
            guard let percent = json.intValue, (1...100).contains(percent) else {
                throw Problem("\"percent\" is a number from 1 to 100")
            }
            return percent
        }
        kinds = try Self.kinds(action, targets, object, percent: percent ?? 100)
    }

    private static func kinds(
        _ action: String, _ targets: [String], _ object: JSONObject, percent: Int
    ) throws(Problem) -> [Fault.Kind] {
        switch action {
        case "az-outage": return targets.map { .zoneOutage(zone: $0) }
        case "instance-impairment":
            let check = try choice(object["check"], "check", Fault.StatusCheck.instance)
            return targets.map { .impairment(instanceID: $0, check) }
        case "aws:network:disrupt-connectivity":
            return [.networkDisruption(subnets: targets, scope: try choice(object["scope"], "scope", .all))]
        case "aws:ec2:api-insufficient-instance-capacity-error":
            return [.insufficientCapacity(zones: targets, percentage: percent, of: .api)]
        case "aws:ec2:asg-insufficient-instance-capacity-error":
            return [.insufficientCapacity(zones: targets, percentage: percent, of: .autoScaling)]
        default:
            guard let failure = Fault.APIFault.Failure(rawValue: action) else { return [] }
            let operations = try texts(object["operations"], "operations")
            return try targets.map { service throws(Problem) in
                try check(service, operations)
                return .apiError(.init(failure, service: service, operations: operations, percentage: percent))
            }
        }
    }

    private static func check(_ service: String, _ operations: [String]) throws(Problem) {
        guard let model = Services.signed(service)?.model() else {
            throw Problem(
                "no service signs its requests as \"\(service.prefix(40))\"; EC2 is ec2, CloudWatch is monitoring")
        }
        for operation in operations where model.operation(operation) == nil {
            throw Problem("\(service) has no operation \"\(operation.prefix(80))\"")
        }
    }

    // MARK: Values

    private static func text(_ json: JSON, _ key: String) throws(Problem) -> String {
        guard let text = json.stringValue, !text.isEmpty, text.utf8.count <= 200 else {
            throw Problem("\"\(key)\" is a text")
        }
        return text
    }

    /// One text or a list of them; none where the key is missing.
    private static func texts(_ json: JSON?, _ key: String) throws(Problem) -> [String] {
        guard let json else { return [] }
        guard let elements = json.arrayValue else { return [try text(json, key)] }
        guard elements.count <= 1000 else { throw Problem("\"\(key)\" has more than 1000 entries") }
        return try elements.map { json throws(Problem) in try text(json, key) }
    }

    private static func choice<Choice: RawRepresentable<String>>(
        _ json: JSON?, _ key: String, _ standard: Choice
    ) throws(Problem) -> Choice {
        guard let json else { return standard }
        guard let choice = json.stringValue.flatMap(Choice.init(rawValue:)) else {
            throw Problem("\"\(key)\" has none of the values that it may have")
        }
        return choice
    }
}

extension Emulator {
    /// Puts faults in force and gives their ids.
    ///
    /// A fault is no call: neither the trail nor a state file keeps it, and a restart ends it.
    package func start(_ request: FaultRequest) -> [String] {
        change { world in
            request.kinds.map { world.startFault($0, region: request.region, lasting: request.duration) }
        }
    }

    /// Ends a fault; false where there is none of that id.
    package func stopFault(_ id: String) -> Bool {
        change { world in
            guard world.faults.active[id] != nil else { return false }
            world.stopFault(id)
            return true
        }
    }

    /// Ends all faults.
    package func stopFaults() {
        change { world in for fault in world.faults.active { world.stopFault(fault.id) } }
    }

    /// The faults in force, as JSON.
    package var faultList: JSON {
        .array(
            world.faults.active.map { fault in
                .object([
                    "id": .string(fault.id), "action": .string(fault.kind.action), "region": .string(fault.region),
                    "since": .string(fault.since.iso8601),
                ])
            })
    }
}

extension Fault.Kind {
    /// What a request calls it.
    fileprivate var action: String {
        switch self {
        case .zoneOutage: "az-outage"
        case .networkDisruption, .subnetsSeparated: "aws:network:disrupt-connectivity"
        case .impairment: "instance-impairment"
        case .insufficientCapacity(_, _, .api, _): "aws:ec2:api-insufficient-instance-capacity-error"
        case .insufficientCapacity(_, _, .autoScaling, _): "aws:ec2:asg-insufficient-instance-capacity-error"
        case .apiError(let fault): fault.failure.rawValue
        case .cpuStress: "aws:ssm:send-command"
        }
    }
}
