package import ServiceModel

/// Something that a service wants done outside of the world: a program that runs. It goes into the world's outbox, the
/// emulator has it done when the call that wanted it has succeeded, and the service is told what came of it.
package struct Effect: Sendable, Equatable {
    /// Counts the effects of a world.
    package var id: Int
    package var region: String
    package var work: Work
    /// Whether a client waits for the answer; the others run on their own.
    package var isAwaited: Bool

    package enum Work: Sendable, Equatable {
        case invocation(FunctionInvocation)
        case task(TaskLaunch)
        /// The task's containers are to end.
        case taskStop(id: String)
        /// A function is gone: what is kept of it need not be kept any longer.
        case retirement(function: String)
    }

    package init(id: Int, region: String, work: Work, isAwaited: Bool) {
        self.id = id
        self.region = region
        self.work = work
        self.isAwaited = isAwaited
    }
}

/// What came of an effect.
package enum EffectOutcome: Sendable {
    case invocation(FunctionOutcome)
    case task(TaskReport)
    /// It is done, and there is nothing to say of it.
    case done
    /// The function's image cannot be used.
    case unusableImage
    /// It could not be begun; the reason.
    case impossible(String)
}

/// One event for a function.
package struct FunctionInvocation: Sendable, Equatable {
    /// Why it is invoked.
    package enum Origin: Sendable, Equatable {
        case request
        case asynchronous(AsynchronousInvocation)
        /// A batch of an event source mapping; the ids of the batch's messages with their receipt handles.
        case mapping(uuid: String, items: [BatchItem])
        /// Nothing is invoked: so many environments are to be ready for the version or alias of that name.
        case provision(qualifier: String, count: Int)
    }

    /// A record of a batch.
    package struct BatchItem: Sendable, Equatable {
        /// A message's id, or a record's sequence number.
        package var id: String
        package var receiptHandle: String
        /// A stream's shard; nil for a queue.
        package var shard: String?

        package init(id: String, receiptHandle: String, shard: String? = nil) {
            self.id = id
            self.receiptHandle = receiptHandle
            self.shard = shard
        }
    }

    package var origin: Origin
    package var function: String
    /// The ARN as it was invoked, with the qualifier.
    package var invokedARN: String
    package var version: FunctionVersion
    /// The zip files of its layers, in order.
    package var layers: [[UInt8]]
    package var requestID: String
    package var payload: [UInt8]
    /// JSON, as the client gave it.
    package var clientContext: String?
    /// Whether the client wants the end of the log with the answer.
    package var wantsLog = false
    /// The role's credentials.
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String
    package var logGroup: String
    /// How many may run at once: of this function where that is reserved for it, of all others together where it is not.
    package var concurrency: Int
    package var isReserved: Bool
    /// Virtual time of the invocation; what logs are dated by.
    package var time: Timestamp

    package init(
        origin: Origin, function: String, invokedARN: String, version: FunctionVersion, layers: [[UInt8]],
        requestID: String, payload: [UInt8], clientContext: String?,
        credentials: (accessKeyID: String, secret: String, token: String), logGroup: String, concurrency: Int,
        isReserved: Bool, time: Timestamp
    ) {
        self.origin = origin
        self.function = function
        self.invokedARN = invokedARN
        self.version = version
        self.layers = layers
        self.requestID = requestID
        self.payload = payload
        self.clientContext = clientContext
        accessKeyID = credentials.accessKeyID
        secretAccessKey = credentials.secret
        sessionToken = credentials.token
        self.logGroup = logGroup
        self.concurrency = concurrency
        self.isReserved = isReserved
        self.time = time
    }
}

/// How an invocation ended.
package struct FunctionOutcome: Sendable, Equatable {
    package enum Ending: Sendable, Equatable {
        case success
        /// `Handled` or `Unhandled`; the payload is the error document.
        case failure(String)
        /// There was no room for another environment.
        case throttled
    }

    package var ending: Ending
    package var payload: [UInt8]
    /// The lines that it logged, the platform's among them.
    package var log: [String]
    /// The stream of the environment.
    package var logStream: String
    /// Milliseconds of the handler, and of the start of the environment where this was its first invocation.
    package var duration: Double
    package var initDuration: Double?
    /// Milliseconds that are billed.
    package var billed: Int

    package init(
        ending: Ending, payload: [UInt8] = [], log: [String] = [], logStream: String = "", duration: Double = 0,
        initDuration: Double? = nil, billed: Int = 0
    ) {
        self.ending = ending
        self.payload = payload
        self.log = log
        self.logStream = logStream
        self.duration = duration
        self.initDuration = initDuration
        self.billed = billed
    }
}

extension World {
    /// Puts an effect into the outbox; returns its number.
    @discardableResult
    package mutating func want(_ work: Effect.Work, region: String, isAwaited: Bool) -> Int {
        let id = ids.ordinal("effect")
        outbox.append(Effect(id: id, region: region, work: work, isAwaited: isAwaited))
        return id
    }

    /// Takes what is in the outbox.
    package mutating func takeOutbox() -> [Effect] {
        guard !outbox.isEmpty else { return [] }
        defer { outbox = [] }
        return outbox
    }
}
