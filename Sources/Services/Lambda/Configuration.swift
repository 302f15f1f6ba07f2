import CloudState
import PolicyEngine
import ServiceModel

/// A function's configuration: what a request says on top of what there is, held against AWS's rules.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html#API_CreateFunction_RequestBody>
enum Configuration {
    private static let members = [
        "Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "VpcConfig", "DeadLetterConfig",
        "Environment", "KMSKeyArn", "TracingConfig", "Layers", "FileSystemConfigs", "ImageConfig", "Architectures",
        "EphemeralStorage", "SnapStart", "LoggingConfig",
    ]

    /// What Lambda sets itself, and nobody else may.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
    static let reserved: Set<String> = [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    ]

    static func checked(
        _ input: Input, base: FunctionVersion?, _ context: CallContext
    ) throws(ServiceError) -> Fields {
        var settings = base?.settings ?? Fields()
        for name in members where input.shape.member(name) != nil {
            if let value = input[name] { settings[name] = value }
        }
        let isImage = base.map { $0.code.imageURI != nil } ?? (input.string("PackageType") == "Image")
        try checkProgram(settings, isImage: isImage)
        try checkRole(settings["Role"]?.text ?? "", context)
        try checkNumbers(settings)
        try checkEnvironment(settings["Environment"]?["Variables"]?.fields ?? Fields())
        try checkLayers(settings["Layers"]?.elements?.compactMap(\.text) ?? [], kept: base?.layers ?? [], context)
        try checkNetwork(settings["VpcConfig"], context)
        // An empty list or target takes away what there was.
        if settings["VpcConfig"]?["SubnetIds"]?.elements?.isEmpty ?? true { settings["VpcConfig"] = nil }
        for (name, member) in [("DeadLetterConfig", "TargetArn"), ("KMSKeyArn", "")] {
            let text = member.isEmpty ? settings[name]?.text : settings[name]?[member]?.text
            if text?.isEmpty ?? true { settings[name] = nil }
        }
        if settings["FileSystemConfigs"]?.elements?.isEmpty ?? true { settings["FileSystemConfigs"] = nil }
        return settings
    }

    private static func checkProgram(_ settings: Fields, isImage: Bool) throws(ServiceError) {
        if isImage {
            guard settings["Runtime"] == nil, settings["Handler"] == nil, settings["Layers"] == nil else {
                throw LambdaError.parameter(
                    "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.")
            }
            return
        }
        guard let runtime = settings["Runtime"]?.text, let handler = settings["Handler"]?.text, !handler.isEmpty else {
            throw LambdaError.parameter(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
        }
        guard !handler.contains(where: \.isWhitespace) else {
            throw LambdaError.constraint(handler, "handler", "satisfy regular expression pattern: [^\\s]+")
        }
        guard !retired.contains(runtime) else {
            throw LambdaError.parameter(
                "The runtime parameter of \(runtime) is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions."
            )
        }
        guard runtimes.contains(runtime) else {
            throw LambdaError.parameter(
                "Value \(runtime.prefix(64)) at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [\(runtimes.joined(separator: ", "))] or be a valid ARN"
            )
        }
    }

    /// The runtimes that new functions may use.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>
    static let runtimes = [
        "nodejs24.x", "nodejs22.x", "nodejs20.x", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10",
        "java25", "java21", "java17", "java11", "java8.al2", "dotnet10", "dotnet8", "ruby4.0", "ruby3.4", "ruby3.3",
        "ruby3.2",
        "provided.al2023", "provided.al2",
    ]

    /// The runtimes that there were.
    private static let retired: Set = [
        "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x",
        "nodejs16.x", "nodejs18.x", "python2.7", "python3.6", "python3.7", "python3.8", "python3.9", "java8",
        "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6", "go1.x", "ruby2.5", "ruby2.7",
        "provided",
    ]

    /// The role must be there, and must trust Lambda.
    private static func checkRole(_ arn: String, _ context: CallContext) throws(ServiceError) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "iam", parts[5].hasPrefix("role/"),
            let name = parts[5].split(separator: "/").last
        else {
            throw LambdaError.constraint(
                arn, "role",
                "satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+")
        }
        guard parts[4] == context.accountID else {
            throw LambdaError.parameter("Cross-account pass role is not allowed.")
        }
        let request = AccessRequest(
            principal: .init(arn: "lambda.amazonaws.com", accountID: "", service: "lambda.amazonaws.com"),
            action: "sts:AssumeRole", resource: arn)
        guard let role = context.iam.role(String(name)), role.arn == arn,
            role.trust.policy.grant(request) == .toPrincipal
        else { throw LambdaError.parameter("The role defined for the function cannot be assumed by Lambda.") }
    }

