import CloudState
import JSONValue
import ServiceModel
import WireProtocols

/// A request of a container client to a private registry: `docker push`, `skopeo copy`.
///
/// What changes something is an API call of ECR, so that it is part of the trail and asks for permission.
/// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>
struct RegistryRequest {
    let request: WireRequest
    /// The path behind `/v2/`.
    private let path: Substring

    /// Nil where the request is to no registry.
    init?(_ request: WireRequest) {
        guard request.path == "/v2" || request.path.hasPrefix("/v2/"), SignatureScope(request) == nil else {
            return nil
        }
        self.request = request
        path = request.path.dropFirst(4)
    }

    /// What a path asks for.
    enum Target: Equatable {
        case root
        case catalogue
        case tags(repository: String)
        case manifest(repository: String, reference: String)
        case blob(repository: String, digest: String)
        case uploads(repository: String)
        case upload(repository: String, id: String)
    }

    var target: Target? {
        guard !path.isEmpty else { return .root }
        if path == "_catalog" { return .catalogue }
        let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        func repository(_ count: Int) -> String { names.dropLast(count).joined(separator: "/") }
        guard names.count >= 3, let last = names.last else { return nil }
        switch names[names.count - 2] {
        case "tags" where last == "list": return .tags(repository: repository(2))
        case "manifests": return .manifest(repository: repository(2), reference: last)
        case "blobs" where last == "uploads": return .uploads(repository: repository(2))
        case "blobs": return .blob(repository: repository(2), digest: last)
        case "uploads" where names.count >= 4 && names[names.count - 3] == "blobs":
            return last.isEmpty ? .uploads(repository: repository(3)) : .upload(repository: repository(3), id: last)
        default: return nil
        }
    }

    /// Whose password the client has shown, and in which region it was given out.
    func login(_ world: World) -> (token: RegistryToken, region: String)? {
        guard let header = request.header("authorization"), header.lowercased().hasPrefix("basic "),
            let bytes = Base64.decode(String(header.dropFirst(6))), bytes.starts(with: Array("AWS:".utf8))
        else { return nil }
        let password = String(decoding: bytes.dropFirst(4), as: UTF8.self)
        for region in world.regions {
            for token in region.ecr.tokens where token.expires > world.now && token.password == password {
                return (token, region.name)
            }
        }
        return nil
    }

    /// The value of a parameter of the query.
    func parameter(_ name: String) -> String? {
        for pair in request.query.split(separator: "&") where pair.hasPrefix("\(name)=") {
            return String(pair.dropFirst(name.utf8.count + 1)).replacing("%3A", with: ":").replacing("%3a", with: ":")
                .replacing("%2F", with: "/")
        }
        return nil
    }

    // MARK: Answers

    static func answer(
        _ status: Int, _ headers: [(String, String)] = [], type: String = "application/json", body: [UInt8] = []
    ) -> WireResponse {
        var response = WireResponse(status: status, contentType: type, body: EncodedBody(body))
        response.headers.append(("Docker-Distribution-Api-Version", "registry/2.0"))
        for header in headers { response.headers.append((header.0, header.1)) }
        return response
    }

    static func problem(_ status: Int, _ code: String, _ message: String, _ headers: [(String, String)] = [])
        -> WireResponse
    {
        let document: JSON = ["errors": [["code": .string(code), "message": .string(message)]]]
        return answer(status, headers, body: document.serialized())
    }

    static func problem(_ error: ServiceError) -> WireResponse {
        switch error.code {
        case "RepositoryNotFoundException": problem(404, "NAME_UNKNOWN", error.message)
        case "ImageNotFoundException": problem(404, "MANIFEST_UNKNOWN", error.message)
        case "UploadNotFoundException": problem(404, "BLOB_UPLOAD_UNKNOWN", error.message)
        case "InvalidLayerException", "ImageDigestDoesNotMatchException": problem(400, "DIGEST_INVALID", error.message)
        case "InvalidLayerPartException": problem(416, "BLOB_UPLOAD_INVALID", error.message)
        case "LayersNotFoundException", "ReferencedImagesNotFoundException":
            problem(400, "MANIFEST_BLOB_UNKNOWN", error.message)
        case "ImageTagAlreadyExistsException": problem(400, "TAG_INVALID", error.message)
        case "AccessDeniedException": problem(403, "DENIED", error.message)
        case "LimitExceededException": problem(429, "TOOMANYREQUESTS", error.message)
        default: problem(400, "UNSUPPORTED", error.message)
        }
    }
}

