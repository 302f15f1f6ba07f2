import CloudState
import ServiceModel

/// Layers.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html>
enum LayerCalls {
    static let operations: [String: Handler] = [
        "DeleteLayerVersion": .write(delete),
        "GetLayerVersion": .readAtTime(get),
        "GetLayerVersionByArn": .readAtTime(getByARN),
        "ListLayerVersions": .read(versions),
        "ListLayers": .read(list),
        "PublishLayerVersion": .write(publish),
    ]

    private static func name(_ text: String) -> String {
        text.hasPrefix("arn:") ? text.split(separator: ":").dropFirst(6).first.map(String.init) ?? "" : text
    }

    static func publish(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = name(input.string("LayerName") ?? "")
        guard FunctionName.isName(name) else {
            throw LambdaError.constraint(name, "layerName", "satisfy regular expression pattern: [a-zA-Z0-9-_]+")
        }
        guard let content = input.structure("Content") else {
            throw LambdaError.parameter("Please provide a source for layer code.")
        }
        let code = try CodeUpload.code(content, &context, isLayer: true)
        let arn = "arn:aws:lambda:\(context.region):\(context.accountID):layer:\(name)"
        var layer = context.lambda.layers[name] ?? LambdaLayer(name: name, arn: arn)
        layer.lastVersion += 1
        var settings = Fields()
        for member in ["Description", "CompatibleRuntimes", "LicenseInfo", "CompatibleArchitectures"] {
            if let value = input[member] { settings.append(member, value) }
        }
        let version = LayerVersion(
            number: layer.lastVersion, arn: "\(arn):\(layer.lastVersion)", code: code, created: context.now,
            settings: settings)
        layer.versions.append(version)
        context.lambda.layers.insert(layer)
        return Response(view(version, layer, context))
    }

    private static func summary(_ version: LayerVersion) -> [(String, Value?)] {
        [
            ("LayerVersionArn", .string(version.arn)), ("Version", .integer(version.number)),
            ("Description", version.settings["Description"] ?? ""),
            ("CreatedDate", .string(FunctionView.date(version.created))),
            ("CompatibleRuntimes", version.settings["CompatibleRuntimes"]),
            ("LicenseInfo", version.settings["LicenseInfo"]),
            ("CompatibleArchitectures", version.settings["CompatibleArchitectures"]),
        ]
    }

    private static func item(_ version: LayerVersion) -> Value {
        .structure(Fields(summary(version).compactMap { name, value in value.map { .init(name: name, value: $0) } }))
    }

    private static func view(_ version: LayerVersion, _ layer: LambdaLayer, _ context: CallContext) -> Value {
        var fields = item(version).fields ?? Fields()
        fields.append("LayerArn", .string(layer.arn))
        fields.append(
            "Content",
            [
                "Location": .string(
                    "https://awslambda-\(context.region)-layers.s3.\(context.region).amazonaws.com/snapshots/\(context.accountID)/\(layer.id)-\(version.number)"
                ), "CodeSha256": .string(version.code.sha256), "CodeSize": .integer(version.code.size),
            ])
        return .structure(fields)
    }

    /// The layer that a request names, and the place of the version among its versions.
    static func version(_ context: CallContext, _ input: Input) throws(ServiceError) -> (LambdaLayer, Int) {
        let name = name(input.string("LayerName") ?? "")
        let number = input.integer("VersionNumber") ?? 0
        guard let layer = context.lambda.layers[name],
            let place = layer.versions.firstIndex(where: { $0.number == number && !$0.isDeleted })
        else { throw LambdaError.noResource }
        return (layer, place)
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (layer, place) = try version(context, input)
        return Response(view(layer.versions[place], layer, context))
    }

    static func getByARN(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let arn = input.string("Arn") ?? ""
        guard let version = context.layerVersion(arn), !version.isDeleted, let layer = context.lambda.layers[name(arn)]
        else {
            throw LambdaError.noResource
        }
        return Response(view(version, layer, context))
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = name(input.string("LayerName") ?? "")
        let number = input.integer("VersionNumber")
        let arn = context.lambda.layers[name]?.versions.first { $0.number == number }?.arn
        let isUsed = context.lambda.functions.contains { function in
            ([function.latest] + function.versions).contains { $0.layers.contains(arn ?? "") }
        }
        context.lambda.layers.update(name) { layer in
            for place in layer.versions.indices where layer.versions[place].number == number {
                layer.versions[place].isDeleted = true
            }
            // Its code stays for those who have it.
            if !isUsed { layer.versions.removeAll { $0.number == number } }
        }
        return .empty
    }

    private static func fits(_ version: LayerVersion, _ input: Input) -> Bool {
        func has(_ member: String, _ wanted: String?) -> Bool {
            guard let wanted else { return true }
            return version.settings[member]?.elements?.contains(.string(wanted)) ?? false
        }
        return has("CompatibleRuntimes", input.string("CompatibleRuntime"))
            && has("CompatibleArchitectures", input.string("CompatibleArchitecture"))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let layers = context.lambda.layers.filter { layer in layer.visible.contains { fits($0, input) } }
        let page = try Paging.page(layers, input)
        return Response([
            "Layers": .list(page.items) { layer in
                [
                    "LayerName": .string(layer.id), "LayerArn": .string(layer.arn),
                    "LatestMatchingVersion": layer.visible.last { fits($0, input) }.map(item),
                ]
            },
            "NextMarker": page.marker,
        ])
    }

    static func versions(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let layer = context.lambda.layers[name(input.string("LayerName") ?? "")]
        let versions = (layer?.visible ?? []).reversed().filter { fits($0, input) }
        let page = try Paging.page(versions, input)
        return Response(["LayerVersions": .list(page.items, item), "NextMarker": page.marker])
    }
}

extension CallContext {
    /// The version of a layer that has that ARN.
    func layerVersion(_ arn: String) -> LayerVersion? {
        let parts = arn.split(separator: ":")
        guard parts.count == 8, let number = Int(parts[7]), let layer = lambda.layers[String(parts[6])] else {
            return nil
        }
        return layer.version(number).flatMap { $0.arn == arn ? $0 : nil }
    }
}
