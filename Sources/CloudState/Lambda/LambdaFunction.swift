package import ServiceModel

/// A function's deployment package, or a layer's.
package struct FunctionCode: Sendable, Equatable {
    /// The zip file; empty for an image.
    package var archive: [UInt8]
    /// In Base64, as answers have it.
    package var sha256: String
    /// Bytes of all files together.
    package var unpackedSize: Int
    /// Nil for a zip file.
    package var image: FunctionImage?

    /// For instance `123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1`; nil for a zip file.
    package var imageURI: String? { image?.uri }

    /// Bytes of the package.
    package var size: Int { archive.count }

    package init(archive: [UInt8], sha256: String, unpackedSize: Int) {
        self.archive = archive
        self.sha256 = sha256
        self.unpackedSize = unpackedSize
    }

    package init(image: FunctionImage) {
        self.init(archive: [], sha256: String(image.digest.dropFirst(7)), unpackedSize: 0)
        self.image = image
    }
}

/// The container image of a function, as it was when the function got it: what is pushed later under its tag changes nothing.
package struct FunctionImage: Sendable, Equatable {
    package var uri: String
    /// The manifest's, `sha256:` and hexadecimal digits.
    package var digest: String
    /// Nil for an image that this machine has outside of the registry.
    package var manifest: [UInt8]?
    /// The configuration and the layers, by digest.
    package var blobs: [String: [UInt8]]

    package init(uri: String, digest: String, manifest: [UInt8]? = nil, blobs: [String: [UInt8]] = [:]) {
        self.uri = uri
        self.digest = digest
        self.manifest = manifest
        self.blobs = blobs
    }
}

/// One version of a function: code and configuration.
package struct FunctionVersion: Sendable, Equatable {
    /// `$LATEST`, or a number.
    package var version: String
    /// The configuration, in the words of CreateFunction, with AWS's defaults.
    package var settings: Fields
    package var code: FunctionCode
    package var modified: Timestamp
    package var revisionID: String
    /// Whether it can be invoked; a new function takes a moment.
    package var isActive = false
    /// Whether the last change has taken effect.
    package var isUpdated = true
    /// Whether its image has turned out to be unusable.
    package var hasUnusableImage = false

    package init(version: String, settings: Fields, code: FunctionCode, modified: Timestamp, revisionID: String) {
        self.version = version
        self.settings = settings
        self.code = code
        self.modified = modified
        self.revisionID = revisionID
    }

    package var runtime: String? { settings["Runtime"]?.text }
    package var handler: String { settings["Handler"]?.text ?? "" }
    package var role: String { settings["Role"]?.text ?? "" }
    /// Seconds.
    package var timeout: Int { settings["Timeout"]?.number ?? 3 }
    /// MiB.
    package var memorySize: Int { settings["MemorySize"]?.number ?? 128 }
    /// MiB of `/tmp`.
    package var ephemeralStorage: Int { settings["EphemeralStorage"]?["Size"]?.number ?? 512 }
    package var architecture: String { settings["Architectures"]?.elements?.first?.text ?? "x86_64" }
    package var logsJSON: Bool { settings["LoggingConfig"]?["LogFormat"] == "JSON" }
    /// Of the version of the runtime that it runs on.
    package func runtimeVersionARN(_ region: String) -> String {
        let bits = IDGenerator.hash(runtime ?? "provided", 0xCBF2_9CE4_8422_2325)
        let digest = (0..<4).map { IDGenerator.hexadecimal(IDGenerator.mix(bits &+ UInt64($0))) }.joined()
        return "arn:aws:lambda:\(region)::runtime:\(digest)"
    }
    /// What it says of its image's entry point, command and working directory; nil where it says nothing.
    package var imageConfig: Fields? {
        guard let given = settings["ImageConfig"]?.fields else { return nil }
        var said = Fields()
        for field in given.fields where !(field.value.elements?.isEmpty ?? field.value.text?.isEmpty ?? true) {
            said.append(field.name, field.value)
        }
        return said.isEmpty ? nil : said
    }
    package var layers: [String] { settings["Layers"]?.elements?.compactMap(\.text) ?? [] }
    package var environment: [(name: String, value: String)] {
        settings["Environment"]?["Variables"]?.fields?.fields.compactMap { field in
            field.value.text.map { (field.name, $0) }
        } ?? []
    }
}