extension ServiceCall {
    /// Answers a request to a registry.
    func answer(_ registry: RegistryRequest) -> WireResponse {
        let world = emulator.world
        guard let (token, region) = registry.login(world) else {
            return RegistryRequest.problem(
                401, "UNAUTHORIZED", "Not Authorized",
                [
                    (
                        "WWW-Authenticate",
                        "Basic realm=\"\(world.accountID).dkr.ecr.amazonaws.com\",service=\"ecr.amazonaws.com\""
                    )
                ])
        }
        let session = RegistrySession(call: self, registry: registry, caller: token.caller, region: region)
        do throws(ServiceError) { return try session.answer() } catch { return RegistryRequest.problem(error) }
    }
}

/// One request of somebody who has logged in.
struct RegistrySession {
    let call: ServiceCall
    let registry: RegistryRequest
    let caller: Caller
    let region: String

    private var method: String { registry.request.method }
    private var body: [UInt8] { registry.request.body }

    func answer() throws(ServiceError) -> WireResponse {
        switch registry.target {
        case .root?: return RegistryRequest.answer(200, body: Array("{}".utf8))
        case .catalogue?:
            let names = call.emulator.world.regions.first { $0.name == region }?.ecr.repositories.map {
                JSON.string($0.id)
            }
            let document: JSON = ["repositories": .array(names ?? [])]
            return RegistryRequest.answer(200, body: document.serialized())
        case .tags(let name)?:
            let found = try repository(name).images.flatMap(\.tags).sorted()
            let document: JSON = ["name": .string(name), "tags": .array(found.map(JSON.string))]
            return RegistryRequest.answer(200, body: document.serialized())
        case .manifest(let name, let reference)?: return try manifest(name, reference)
        case .blob(let name, let digest)?: return try blob(name, digest)
        case .uploads(let name)? where method == "POST": return try begin(name)
        case .upload(let name, let id)?: return try upload(name, id)
        default: return RegistryRequest.problem(404, "UNSUPPORTED", "There is no such path.")
        }
    }

    private func repository(_ name: String) throws(ServiceError) -> ImageRepository {
        let world = call.emulator.world
        guard let found = world.regions.first(where: { $0.name == region })?.ecr.repositories[name] else {
            throw ServiceError(
                "RepositoryNotFoundException",
                "The repository with name '\(name)' does not exist in the registry with id '\(world.accountID)'")
        }
        return found
    }

    /// Makes a call of ECR for the client.
    @discardableResult
    private func perform(_ operation: String, _ parameters: Value) throws(ServiceError) -> Fields {
        guard let service = Services.signed("ecr"), let handler = service.operations[operation],
            let model = service.model().operation(operation)
        else { throw Services.notEmulated("ecr", operation, .json) }
        var record = call.record(
            SignatureScope(accessKeyID: caller.accessKeyID, date: "", region: region, service: "ecr"))
        record.caller = caller
        record.eventName = operation
        record.isRead = false
        let input = Input(shape: model.input, fields: parameters.fields ?? Fields())
        // What changes something never waits.
        guard case .done(let outcome) = call.emulator.perform(service, handler, input, record, isInside: true) else {
            throw ServiceError("ServerException", "The registry is busy.", status: 503)
        }
        return try outcome.get().output
    }

    // MARK: Manifests

    private func manifest(_ name: String, _ reference: String) throws(ServiceError) -> WireResponse {
        let isDigest = reference.hasPrefix("sha256:")
        if method == "PUT" {
            guard let text = String(validating: body, as: UTF8.self) else {
                return RegistryRequest.problem(400, "MANIFEST_INVALID", "The manifest is not UTF-8.")
            }
            var parameters = Fields()
            parameters.append("repositoryName", .string(name))
            parameters.append("imageManifest", .string(text))
            if let type = registry.request.header("content-type") {
                parameters.append("imageManifestMediaType", .string(type))
            }
            parameters.append(isDigest ? "imageDigest" : "imageTag", .string(reference))
            do throws(ServiceError) { try perform("PutImage", .structure(parameters)) } catch {
                // Whoever pushes the same again has what they want.
                guard error.code == "ImageAlreadyExistsException" else { throw error }
            }
            let image = try repository(name).image(
                tag: isDigest ? nil : reference, digest: isDigest ? reference : nil)
            return RegistryRequest.answer(
                201,
                [
                    ("Location", "/v2/\(name)/manifests/\(reference)"), ("Docker-Content-Digest", image?.digest ?? ""),
                ])
        }
        let repository = try repository(name)
        guard let image = repository.image(tag: isDigest ? nil : reference, digest: isDigest ? reference : nil) else {
            return RegistryRequest.problem(404, "MANIFEST_UNKNOWN", "Requested image not found")
        }
        switch method {
        case "GET", "HEAD":
            return RegistryRequest.answer(
                200, [("Docker-Content-Digest", image.digest)], type: image.mediaType, body: image.manifest)
        case "DELETE":
            let id: Value = isDigest ? ["imageDigest": .string(reference)] : ["imageTag": .string(reference)]
            try perform("BatchDeleteImage", ["repositoryName": .string(name), "imageIds": [id]])
            return RegistryRequest.answer(202)
        default: return RegistryRequest.problem(405, "UNSUPPORTED", "The method is not allowed.")
        }
    }

