import CloudState
import ServiceModel

/// Tags on parameters.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html>
enum ParameterTagCalls {
    static let operations: [String: Handler] = [
        "AddTagsToResource": .write(add),
        "ListTagsForResource": .read(list),
        "RemoveTagsFromResource": .write(remove),
    ]

    /// The tags of a request, held against the rules.
    static func tags(_ input: Input) throws(ServiceError) -> [(key: String, value: String)] {
        var pairs: [(key: String, value: String)] = []
        for tag in input.structures("Tags") {
            let key = tag.string("Key") ?? ""
            guard !key.lowercased().hasPrefix("aws:") else {
                throw SSMError.validation(
                    "Tag keys cannot start with the reserved prefix \"aws:\".")
            }
            guard !pairs.contains(where: { $0.key == key }) else {
                throw SSMError.validation("Duplicate tag keys in the request: \(key)")
            }
            pairs.append((key, tag.string("Value") ?? ""))
        }
        return pairs
    }

    private static func parameter(_ input: Input, _ context: CallContext) throws(ServiceError) -> Parameter {
        guard input.string("ResourceType") == "Parameter" else {
            throw ServiceError(
                "InvalidResourceType", "", isNotEmulated: true)
        }
        guard let parameter = context.ssm.parameters[input.string("ResourceId") ?? ""] else {
            throw SSMError.invalidResource
        }
        return parameter
    }

    static func add(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var parameter = try parameter(input, context)
        for tag in try tags(input) { parameter.tags[tag.key] = tag.value }
        guard parameter.tags.count <= 50 else {
            throw ServiceError("TooManyTagsError", "")
        }
        context.ssm.parameters.insert(parameter)
        return .empty
    }

    static func remove(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var parameter = try parameter(input, context)
        for key in input.strings("TagKeys") { parameter.tags[key] = nil }
        context.ssm.parameters.insert(parameter)
        return .empty
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let tags = try parameter(input, context).tags
        return Response(["TagList": .list(tags.tags) { ["Key": .string($0.key), "Value": .string($0.value)] }])
    }
}
