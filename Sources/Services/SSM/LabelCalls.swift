import CloudState
import ServiceModel

/// LabelParameterVersion and UnlabelParameterVersion.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html>
enum LabelCalls {
    static let operations: [String: Handler] = [
        "LabelParameterVersion": .write(label),
        "UnlabelParameterVersion": .write(unlabel),
    ]

    private static func isValid(_ label: String) -> Bool {
        let folded = label.lowercased()
        guard let first = label.utf8.first, !(48...57).contains(first), !folded.hasPrefix("aws"),
            !folded.hasPrefix("ssm")
        else { return false }
        return label.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "_.-".utf8.contains($0)
        }
    }

    private static func found(
        _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> (parameter: Parameter, index: Int) {
        guard let reference = ParameterReference(input.string("Name") ?? "", context),
            let parameter = context.ssm.parameters[reference.name], let latest = parameter.latest
        else { throw SSMError.notFound }
        let number = input.integer("ParameterVersion") ?? latest.number
        guard let index = parameter.versions.firstIndex(where: { $0.number == number }) else {
            throw SSMError.noVersion(number, parameter.name)
        }
        return (parameter, index)
    }

    static func label(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (parameter, index) = try found(input, context)
        let labels = input.strings("Labels")
        let invalid = labels.filter { !isValid($0) }
        for label in labels where isValid(label) && !parameter.versions[index].labels.contains(label) {
            // A label is on one version at a time: it moves.
            for other in parameter.versions.indices { parameter.versions[other].labels.removeAll { $0 == label } }
            parameter.versions[index].labels.append(label)
        }
        guard parameter.versions[index].labels.count <= 10 else {
            throw ServiceError(
                "ParameterVersionLabelLimitExceeded",
                "A parameter version can have a maximum of 10 labels. Move one or more labels to another version and try again."
            )
        }
        context.ssm.parameters.insert(parameter)
        return Response([
            "InvalidLabels": .strings(invalid), "ParameterVersion": .integer(parameter.versions[index].number),
        ])
    }

    static func unlabel(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var (parameter, index) = try found(input, context)
        let labels = input.strings("Labels")
        let removed = labels.filter { parameter.versions[index].labels.contains($0) }
        parameter.versions[index].labels.removeAll { removed.contains($0) }
        context.ssm.parameters.insert(parameter)
        return Response([
            "RemovedLabels": .strings(removed), "InvalidLabels": .strings(labels.filter { !removed.contains($0) }),
        ])
    }
}