    // MARK: Blobs

    private func blob(_ name: String, _ digest: String) throws(ServiceError) -> WireResponse {
        guard let bytes = try repository(name).layers[digest] else {
            return RegistryRequest.problem(404, "BLOB_UNKNOWN", "blob unknown to registry")
        }
        guard method == "GET" || method == "HEAD" else {
            return RegistryRequest.problem(405, "UNSUPPORTED", "The method is not allowed.")
        }
        return RegistryRequest.answer(
            200, [("Docker-Content-Digest", digest)], type: "application/octet-stream", body: bytes)
    }

    private func begin(_ name: String) throws(ServiceError) -> WireResponse {
        // A layer of another repository of the registry needs no second upload.
        if let digest = registry.parameter("mount"), try repository(name).layers[digest] != nil {
            return created(name, digest)
        }
        let started = try perform("InitiateLayerUpload", ["repositoryName": .string(name)])
        let id = started["uploadId"]?.text ?? ""
        if let digest = registry.parameter("digest") { return try complete(name, id, digest) }
        return RegistryRequest.answer(
            202,
            [("Location", "/v2/\(name)/blobs/uploads/\(id)"), ("Docker-Upload-UUID", id), ("Range", "0-0")])
    }

    private func upload(_ name: String, _ id: String) throws(ServiceError) -> WireResponse {
        switch method {
        case "PATCH":
            try add(name, id)
            return progress(202, name, id)
        case "PUT":
            guard let digest = registry.parameter("digest") else {
                return RegistryRequest.problem(400, "DIGEST_INVALID", "The digest is missing.")
            }
            return try complete(name, id, digest)
        case "GET": return progress(204, name, id)
        default: return RegistryRequest.problem(405, "UNSUPPORTED", "The method is not allowed.")
        }
    }

    private func received(_ id: String) -> Int {
        call.emulator.world.regions.first { $0.name == region }?.ecr.uploads[id]?.bytes.count ?? 0
    }

    private func progress(_ status: Int, _ name: String, _ id: String) -> WireResponse {
        RegistryRequest.answer(
            status,
            [
                ("Location", "/v2/\(name)/blobs/uploads/\(id)"), ("Docker-Upload-UUID", id),
                ("Range", "0-\(max(0, received(id) - 1))"),
            ])
    }

    private func add(_ name: String, _ id: String) throws(ServiceError) {
        guard !body.isEmpty else { return }
        var first = received(id)
        if let range = registry.request.header("content-range"), let start = Int(range.prefix { $0 != "-" }) {
            first = start
        }
        try perform(
            "UploadLayerPart",
            [
                "repositoryName": .string(name), "uploadId": .string(id), "partFirstByte": .integer(first),
                "partLastByte": .integer(first + body.count - 1), "layerPartBlob": .blob(body),
            ])
    }

    private func complete(_ name: String, _ id: String, _ digest: String) throws(ServiceError) -> WireResponse {
        try add(name, id)
        do throws(ServiceError) {
            try perform(
                "CompleteLayerUpload",
                ["repositoryName": .string(name), "uploadId": .string(id), "layerDigests": [.string(digest)]])
        } catch {
            guard error.code == "LayerAlreadyExistsException" else { throw error }
        }
        return created(name, digest)
    }

    private func created(_ name: String, _ digest: String) -> WireResponse {
        RegistryRequest.answer(
            201, [("Location", "/v2/\(name)/blobs/\(digest)"), ("Docker-Content-Digest", digest)])
    }
}