/// A name for a version, or for two of them by weight.
package struct FunctionAlias: Sendable, Equatable {
    package var name: String
    package var version: String
    package var description: String
    /// A second version and the part of the invocations that it gets.
    package var additional: (version: String, weight: Double)?
    package var revisionID: String

    package init(
        name: String, version: String, description: String, additional: (version: String, weight: Double)?,
        revisionID: String
    ) {
        self.name = name
        self.version = version
        self.description = description
        self.additional = additional
        self.revisionID = revisionID
    }

    package static func == (left: FunctionAlias, right: FunctionAlias) -> Bool {
        left.name == right.name && left.version == right.version && left.description == right.description
            && left.additional?.version == right.additional?.version
            && left.additional?.weight == right.additional?.weight && left.revisionID == right.revisionID
    }
}

/// Who may use a function, a version, an alias or a layer.
package struct FunctionPolicy: Sendable, Equatable {
    /// Statements as JSON, in order, by their ids.
    package var statements: [Statement] = []
    package var revisionID = ""

    package struct Statement: Sendable, Equatable {
        package var id: String
        package var json: String

        package init(id: String, json: String) {
            self.id = id
            self.json = json
        }
    }

    package init() {}

    /// The whole document.
    package var document: String {
        "{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":["
            + statements.map(\.json).joined(separator: ",") + "]}"
    }
}

/// A function, with its versions and aliases.
package struct LambdaFunction: ResourceRecord {
    /// Its name.
    package var id: String
    package var arn: String
    package var latest: FunctionVersion
    /// Published versions, oldest first.
    package var versions: [FunctionVersion] = []
    package var lastVersion = 0
    package var aliases: [FunctionAlias] = []
    package var tags: Tags
    /// By qualifier; the function's own under "".
    package var policies: [String: FunctionPolicy] = [:]
    /// By qualifier; the function's own under "".
    package var urls: [String: FunctionURL] = [:]
    /// How asynchronous invocations are handled, by qualifier.
    package var eventInvokeConfigs: [String: EventInvokeConfig] = [:]
    /// Environments that are kept warm, by qualifier.
    package var provisioned: [String: ProvisionedConcurrency] = [:]
    package var reservedConcurrency: Int?
    /// By qualifier.
    package var runtimeManagement: [String: Fields] = [:]
    package var codeSigningConfig: String?
    package var recursiveLoop = "Terminate"

    package init(name: String, arn: String, latest: FunctionVersion, tags: Tags) {
        id = name
        self.arn = arn
        self.latest = latest
        self.tags = tags
    }

    /// The version of that number, or `$LATEST`.
    package func version(_ name: String) -> FunctionVersion? {
        name == "$LATEST" ? latest : versions.first { $0.version == name }
    }

    package func alias(_ name: String) -> FunctionAlias? { aliases.first { $0.name == name } }
}

/// An address at which a function answers HTTP requests.
package struct FunctionURL: Sendable, Equatable {
    /// The first label of its host name.
    package var id: String
    /// `NONE` or `AWS_IAM`.
    package var authType: String
    /// `BUFFERED` or `RESPONSE_STREAM`.
    package var invokeMode: String
    package var cors: Value?
    package var created: Timestamp
    package var modified: Timestamp

    package init(id: String, authType: String, invokeMode: String, cors: Value?, created: Timestamp) {
        self.id = id
        self.authType = authType
        self.invokeMode = invokeMode
        self.cors = cors
        self.created = created
        modified = created
    }
}

/// How asynchronous invocations are handled.
package struct EventInvokeConfig: Sendable, Equatable {
    package var maximumRetries: Int?
    /// Seconds.
    package var maximumAge: Int?
    package var onSuccess: String?
    package var onFailure: String?
    package var modified: Timestamp

    package init(modified: Timestamp) { self.modified = modified }
}

/// Environments that are kept warm.
package struct ProvisionedConcurrency: Sendable, Equatable {
    package var count: Int
    package var modified: Timestamp
    /// `IN_PROGRESS`, `READY`, `FAILED`.
    package var status = "IN_PROGRESS"
    /// Why it failed.
    package var reason: String?

    package init(count: Int, modified: Timestamp) {
        self.count = count
        self.modified = modified
    }
}
