import CloudState
import ServiceModel
import WireProtocols

/// A request for the zip file of a function or a layer, at the address that GetFunction and GetLayerVersion name.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html>
struct FunctionCodeRequest {
    /// Operations whose answers name such an address.
    private static let operations: Set<String> = [
        "GetFunction", "GetLayerVersion", "GetLayerVersionByArn", "PublishLayerVersion",
    ]

    private let region: String
    private let isLayer: Bool
    /// A function's or a layer's name, a hyphen, and what tells versions apart.
    private let key: Substring

    /// Nil where the request is for no such thing.
    init?(_ request: WireRequest) {
        guard request.method == "GET", request.path.hasPrefix("/awslambda-") else { return nil }
        let parts = request.path.split(separator: "/")
        guard parts.count == 4, parts[1] == "snapshots", let key = parts.last else { return nil }
        let bucket = parts[0].dropFirst("awslambda-".count)
        guard let end = ["-tasks", "-layers"].first(where: { bucket.hasSuffix($0) }) else { return nil }
        region = String(bucket.dropLast(end.count))
        isLayer = end == "-layers"
        self.key = key
    }

    /// The zip file, or the answer of a bucket that has none.
    func answer(_ world: World) -> WireResponse {
        guard let archive = archive(world) else {
            let text = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
            return WireResponse(status: 404, contentType: "application/xml", body: EncodedBody(Array(text.utf8)))
        }
        return WireResponse(status: 200, contentType: "application/zip", body: EncodedBody(archive))
    }

    private func archive(_ world: World) -> [UInt8]? {
        guard let state = world.regions.first(where: { $0.name == region })?.lambda else { return nil }
        if isLayer {
            for layer in state.layers {
                for version in layer.versions where key == "\(layer.id)-\(version.number)" {
                    return version.code.archive
                }
            }
            return nil
        }
        for function in state.functions where key.hasPrefix(function.id) {
            for version in [function.latest] + function.versions where key == "\(function.id)-\(version.revisionID)" {
                return version.code.imageURI == nil ? version.code.archive : nil
            }
        }
        return nil
    }

    /// An answer whose addresses of zip files lead to where the client has found the emulator.
    static func located(_ output: Fields, of operation: String, at host: String?) -> Fields {
        guard let host, operations.contains(operation) else { return output }
        var output = output
        for member in ["Code", "Content"] {
            guard var fields = output[member]?.fields, let location = fields["Location"]?.text,
                location.hasPrefix("https://awslambda-"), let end = location.firstRange(of: ".amazonaws.com/"),
                let bucket = location.dropFirst("https://".count).split(separator: ".").first
            else { continue }
            fields["Location"] = .string("http://\(host)/\(bucket)/\(location[end.upperBound...])")
            output[member] = .structure(fields)
        }
        return output
    }
}
