package import ServiceModel

/// AWS Lambda's records in one region.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/welcome.html>
package struct LambdaState: Sendable, Equatable {
    /// By name.
    package var functions = ResourceTable<LambdaFunction>()
    /// By name.
    package var layers = ResourceTable<LambdaLayer>()
    /// By UUID.
    package var eventSourceMappings = ResourceTable<EventSourceMapping>()
    /// By ARN.
    package var codeSigningConfigs = ResourceTable<CodeSigningConfig>()
    /// The access key ids of functions' credentials, by the ARN of the session.
    package var sessions: [String: String] = [:]
    /// How many invocations have led to a function's latest one, by its name: what ends circles.
    package var depths: [String: Int] = [:]
    /// What functions have used, by name; those that are gone included.
    package var usage: [String: FunctionUsage] = [:]

    package init() {}

    /// Bytes of all code and layers.
    package var codeBytes: Int {
        functions.reduce(0) { sum, function in
            sum + function.latest.code.size + function.versions.reduce(0) { $0 + $1.code.size }
        } + layers.reduce(0) { sum, layer in sum + layer.versions.reduce(0) { $0 + $1.code.size } }
    }
}

extension CallContext {
    /// Lambda's records in the region that was called.
    package var lambda: LambdaState {
        get { world.regions[regionIndex].lambda }
        _modify { yield &world.regions[regionIndex].lambda }
    }
}

/// What Lambda does by itself.
package enum LambdaEvent: Sendable, Equatable {
    /// A function that was made or changed is ready.
    case ready(function: String, revision: String)
    /// A mapping that was made, changed or deleted gets to its next state.
    case mapping(uuid: String)
    /// A mapping looks whether its source has something.
    case poll(uuid: String)
    /// An asynchronous invocation is tried again.
    case retry(AsynchronousInvocation)
}

/// An asynchronous invocation on its way.
package struct AsynchronousInvocation: Sendable, Equatable {
    package var function: String
    package var qualifier: String?
    package var requestID: String
    package var payload: [UInt8]
    /// When it was accepted.
    package var accepted: Timestamp
    /// How often it was tried.
    package var attempts: Int

    package init(
        function: String, qualifier: String?, requestID: String, payload: [UInt8], accepted: Timestamp,
        attempts: Int = 0
    ) {
        self.function = function
        self.qualifier = qualifier
        self.requestID = requestID
        self.payload = payload
        self.accepted = accepted
        self.attempts = attempts
    }
}

/// A layer with its versions.
package struct LambdaLayer: ResourceRecord {
    package var id: String
    package var arn: String
    package var versions: [LayerVersion] = []
    package var lastVersion = 0

    package init(name: String, arn: String) {
        id = name
        self.arn = arn
    }

    package func version(_ number: Int) -> LayerVersion? { versions.first { $0.number == number } }

    /// Those that can be seen, oldest first.
    package var visible: [LayerVersion] { versions.filter { !$0.isDeleted } }
}

/// A version of a layer.
package struct LayerVersion: Sendable, Equatable {
    package var number: Int
    package var arn: String
    package var code: FunctionCode
    package var created: Timestamp
    /// Description, runtimes, architectures, licence, as they were given.
    package var settings: Fields
    package var policy = FunctionPolicy()
    /// Functions that have it keep it; nobody else sees it any more.
    package var isDeleted = false

    package init(number: Int, arn: String, code: FunctionCode, created: Timestamp, settings: Fields) {
        self.number = number
        self.arn = arn
        self.code = code
        self.created = created
        self.settings = settings
    }
}

/// A source of events that a function works on.
package struct EventSourceMapping: ResourceRecord {
    package var id: String
    /// The function's ARN, with the qualifier if there is one.
    package var functionARN: String
    package var sourceARN: String
    /// As it was given, with AWS's defaults.
    package var settings: Fields
    /// `Creating`, `Enabling`, `Enabled`, `Disabling`, `Disabled`, `Updating`, `Deleting`.
    package var state: String
    package var isEnabled: Bool
    package var modified: Timestamp
    package var lastResult = "No records processed"
    package var tags: Tags
    /// Invocations of it that run now.
    package var running = 0
    /// How far it is with each shard of a stream.
    package var positions: [String: StreamProgress] = [:]

    package init(
        id: String, functionARN: String, sourceARN: String, settings: Fields, isEnabled: Bool, created: Timestamp,
        tags: Tags
    ) {
        self.id = id
        self.functionARN = functionARN
        self.sourceARN = sourceARN
        self.settings = settings
        self.isEnabled = isEnabled
        state = "Creating"
        modified = created
        self.tags = tags
    }
}

/// What code a function may have by its signature; kept, not evaluated.
package struct CodeSigningConfig: ResourceRecord {
    /// Its ARN.
    package var id: String
    package var settings: Fields
    package var modified: Timestamp
    package var tags: Tags

    package init(id: String, settings: Fields, modified: Timestamp, tags: Tags) {
        self.id = id
        self.settings = settings
        self.modified = modified
        self.tags = tags
    }
}