    private static func checkNumbers(_ settings: Fields) throws(ServiceError) {
        if let memory = settings["MemorySize"]?.number, !(128...10240).contains(memory) {
            throw LambdaError.constraint(
                "\(memory)", "memorySize",
                memory < 128
                    ? "have value greater than or equal to 128" : "have value less than or equal to 10240")
        }
        if let timeout = settings["Timeout"]?.number, !(1...900).contains(timeout) {
            throw LambdaError.constraint(
                "\(timeout)", "timeout",
                timeout < 1 ? "have value greater than or equal to 1" : "have value less than or equal to 900")
        }
        if let architectures = settings["Architectures"]?.elements, architectures.count != 1 {
            throw LambdaError.parameter("Architectures must have exactly one element.")
        }
    }

    private static func checkEnvironment(_ variables: Fields) throws(ServiceError) {
        var size = 0
        var bad: [String] = []
        for field in variables.fields {
            guard !reserved.contains(field.name) else {
                bad.append(field.name)
                continue
            }
            let letters = field.name.utf8
            guard letters.count >= 2, let first = letters.first, isLetter(first),
                letters.allSatisfy({ isLetter($0) || (48...57).contains($0) || $0 == 95 })
            else {
                throw LambdaError.constraint(
                    "{\(field.name)=\(field.value.text ?? "")}", "environment.variables",
                    "satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]")
            }
            size += letters.count + (field.value.text?.utf8.count ?? 0)
        }
        guard bad.isEmpty else {
            throw LambdaError.parameter(
                "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: \(bad.joined(separator: ", "))"
            )
        }
        guard size <= 4096 else {
            let shown = variables.fields.map { "\"\($0.name)\":\"\($0.value.text ?? "")\"" }.joined(separator: ",")
            throw LambdaError.parameter(
                "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {\(shown.prefix(6000))}"
            )
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    private static func checkLayers(_ arns: [String], kept: [String], _ context: CallContext) throws(ServiceError) {
        guard arns.count <= 5 else { throw LambdaError.parameter("Cannot reference more than 5 layers.") }
        var names: Set<Substring> = []
        for arn in arns {
            guard let layer = context.layerVersion(arn), !layer.isDeleted || kept.contains(arn) else {
                throw LambdaError.parameter("Layer version \(arn.prefix(256)) does not exist.")
            }
            guard names.insert(arn.split(separator: ":").dropLast().last ?? "").inserted else {
                throw LambdaError.parameter(
                    "Two different versions of the same layer are not allowed to be referenced in the same function.")
            }
        }
    }

    private static func checkNetwork(_ value: Value?, _ context: CallContext) throws(ServiceError) {
        let subnets = value?["SubnetIds"]?.elements?.compactMap(\.text) ?? []
        let groups = value?["SecurityGroupIds"]?.elements?.compactMap(\.text) ?? []
        guard subnets.isEmpty == groups.isEmpty else {
            throw LambdaError.parameter(
                "The provided execution role does not have permissions to call CreateNetworkInterface on EC2, or SubnetIds and SecurityGroupIds must coexist or be both empty list."
            )
        }
        for id in subnets where context.ec2.subnets[id] == nil {
            throw LambdaError.parameter(
                "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '\(id.prefix(64))' does not exist"
            )
        }
        let network = subnets.first.flatMap { context.ec2.subnets[$0]?.vpcID }
        for id in groups where context.ec2.securityGroups[id] == nil {
            throw LambdaError.parameter(
                "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group '\(id.prefix(64))' does not exist"
            )
        }
        guard groups.allSatisfy({ context.ec2.securityGroups[$0]?.vpcID == network }),
            subnets.allSatisfy({ context.ec2.subnets[$0]?.vpcID == network })
        else { throw LambdaError.parameter("Subnets and security groups of a function must be of one VPC.") }
    }
}
