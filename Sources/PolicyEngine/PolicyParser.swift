package import JSONValue

/// What a policy is for: it decides what the document must and must not have.
package enum PolicyKind: Sendable {
    /// Attached to a user, group or role: no principal.
    case identity
    /// A role's trust policy: a principal, no resource, `sts:` actions.
    case trust
    /// Attached to a resource, as a KMS key's.
    case resource
}

extension Policy {
    /// Parses a policy document and holds it against AWS's rules.
    ///
    /// - Throws: the message that AWS gives with `MalformedPolicyDocument`.
    package init(parsing text: String, as kind: PolicyKind = .identity) throws(PolicyError) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(text, maximumDepth: 32)
        } catch {
            throw kind == .trust ? PolicyError("This policy contains invalid Json") : .syntax
        }
        try self.init(json, as: kind)
    }

    package init(_ json: JSON, as kind: PolicyKind) throws(PolicyError) {
        guard case .object(let object) = json else {
            throw kind == .trust ? PolicyError("This policy contains invalid Json") : .syntax
        }
        for key in object.keys where !["Version", "Id", "Statement"].contains(key) {
            throw kind == .trust ? PolicyError("Unknown field \(key.prefix(64))") : .syntax
        }
        switch object["Version"] {
        case nil: version = Self.oldVersion
        case .string(let text)? where text == Self.currentVersion || text == Self.oldVersion: version = text
        default: throw .syntax
        }
        switch object["Id"] {
        case nil: id = nil
        case .string(let text)?: id = text
        default: throw .syntax
        }
        let list: [JSON]
        switch object["Statement"] {
        case .array(let elements)?: list = elements
        case .object(let single)?: list = [.object(single)]
        default: throw .syntax
        }
        statements = try list.map { json throws(PolicyError) in try Statement(json, as: kind) }
        guard !statements.isEmpty else { throw .syntax }
        if kind == .identity, version != Self.currentVersion {
            throw PolicyError("Policy document must be version 2012-10-17 or greater.")
        }
        let sids = statements.compactMap(\.sid).filter { !$0.isEmpty }
        guard Set(sids).count == sids.count else {
            throw PolicyError("Statement IDs (SID) in a single policy must be unique.")
        }
        try PolicyRules.check(self, as: kind)
    }
}

extension Statement {
    private static let keys: Set<String> = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    init(_ json: JSON, as kind: PolicyKind) throws(PolicyError) {
        guard case .object(let object) = json else { throw .syntax }
        for key in object.keys where !Self.keys.contains(key) {
            throw kind == .trust ? PolicyError("Unknown field \(key.prefix(64))") : .syntax
        }
        switch object["Sid"] {
        case nil: sid = nil
        case .string(let text)?: sid = text
        default: throw .syntax
        }
        guard case .string(let text)? = object["Effect"], let effect = Effect(rawValue: text) else {
            if kind == .trust, object["Effect"] == nil { throw PolicyError("Missing required field Effect") }
            throw .syntax
        }
        self.effect = effect
        principals = try Principals(object)
        switch kind {
        case .identity where principals != nil:
            throw PolicyError("Policy document should not specify a principal.")
        case .trust where principals == nil:
            throw PolicyError("Missing required field Principal")
        case .trust where object["Resource"] != nil: throw PolicyError("Has prohibited field Resource")
        case .trust where object["NotResource"] != nil: throw PolicyError("Has prohibited field NotResource")
        default: break
        }
        guard let actions = try Self.patterns(object, "Action", "NotAction") else {
            throw PolicyError(
                kind == .trust ? "Missing required field Action" : "Policy statement must contain actions.")
        }
        self.actions = actions
        resources = try Self.patterns(object, "Resource", "NotResource")
        if kind == .identity, resources == nil { throw PolicyError("Policy statement must contain resources.") }
        conditions = try Self.conditions(object["Condition"])
    }

    private static func patterns(
        _ object: JSONObject, _ name: String, _ negatedName: String
    ) throws(PolicyError) -> Patterns? {
        switch (object[name], object[negatedName]) {
        case (nil, nil): return nil
        case (_?, _?): throw .syntax
        case (let json?, nil): return Patterns(texts: try strings(json), isNegated: false)
        case (nil, let json?): return Patterns(texts: try strings(json), isNegated: true)
        }
    }

    /// One string or a list of strings.
    static func strings(_ json: JSON) throws(PolicyError) -> [String] {
        switch json {
        case .string(let text): return [text]
        case .array(let elements):
            return try elements.map { element throws(PolicyError) in
                guard case .string(let text) = element else { throw .syntax }
                return text
            }
        default: throw .syntax
        }
    }

    private static func conditions(_ json: JSON?) throws(PolicyError) -> [Condition] {
        guard let json else { return [] }
        guard case .object(let operators) = json else { throw .syntax }
        var conditions: [Condition] = []
        for entry in operators {
            var name = Substring(entry.key)
            var quantifier = Condition.Quantifier.one
            if name.hasPrefix("ForAllValues:") {
                quantifier = .forAllValues
                name = name.dropFirst("ForAllValues:".count)
            } else if name.hasPrefix("ForAnyValue:") {
                quantifier = .forAnyValue
                name = name.dropFirst("ForAnyValue:".count)
            }
            let isIfExists = name.hasSuffix("IfExists")
            if isIfExists { name = name.dropLast("IfExists".count) }
            guard let operation = ConditionOperator.named(String(name)), !(isIfExists && operation == .null),
                case .object(let keys) = entry.value
            else { throw .syntax }
            for key in keys {
                let values = try conditionValues(key.value)
                conditions.append(
                    Condition(
                        operation: operation, quantifier: quantifier, isIfExists: isIfExists, key: key.key,
                        values: values))
            }
        }
        return conditions
    }

    /// Numbers and booleans may stand without quotation marks.
    private static func conditionValues(_ json: JSON) throws(PolicyError) -> [String] {
        let elements: [JSON]
        if case .array(let list) = json { elements = list } else { elements = [json] }
        return try elements.map { element throws(PolicyError) in
            switch element {
            case .string(let text): return text
            case .boolean(let flag): return flag ? "true" : "false"
            case .integer(let number): return "\(number)"
            case .number(let number): return "\(number)"
            default: throw .syntax
            }
        }
    }
}

extension Principals {
    init?(_ object: JSONObject) throws(PolicyError) {
        guard let json = object["Principal"] ?? object["NotPrincipal"] else { return nil }
        guard object["Principal"] == nil || object["NotPrincipal"] == nil else { throw .syntax }
        isNegated = object["Principal"] == nil
        switch json {
        case .string("*"):
            isEverybody = true
            byType = []
        case .object(let types):
            isEverybody = false
            byType = []
            for entry in types {
                guard ["AWS", "Service", "Federated", "CanonicalUser"].contains(entry.key) else { throw .syntax }
                byType.append(Entry(type: entry.key, values: try Statement.strings(entry.value)))
            }
            guard !byType.isEmpty, byType.allSatisfy({ !$0.values.isEmpty }) else {
                throw PolicyError("Missing required field Principal cannot be empty!")
            }
        default:
            throw PolicyError("Invalid principal in policy.")
        }
    }
}

extension ConditionOperator {
    /// Operators are told apart whatever their case.
    static func named(_ name: String) -> ConditionOperator? {
        ConditionOperator(rawValue: name) ?? allCases.first { $0.rawValue.lowercased() == name.lowercased() }
    }
}
