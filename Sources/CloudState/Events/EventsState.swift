package import JSONValue
package import ServiceModel

/// Amazon EventBridge's records in one region.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html>
package struct EventsState: Sendable, Equatable {
    /// By name.
    package var buses = ResourceTable<EventBus>()
    /// By `EventRule.id(bus:name:)`.
    package var rules = ResourceTable<EventRule>()
    /// By name.
    package var archives = ResourceTable<EventArchive>()
    /// By name.
    package var replays = ResourceTable<EventReplay>()
    /// By name.
    package var connections = ResourceTable<EventConnection>()
    /// By name.
    package var destinations = ResourceTable<EventConnection>()

    /// With the bus that every account has.
    package init(region: String, accountID: String, now: Timestamp) {
        buses.insert(
            EventBus(
                name: EventBus.standard, arn: "arn:aws:events:\(region):\(accountID):event-bus/default", created: now))
    }
}

/// How an HTTP API outside is signed in to, or such an API: kept, and never called.
package struct EventConnection: ResourceRecord {
    /// Its name.
    package var id: String
    package var arn: String
    /// What CreateConnection or CreateApiDestination said, without its name.
    package var settings: Fields
    package var created: Timestamp
    package var modified: Timestamp
    package var state: String

    package init(name: String, arn: String, settings: Fields, created: Timestamp, state: String) {
        id = name
        self.arn = arn
        self.settings = settings
        self.created = created
        modified = created
        self.state = state
    }
}

extension CallContext {
    /// EventBridge's records in the region that was called.
    package var events: EventsState {
        get { world.regions[regionIndex].events }
        _modify { yield &world.regions[regionIndex].events }
    }
}

/// What EventBridge does by itself.
package enum EventBridgeEvent: Sendable, Equatable {
    /// An event has come to a bus.
    case arrival(BusEvent)
    /// The time of a rule's schedule.
    case tick(rule: String, revision: Int)
    /// A replay gives an archive's events to the rules again.
    case replay(name: String)
    /// What did not get to a rule's target is tried again.
    case retry(BusEvent, rule: String, target: String, retries: Int, began: Timestamp)
}

/// An event on a bus.
package struct BusEvent: Sendable, Equatable {
    package var id: String
    /// The name of the bus.
    package var bus: String
    package var source: String
    package var detailType: String
    package var detail: JSON
    package var resources: [String]
    package var time: Timestamp
    package var account: String
    package var region: String
    /// The replay that it comes from; nil for an event that is new.
    package var replay: String?
    /// How many buses it went over.
    package var hops = 0

    package init(
        id: String, bus: String, source: String, detailType: String, detail: JSON, resources: [String],
        time: Timestamp, account: String, region: String
    ) {
        self.id = id
        self.bus = bus
        self.source = source
        self.detailType = detailType
        self.detail = detail
        self.resources = resources
        self.time = time
        self.account = account
        self.region = region
    }

    /// The document that patterns are held against and targets get.
    package var document: JSON {
        var object: JSONObject = [
            "version": "0", "id": .string(id), "detail-type": .string(detailType), "source": .string(source),
            "account": .string(account), "time": .string(time.iso8601Seconds), "region": .string(region),
            "resources": .array(resources.map(JSON.string)),
        ]
        if let replay { object.set("replay-name", to: .string(replay)) }
        object.set("detail", to: detail)
        return .object(object)
    }
}

/// An event bus.
package struct EventBus: ResourceRecord {
    /// The bus that services of AWS put their events on.
    package static let standard = "default"

    package var id: String
    package var arn: String
    /// Statements of its policy as JSON, by their ids.
    package var statements: [(id: String, json: JSON)] = []
    package var created: Timestamp
    package var modified: Timestamp
    /// Description, key, dead letters and logging, as they were given.
    package var settings = Fields()
    package var tags = Tags()

    package init(name: String, arn: String, created: Timestamp) {
        id = name
        self.arn = arn
        self.created = created
        modified = created
    }

    package static func == (left: EventBus, right: EventBus) -> Bool {
        left.id == right.id && left.arn == right.arn && left.created == right.created
            && left.modified == right.modified && left.settings == right.settings && left.tags == right.tags
            && left.statements.elementsEqual(right.statements) { $0.id == $1.id && $0.json == $1.json }
    }
}

/// A rule: which events, or when, and what then.
package struct EventRule: ResourceRecord {
    package var id: String
    package var name: String
    package var bus: String
    package var arn: String
    package var pattern: String?
    package var schedule: String?
    /// `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
    package var state: String
    package var description: String?
    package var role: String?
    package var targets: [EventTarget] = []
    /// Counts the changes of its schedule: a tick of an earlier one is nothing.
    package var revision = 0
    /// When its schedule began; what rates are counted from.
    package var started: Timestamp?
    package var tags = Tags()

    package init(name: String, bus: String, arn: String, state: String) {
        id = Self.id(bus: bus, name: name)
        self.name = name
        self.bus = bus
        self.arn = arn
        self.state = state
    }

    package static func id(bus: String, name: String) -> String { "\(bus)\u{1F}\(name)" }
    package var isEnabled: Bool { state != "DISABLED" }
}

/// Where a rule's events go.
package struct EventTarget: Sendable, Equatable {
    package var id: String
    package var arn: String
    /// As it was put, with id and ARN.
    package var settings: Fields

    package init(id: String, arn: String, settings: Fields) {
        self.id = id
        self.arn = arn
        self.settings = settings
    }
}

/// An archive of a bus's events.
package struct EventArchive: ResourceRecord {
    package var id: String
    package var arn: String
    /// The name of its bus.
    package var bus: String
    package var pattern: String?
    package var description: String?
    package var keyID: String?
    /// Days; 0 for ever.
    package var retention: Int
    package var created: Timestamp
    package var events: [BusEvent] = []
    package var bytes = 0

    package init(name: String, arn: String, bus: String, retention: Int, created: Timestamp) {
        id = name
        self.arn = arn
        self.bus = bus
        self.retention = retention
        self.created = created
    }
}

/// A replay of an archive.
package struct EventReplay: ResourceRecord {
    package var id: String
    package var arn: String
    package var archive: String
    /// The request, in AWS's words.
    package var settings: Fields
    package var state = "STARTING"
    package var started: Timestamp
    package var ended: Timestamp?
    package var last: Timestamp?

    package init(name: String, arn: String, archive: String, settings: Fields, started: Timestamp) {
        id = name
        self.arn = arn
        self.archive = archive
        self.settings = settings
        self.started = started
    }
}
