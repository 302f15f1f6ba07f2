import CloudState
import PolicyEngine
import ServiceModel

/// What IAM demands of names, paths, tags and documents.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
enum IAMRules {
    private static func isNameByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || "_+=,.@-".utf8.contains(byte)
    }

    /// Reads a name that is to be given, and refuses characters that names may not have.
    static func newName(_ input: Input, _ parameter: String) throws(ServiceError) -> String {
        let name = input.string(parameter) ?? ""
        guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
            let member = parameter.prefix(1).lowercased() + parameter.dropFirst()
            throw IAMError.validation(
                "The specified value for \(member) is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
            )
        }
        return name
    }

    /// The path of what is made; `/` where none is given.
    static func path(_ input: Input, _ parameter: String = "Path") throws(ServiceError) -> String {
        guard let path = input.string(parameter), !path.isEmpty else { return "/" }
        guard path.hasPrefix("/"), path.hasSuffix("/"), path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw IAMError.validation(
                "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."
            )
        }
        return path
    }

    static func matches(_ path: String, _ input: Input) -> Bool { path.hasPrefix(input.string("PathPrefix") ?? "/") }

    /// Reads a policy document.
    static func document(
        _ text: String, as kind: PolicyKind = .identity
    ) throws(ServiceError) -> PolicyDocument {
        do throws(PolicyError) {
            return try PolicyDocument(text, as: kind)
        } catch {
            throw IAMError.malformed(error.message)
        }
    }

    /// The characters of a document that count, which blanks do not.
    static func size(_ text: String) -> Int { text.unicodeScalars.count { !$0.properties.isWhitespace } }

    /// Reads a role's trust policy, and refuses principals that are not there.
    static func trust(_ text: String, _ state: IAMState, accountID: String) throws(ServiceError) -> PolicyDocument {
        let document = try document(text, as: .trust)
        for statement in document.policy.statements {
            for entry in statement.principals?.byType ?? [] {
                for value in entry.values where !state.knows(principal: value, type: entry.type, accountID: accountID) {
                    throw IAMError.malformed(
                        "Invalid principal in policy: \"\(entry.type.uppercasedUnlessAWS)\":\"\(value.prefix(512))\"")
                }
            }
        }
        guard size(text) <= 2048 else { throw IAMError.quota("ACLSizePerRole", 2048) }
        return document
    }

    // MARK: Tags

    /// Reads a list of tags and holds it against the rules.
    static func tags(_ input: Input) throws(ServiceError) -> [(key: String, value: String)] {
        var pairs: [(key: String, value: String)] = []
        var keys: Set<String> = []
        for tag in input.structures("Tags") {
            let key = tag.string("Key") ?? ""
            guard !key.lowercased().hasPrefix("aws:") else {
                throw IAMError.validation(
                    "The tag key '\(key)' is invalid. Tag keys starting with aws: are reserved for internal use.")
            }
            guard keys.insert(key.lowercased()).inserted else {
                throw IAMError.invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
            }
            pairs.append((key, tag.string("Value") ?? ""))
        }
        return pairs
    }

    /// Sets tags; keys are told apart whatever their case, and the latest spelling stays.
    static func set(_ pairs: [(key: String, value: String)], on tags: inout Tags) throws(ServiceError) {
        for pair in pairs {
            if let known = tags.tags.first(where: { $0.key.lowercased() == pair.key.lowercased() }),
                known.key != pair.key
            {
                tags[known.key] = nil
            }
            tags[pair.key] = pair.value
        }
        guard tags.count <= 50 else {
            throw IAMError.limit("The number of tags has reached the maximum limit.")
        }
    }

    static func newTags(_ input: Input) throws(ServiceError) -> Tags {
        var tags = Tags()
        try set(try self.tags(input), on: &tags)
        return tags
    }
}

extension String {
    /// `SERVICE` and `FEDERATED` as AWS writes them in that message.
    fileprivate var uppercasedUnlessAWS: String { self == "AWS" ? self : uppercased() }
}
