import CloudState
import ServiceModel

/// Conditions of rules: reading, checking and showing them.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html>
enum ConditionRules {
    static func read(_ inputs: [Input]) throws(ServiceError) -> [RuleCondition] {
        guard !inputs.isEmpty else {
            throw ELBError.validation("A condition must be specified")
        }
        var conditions: [RuleCondition] = []
        for input in inputs {
            let condition = RuleCondition(try test(input))
            let field = condition.test.field
            if field != "http-header", field != "query-string", conditions.contains(where: { $0.test.field == field }) {
                throw ELBError.validation("Only one condition with field '\(field)' can be specified")
            }
            conditions.append(condition)
        }
        let count = conditions.reduce(0) { $0 + values($1).count }
        guard count <= 5 else {
            throw ELBError.validation("A rule can have at most '5' condition values, but '\(count)' were specified")
        }
        let wildcards = conditions.filter { $0.test.field != "source-ip" }.flatMap(values)
            .reduce(0) { $0 + $1.count { $0 == "*" || $0 == "?" } }
        guard wildcards <= 6 else {
            throw ELBError.validation(
                "A rule can have at most '6' condition wildcards, but '\(wildcards)' were specified")
        }
        return conditions
    }

    private static func test(_ input: Input) throws(ServiceError) -> RuleCondition.Test {
        guard input.strings("RegexValues").isEmpty else {
            throw ELBError.notEmulated("Regular expressions of conditions")
        }
        let field = input.string("Field") ?? ""
        switch field {
        case "host-header":
            let hosts = try strings(input, "HostHeaderConfig", field, maximum: 128)
            for host in hosts where !isHost(host) {
                throw ELBError.validation("Condition value '\(host)' contains a character that is not valid")
            }
            return .host(hosts)
        case "path-pattern":
            let paths = try strings(input, "PathPatternConfig", field, maximum: 128)
            for path in paths where !path.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) {
                throw ELBError.validation("Condition value '\(path)' contains a character that is not valid")
            }
            return .path(paths)
        case "http-request-method":
            let methods = try strings(input, "HttpRequestMethodConfig", field, maximum: 40)
            for method in methods where !method.utf8.allSatisfy({ (65...90).contains($0) || $0 == 0x2D || $0 == 0x5F })
            {
                throw ELBError.validation(
                    "HTTP request method '\(method)' must contain only A-Z, hyphens (-), and underscores (_)")
            }
            return .method(methods)
        case "source-ip":
            let blocks = try strings(input, "SourceIpConfig", field, maximum: 64)
            for block in blocks where IPv4Block(block) == nil && !block.contains(":") {
                throw ELBError.validation("Source IP '\(block)' must be in CIDR format")
            }
            return .sourceAddress(blocks)
        case "http-header":
            guard let configuration = input.structure("HttpHeaderConfig") else { throw missing(field) }
            let name = configuration.string("HttpHeaderName") ?? ""
            guard (1...40).contains(name.utf8.count), name.lowercased() != "host" else {
                throw ELBError.validation(
                    "HTTP header name '\(name.prefix(64))' must have 1 to 40 characters and cannot be 'host'")
            }
            return .header(name: name, try strings(input, "HttpHeaderConfig", field, maximum: 128))
        case "query-string":
            let pairs = input.structure("QueryStringConfig")?.structures("Values") ?? []
            guard !pairs.isEmpty else { throw missing(field) }
            return .query(pairs.map { RuleCondition.Pair(key: $0.string("Key"), value: $0.string("Value") ?? "") })
        default:
            throw ELBError.validation(
                "Condition field '\(field)' must be one of '[path-pattern, host-header, http-header, http-request-method, query-string, source-ip]'"
            )
        }
    }

    private static func missing(_ field: String) -> ServiceError {
        ELBError.validation("A condition value must be specified for field '\(field)'")
    }

    private static func isHost(_ host: String) -> Bool {
        host.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "-.*?_:".utf8.contains(byte)
        }
    }

    /// The values of a condition, from its own structure or from the older `Values`.
    private static func strings(
        _ input: Input, _ member: String, _ field: String, maximum: Int
    ) throws(ServiceError) -> [String] {
        let configuration = input.structure(member)
        if let configuration, configuration.shape.member("RegexValues") != nil,
            !configuration.strings("RegexValues").isEmpty
        {
            throw ELBError.notEmulated("Regular expressions of conditions")
        }
        let own = configuration?.strings("Values") ?? []
        let older = input.strings("Values")
        guard own.isEmpty || older.isEmpty || own == older else {
            throw ELBError.validation("Condition values can be specified once for field '\(field)'")
        }
        let values = own.isEmpty ? older : own
        guard !values.isEmpty else { throw missing(field) }
        for value in values where value.isEmpty || value.unicodeScalars.count > maximum {
            throw ELBError.validation(
                "Condition value '\(value.prefix(256))' must have between '1' and '\(maximum)' characters")
        }
        return values
    }

    private static func values(_ condition: RuleCondition) -> [String] {
        switch condition.test {
        case .host(let values), .path(let values), .method(let values), .sourceAddress(let values),
            .header(_, let values):
            values
        case .query(let pairs): pairs.map { ($0.key ?? "") + $0.value }
        }
    }

    static func view(_ condition: RuleCondition) -> Value {
        let field = Value.string(condition.test.field)
        switch condition.test {
        case .host(let values):
            return ["Field": field, "Values": .strings(values), "HostHeaderConfig": ["Values": .strings(values)]]
        case .path(let values):
            return ["Field": field, "Values": .strings(values), "PathPatternConfig": ["Values": .strings(values)]]
        case .header(let name, let values):
            return ["Field": field, "HttpHeaderConfig": ["HttpHeaderName": .string(name), "Values": .strings(values)]]
        case .method(let values): return ["Field": field, "HttpRequestMethodConfig": ["Values": .strings(values)]]
        case .query(let pairs):
            return [
                "Field": field,
                "QueryStringConfig": [
                    "Values": .list(pairs) { ["Key": .optional($0.key), "Value": .string($0.value)] }
                ],
            ]
        case .sourceAddress(let values): return ["Field": field, "SourceIpConfig": ["Values": .strings(values)]]
        }
    }
}
