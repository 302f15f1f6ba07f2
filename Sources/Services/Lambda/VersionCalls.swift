import CloudState
import ServiceModel

/// Published versions.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html>
enum VersionCalls {
    static let operations: [String: Handler] = [
        "ListVersionsByFunction": .read(list),
        "PublishVersion": .write(publish),
    ]

    /// Makes a version of what `$LATEST` is now; returns the newest where nothing has changed since.
    static func publish(
        _ function: inout LambdaFunction, description: String?, _ context: inout CallContext
    ) -> FunctionVersion {
        var settings = function.latest.settings
        if let description { settings["Description"] = .string(description) }
        if let last = function.versions.last, last.code == function.latest.code, last.settings == settings {
            return last
        }
        function.lastVersion += 1
        var version = function.latest
        version.version = "\(function.lastVersion)"
        version.settings = settings
        version.revisionID = context.newRevision()
        version.isActive = true
        version.isUpdated = true
        function.versions.append(version)
        return version
    }

    static func publish(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (function, _) = try context.function(input)
        if let revision = input.string("RevisionId"), revision != function.latest.revisionID {
            throw LambdaError.revision
        }
        if let digest = input.string("CodeSha256"), digest != function.latest.code.sha256 {
            throw LambdaError.parameter(
                "CodeSHA256 (\(digest.prefix(64))) is different from current CodeSHA256 in $LATEST (\(function.latest.code.sha256)). Please try again with the CodeSHA256 in $LATEST."
            )
        }
        guard function.latest.isActive else {
            throw LambdaError.conflict(
                "The operation cannot be performed at this time. The function is currently in the following state: Pending"
            )
        }
        guard function.latest.isUpdated else {
            throw LambdaError.conflict(
                "The operation cannot be performed at this time. An update is in progress for resource: \(function.arn)"
            )
        }
        let version = publish(&function, description: input.string("Description"), &context)
        context.lambda.functions.insert(function)
        return Response(FunctionView.configuration(function, version, context))
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let (function, _) = try context.function(input)
        let page = try Paging.page([function.latest] + function.versions, input)
        let draft = context
        return Response([
            "Versions": .list(page.items) {
                FunctionView.configuration(function, $0, qualifier: $0.version, draft)
            },
            "NextMarker": page.marker,
        ])
    }
}
