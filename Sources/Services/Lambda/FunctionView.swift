import CloudState
import ServiceModel

/// Functions as answers show them.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html>
enum FunctionView {
    static func configuration(
        _ function: LambdaFunction, _ version: FunctionVersion, qualifier: String? = nil, _ context: CallContext
    ) -> Value {
        let settings = version.settings
        let isImage = version.code.imageURI != nil
        let shown = qualifier ?? (version.version == "$LATEST" ? nil : version.version)
        let (state, update) = states(version)
        return [
            "FunctionName": .string(function.id),
            "FunctionArn": .string(shown.map { "\(function.arn):\($0)" } ?? function.arn),
            "Runtime": isImage ? nil : settings["Runtime"], "Role": settings["Role"],
            "Handler": isImage ? nil : settings["Handler"], "CodeSize": .integer(version.code.size),
            "Description": settings["Description"] ?? "", "Timeout": .integer(version.timeout),
            "MemorySize": .integer(version.memorySize), "LastModified": .string(date(version.modified)),
            "CodeSha256": .string(version.code.sha256), "Version": .string(version.version),
            "VpcConfig": vpc(settings["VpcConfig"], context), "DeadLetterConfig": settings["DeadLetterConfig"],
            "Environment": environment(settings["Environment"]), "KMSKeyArn": settings["KMSKeyArn"],
            "TracingConfig": settings["TracingConfig"] ?? ["Mode": "PassThrough"],
            "RevisionId": .string(version.revisionID), "Layers": layers(version, context),
            "State": .optional(state.name), "StateReason": .optional(state.reason),
            "StateReasonCode": .optional(state.code), "LastUpdateStatus": .optional(update.name),
            "LastUpdateStatusReason": .optional(update.reason), "LastUpdateStatusReasonCode": .optional(update.code),
            "FileSystemConfigs": settings["FileSystemConfigs"], "PackageType": isImage ? "Image" : "Zip",
            "ImageConfigResponse": version.imageConfig.map { ["ImageConfig": .structure($0)] },
            "Architectures": settings["Architectures"] ?? ["x86_64"],
            "EphemeralStorage": ["Size": .integer(version.ephemeralStorage)],
            "SnapStart": snapStart(settings["SnapStart"], version),
            "RuntimeVersionConfig": isImage ? nil : runtimeVersion(version, context.region),
            "LoggingConfig": logging(function, settings["LoggingConfig"]),
        ]
    }

    private struct State {
        var name: String?
        var reason: String?
        var code: String?
    }

    /// The state of a version, and of its last change.
    private static func states(_ version: FunctionVersion) -> (State, State) {
        if version.hasUnusableImage {
            let failed = State(name: "Failed", reason: LambdaError.unusableImage.message, code: "InvalidImage")
            return (failed, failed)
        }
        let creating = "The function is being created."
        return (
            version.isActive
                ? State(name: "Active") : State(name: "Pending", reason: creating, code: "Creating"),
            version.isUpdated
                ? State(name: version.isActive ? "Successful" : nil)
                : State(name: "InProgress", reason: creating, code: "Creating")
        )
    }

    /// For instance `2026-09-01T08:00:00.000+0000`.
    static func date(_ time: Timestamp) -> String { time.iso8601.dropLast() + "+0000" }

    private static func vpc(_ value: Value?, _ context: CallContext) -> Value? {
        guard let value else { return nil }
        let subnets = value["SubnetIds"]?.elements ?? []
        return [
            "SubnetIds": .list(subnets), "SecurityGroupIds": value["SecurityGroupIds"] ?? .list([]),
            "VpcId": .string(subnets.first?.text.flatMap { context.ec2.subnets[$0]?.vpcID } ?? ""),
            "Ipv6AllowedForDualStack": value["Ipv6AllowedForDualStack"] ?? false,
        ]
    }

    private static func environment(_ value: Value?) -> Value? {
        guard let variables = value?["Variables"], variables.fields?.isEmpty == false else { return nil }
        return ["Variables": variables]
    }

    private static func layers(_ version: FunctionVersion, _ context: CallContext) -> Value? {
        guard !version.layers.isEmpty else { return nil }
        return .list(version.layers) { arn in
            ["Arn": .string(arn), "CodeSize": .integer(context.layerVersion(arn)?.code.size ?? 0)]
        }
    }

    private static func snapStart(_ value: Value?, _ version: FunctionVersion) -> Value {
        let applies = value?["ApplyOn"]?.text ?? "None"
        let isOn = applies == "PublishedVersions" && version.version != "$LATEST"
        return ["ApplyOn": .string(applies), "OptimizationStatus": isOn ? "On" : "Off"]
    }

    private static func runtimeVersion(_ version: FunctionVersion, _ region: String) -> Value? {
        version.runtime.map { _ in ["RuntimeVersionArn": .string(version.runtimeVersionARN(region))] }
    }

    private static func logging(_ function: LambdaFunction, _ value: Value?) -> Value {
        let format = value?["LogFormat"]?.text ?? "Text"
        return [
            "LogFormat": .string(format),
            "ApplicationLogLevel": value?["ApplicationLogLevel"] ?? (format == "JSON" ? "INFO" : nil),
            "SystemLogLevel": value?["SystemLogLevel"] ?? (format == "JSON" ? "INFO" : nil),
            "LogGroup": value?["LogGroup"] ?? .string("/aws/lambda/\(function.id)"),
        ]
    }
}
