package import CloudState
import JSONValue
package import ServiceModel

/// A world on disk: how it began, and the calls that changed it, one line of JSON each.
///
/// Lines are only ever appended, so whatever moment the machine stops at, all but perhaps the last line is whole, and a
/// line that is cut off is left out: `replay(trail) == world`.
package struct Journal: Sendable {
    package var seed: String
    package var epoch: Timestamp
    package private(set) var records: [CallRecord] = []
    /// The bytes of the journal that are whole; what comes after them is cut off before more is written.
    package private(set) var wholeBytes = 0

    private static let version = 1

    package init(seed: String, epoch: Timestamp) {
        self.seed = seed
        self.epoch = epoch
    }

    /// The first line.
    package var header: String {
        JSON.object([
            "skylab": .integer(Self.version), "seed": .string(seed), "epoch": .integer(epoch.milliseconds),
        ]).serializedString() + "\n"
    }

    /// The line of a call that changed something.
    package static func line(_ record: CallRecord) -> String {
        JSON.object([
            "time": .integer(record.eventTime.milliseconds), "service": .string(record.service),
            "operation": .string(record.eventName), "region": .string(record.region),
            "key": .string(record.caller.accessKeyID), "account": .string(record.caller.accountID),
            "arn": .string(record.caller.arn), "user": .string(record.caller.userID),
            "principal": .string(record.caller.principal.text),
            "input": record.input.map { ValueJSON.encode($0.fields) } ?? .null,
        ]).serializedString() + "\n"
    }

    /// Reads a journal back.
    ///
    /// - Throws: where the file is none of ours, or a line in the middle is damaged.
    package init(_ bytes: [UInt8]) throws(JournalError) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        // What follows the last line end was cut off while it was written; often it is nothing.
        lines = lines.dropLast()
        guard let first = lines.first, let header = (try? JSON.parse(Array(first)))?.objectValue,
            let version = header["skylab"]?.intValue, let seed = header["seed"]?.stringValue,
            let epoch = header["epoch"]?.intValue
        else { throw JournalError(line: 1, problem: "this is no state file of Skylab's") }
        guard version == Self.version else {
            throw JournalError(line: 1, problem: "it was written by another version of Skylab (format \(version))")
        }
        self.init(seed: seed, epoch: Timestamp(milliseconds: epoch))
        wholeBytes = first.count + 1
        for (index, line) in lines.dropFirst().enumerated() {
            guard let record = Self.record(line) else {
                throw JournalError(line: index + 2, problem: "the line is damaged")
            }
            records.append(record)
            wholeBytes += line.count + 1
        }
    }

    private static func record(_ line: some Collection<UInt8>) -> CallRecord? {
        guard let object = (try? JSON.parse(Array(line)))?.objectValue, let time = object["time"]?.intValue,
            let service = object["service"]?.stringValue, let name = object["operation"]?.stringValue,
            let region = object["region"]?.stringValue, let key = object["key"]?.stringValue,
            let account = object["account"]?.stringValue, let arn = object["arn"]?.stringValue,
            let user = object["user"]?.stringValue, let parameters = object["input"],
            let shape = Services.signed(service)?.model().operation(name)?.input,
            case .structure(let fields)? = ValueJSON.decode(parameters, shape)
        else { return nil }
        return CallRecord(
            sequence: 0, eventTime: Timestamp(milliseconds: time), service: service, eventName: name, region: region,
            input: Input(shape: shape, fields: fields), error: nil, isRead: false, requestID: "", userAgent: "",
            caller: Caller(
                accessKeyID: key, accountID: account, arn: arn, userID: user,
                principal: Caller.Principal(text: object["principal"]?.stringValue ?? "")))
    }

    /// The world that the journal tells of.
    ///
    /// - Parameter prepare: brings a fresh world to where it begins.
    package func world(
        accountID: String, enforcesIAM: Bool = false, prepare: (inout World) -> Void = { _ in }
    ) -> World {
        var world = World(seed: seed, epoch: epoch, accountID: accountID)
        world.automation = Services.automation(enforcesIAM: enforcesIAM)
        prepare(&world)
        return world.replayed(records)
    }
}

/// What is wrong with a journal, and where.
package struct JournalError: Error, CustomStringConvertible {
    package var line: Int
    package var problem: String

    package var description: String { "line \(line): \(problem)" }
}

extension Caller.Principal {
    /// As a journal keeps it: `account`, `user:NAME`, `session:ID` or `role:NAME`.
    fileprivate var text: String {
        switch self {
        case .account: "account"
        case .user(let name): "user:\(name)"
        case .session(let id): "session:\(id)"
        case .role(let name): "role:\(name)"
        }
    }

    fileprivate init(text: String) {
        if text.hasPrefix("user:") {
            self = .user(String(text.dropFirst(5)))
        } else if text.hasPrefix("session:") {
            self = .session(String(text.dropFirst(8)))
        } else if text.hasPrefix("role:") {
            self = .role(String(text.dropFirst(5)))
        } else {
            self = .account
        }
    }
}
