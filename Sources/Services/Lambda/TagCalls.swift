import CloudState
import ServiceModel

/// Tags of functions, event source mappings and code signing configurations.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html>
enum TagCalls {
    static let operations: [String: Handler] = [
        "ListTags": .read(list),
        "TagResource": .write(tag),
        "UntagResource": .write(untag),
    ]

    static func checked(_ pairs: [(key: String, value: String)], onto tags: Tags = Tags()) throws(ServiceError) -> Tags
    {
        var tags = tags
        for pair in pairs {
            guard !pair.key.lowercased().hasPrefix("aws:") else {
                throw LambdaError.parameter(
                    "The provided tags are invalid: tag keys that begin with aws: are reserved for AWS.")
            }
            guard (1...128).contains(pair.key.count), pair.value.count <= 256 else {
                throw LambdaError.parameter(
                    "The provided tags are invalid: a key has 1 to 128 characters, a value at most 256.")
            }
            tags[pair.key] = pair.value
        }
        guard tags.count <= 50 else {
            throw LambdaError.parameter("Number of tags exceeds resource tag limit (50).")
        }
        return tags
    }

    private static func change(
        _ context: inout CallContext, _ arn: String, _ change: (inout Tags) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        let parts = arn.split(separator: ":").map(String.init)
        guard parts.count >= 7, parts[2] == "lambda" else {
            throw LambdaError.constraint(arn, "resource", "be the ARN of a function, mapping or configuration")
        }
        switch parts[5] {
        case "function":
            guard parts.count == 7 else {
                throw LambdaError.parameter(
                    "Tags on function aliases and versions are not supported. Please specify either a function ARN.")
            }
            guard var function = context.lambda.functions[parts[6]], function.arn == arn else {
                throw LambdaError.notFound("Function not found: \(arn.prefix(256))")
            }
            try change(&function.tags)
            context.lambda.functions.insert(function)
        case "event-source-mapping":
            guard var mapping = context.lambda.eventSourceMappings[parts[6]] else { throw LambdaError.noResource }
            try change(&mapping.tags)
            context.lambda.eventSourceMappings.insert(mapping)
        case "code-signing-config":
            guard var config = context.lambda.codeSigningConfigs[arn] else { throw LambdaError.noResource }
            try change(&config.tags)
            context.lambda.codeSigningConfigs.insert(config)
        default: throw LambdaError.noResource
        }
    }

    static func tag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input.string("Resource") ?? "") { tags throws(ServiceError) in
            tags = try checked(input.map("Tags"), onto: tags)
        }
        return .empty
    }

    static func untag(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try change(&context, input.string("Resource") ?? "") { tags throws(ServiceError) in
            for key in input.strings("TagKeys") { tags[key] = nil }
        }
        return .empty
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var found = Tags()
        try change(&context, input.string("Resource") ?? "") { tags throws(ServiceError) in found = tags }
        return Response(["Tags": found.map])
    }
}
