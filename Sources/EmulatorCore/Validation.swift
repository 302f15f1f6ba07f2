import ServiceModel

/// Holds decoded parameters against the model before a handler sees them.
enum Validation {
    /// Services whose answers name the expressions of their names as their models have them.
    private static let namesPatterns: Set<String> = ["events", "kinesis", "logs", "scheduler"]

    static func check(_ input: Input, _ model: APIModel) throws(ServiceError) {
        let wireProtocol = model.wireProtocol
        if wireProtocol == .ec2 {
            try requireEC2(input.fields, input.shape, path: "")
        } else {
            var violations: [String] = []
            collect(
                input.fields, input.shape, path: "", namesPatterns.contains(model.signingName), &violations)
            guard !violations.isEmpty else { return }
            if wireProtocol == .restXML { throw malformedXML(violations) }
            let noun = violations.count == 1 ? "error" : "errors"
            let code = wireProtocol == .query ? "ValidationError" : "ValidationException"
            throw ServiceError(
                model.signingName == "logs" ? "InvalidParameterException" : code,
                "\(violations.count) validation \(noun) detected: " + violations.joined(separator: "; "))
        }
    }

    /// S3 says of a document only that it is wrong; what is wrong with it is of use to the one who sent it.
    private static func malformedXML(_ violations: [String]) -> ServiceError {
        ServiceError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema: "
                + violations.joined(separator: "; "))
    }

    /// EC2 names the first parameter that is missing.
    private static func requireEC2(_ fields: Fields, _ shape: Shape, path: String) throws(ServiceError) {
        for member in shape.members {
            let name = path.isEmpty ? member.ec2QueryName : "\(path).\(member.ec2QueryName)"
            guard let value = fields[member.name] else {
                guard !member.isRequired else {
                    guard member.name != "InstanceIds" else {
                        throw ServiceError("InvalidParameterCombination", "No instances specified")
                    }
                    throw ServiceError("MissingParameter", "The request must contain the parameter \(name)")
                }
                continue
            }
            switch value {
            case .structure(let inner): try requireEC2(inner, member.shape, path: name)
            case .list(let values):
                guard let element = member.shape.element?.shape, element.kind == .structure else { continue }
                for (index, value) in values.enumerated() {
                    if let inner = value.fields { try requireEC2(inner, element, path: "\(name).\(index + 1)") }
                }
            default: break
            }
        }
    }

    /// The wording of the other services. <https://smithy.io/2.0/spec/constraint-traits.html>
    private static func collect(
        _ fields: Fields, _ shape: Shape, path: String, _ hasPatterns: Bool, _ violations: inout [String]
    ) {
        for member in shape.members {
            let name = member.name.prefix(1).lowercased() + member.name.dropFirst()
            let memberPath = path.isEmpty ? name : "\(path).\(name)"
            guard let value = fields[member.name], value != .null else {
                if member.isRequired {
                    violations.append(
                        "Value null at '\(memberPath)' failed to satisfy constraint: Member must not be null")
                }
                continue
            }
            check(value, member.shape, path: memberPath, hasPatterns, &violations)
        }
    }

    /// What AWS takes although its model does not name it.
    private static let moreValues: [String: Set<String>] = [
        "BucketCannedACL": ["log-delivery-write"],
        // ReceiveMessage's older parameter takes the names of messages' attributes.
        "QueueAttributeName": [
            "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp",
            "SequenceNumber", "MessageDeduplicationId", "MessageGroupId", "AWSTraceHeader", "DeadLetterQueueSourceArn",
        ],
    ]

    private static func check(
        _ value: Value, _ shape: Shape, path: String, _ hasPatterns: Bool, _ violations: inout [String]
    ) {
        func violate(_ constraint: String, _ text: String) {
            violations.append("Value '\(text)' at '\(path)' failed to satisfy constraint: Member must \(constraint)")
        }
        switch value {
        case .string(let text):
            let length = text.unicodeScalars.count
            let shown = shape.maximum.map { length > max($0, 1024) } ?? false ? String(text.prefix(1024)) : text
            if !shape.enumeration.isEmpty, !shape.enumeration.contains(text), shape.name != "Runtime",
                !(moreValues[shape.name]?.contains(text) ?? false)
            {
                violate("satisfy enum value set: [\(shape.enumeration.joined(separator: ", "))]", shown)
            }
            if let minimum = shape.minimum, length < minimum {
                violate("have length greater than or equal to \(minimum)", shown)
            }
            if let maximum = shape.maximum, length > maximum {
                violate("have length less than or equal to \(maximum)", shown)
            }
            if hasPatterns, let pattern = shape.pattern, CharacterClass.named(pattern)?.matches(text) == false {
                violate("satisfy regular expression pattern: \(pattern)", shown)
            }
        case .integer(let number):
            if let minimum = shape.minimum, number < minimum {
                violate("have value greater than or equal to \(minimum)", "\(number)")
            }
            if let maximum = shape.maximum, number > maximum {
                violate("have value less than or equal to \(maximum)", "\(number)")
            }
        case .list(let values):
            if let minimum = shape.minimum, values.count < minimum {
                violate("have length greater than or equal to \(minimum)", "[]")
            }
            if let maximum = shape.maximum, values.count > maximum {
                violate("have length less than or equal to \(maximum)", "[\(values.count) elements]")
            }
            guard let element = shape.element?.shape else { return }
            for (index, value) in values.enumerated() {
                check(value, element, path: "\(path).\(index + 1).member", hasPatterns, &violations)
            }
        case .structure(let fields):
            collect(fields, shape, path: path, hasPatterns, &violations)
        default: break
        }
    }
}
