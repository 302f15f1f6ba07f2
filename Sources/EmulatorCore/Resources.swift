import CloudState
package import JSONValue
package import ServiceModel

/// A kind of resource that checks can select, for instance `ec2:instance`: the call that shows them, and where in its
/// answer they are.
///
/// An item is what the call answers with, in AWS's own names, except that a list of tags is a map: `Tags.Owner`.
package struct ResourceSelector: Sendable {
    /// For instance `ec2:instance`.
    package let name: String
    let service: String
    let operation: String
    /// Nested lists to go through, for instance `Reservations`, `Instances`.
    let path: [String]

    /// All selectors that there are, sorted by name.
    package static let all: [ResourceSelector] = [
        ResourceSelector("ec2:instance", "DescribeInstances", "Reservations", "Instances"),
        ResourceSelector("ec2:security-group", "DescribeSecurityGroups", "SecurityGroups"),
        ResourceSelector("ec2:subnet", "DescribeSubnets", "Subnets"),
        ResourceSelector("ec2:vpc", "DescribeVpcs", "Vpcs"),
    ]

    package static func named(_ name: String) -> ResourceSelector? { all.first { $0.name == name } }

    private init(_ name: String, _ operation: String, _ path: String...) {
        self.name = name
        service = String(name.prefix { $0 != ":" })
        self.operation = operation
        self.path = path
    }
}

extension Emulator {
    /// The resources of a kind in a region, as they are now, in the order of their creation.
    package func resources(_ selector: ResourceSelector, region: String) throws(ServiceError) -> [JSON] {
        try world.resources(selector, region: region, caller: configuration.defaultCaller)
    }
}

extension World {
    /// The resources of a kind in a region of this world, in the order of their creation.
    package func resources(
        _ selector: ResourceSelector, region: String, caller: Caller
    ) throws(ServiceError) -> [JSON] {
        var context = CallContext(world: self, region: region, caller: caller, dispatch: Services.dispatch)
        var values: [Value] = [
            .structure(try Services.dispatch(&context, selector.service, selector.operation, [:]))
        ]
        for name in selector.path { values = values.flatMap { $0[name]?.elements ?? [] } }
        return values.map { JSON($0) }
    }

    /// Makes an API call on this world, as a scenario's timeline does: no part of any trail.
    ///
    /// - Parameter parameters: as botocore takes them, with times in milliseconds.
    package mutating func perform(
        _ service: String, _ operation: String, _ parameters: JSON, region: String, caller: Caller
    ) throws(ServiceError) {
        guard let model = Services.signed(service)?.model().operation(operation) else {
            throw Services.notEmulated(service, operation, .query)
        }
        guard let value = ValueJSON.decode(parameters, model.input) else {
            throw ServiceError("ValidationError", "The parameters do not fit \(service):\(operation).")
        }
        var context = CallContext(world: self, region: region, caller: caller, dispatch: Services.dispatch)
        _ = try Services.dispatch(&context, service, operation, value)
        self = context.world
    }
}

extension JSON {
    /// A value of the emulator as JSON: times in ISO 8601, blobs in base 64, a list of tags as a map.
    package init(_ value: APIValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .number(number)
        case .boolean(let flag): self = .boolean(flag)
        case .timestamp(let time): self = .string(time.iso8601)
        case .blob(let bytes): self = .string(Base64.encode(bytes))
        case .null: self = .null
        case .list(let values): self = .array(values.map { JSON($0) })
        case .structure(let fields), .map(let fields):
            var object = JSONObject()
            for field in fields.fields {
                object[field.name] = Self.tags(field) ?? JSON(field.value)
            }
            self = .object(object)
        }
    }

    /// `Tags` or `TagSet` with keys and values as a map.
    private static func tags(_ field: Fields.Field) -> JSON? {
        guard field.name == "Tags" || field.name == "TagSet", case .list(let list) = field.value else { return nil }
        var map = JSONObject()
        for tag in list {
            guard let key = (tag["Key"] ?? tag["key"])?.text else { return nil }
            map[key] = (tag["Value"] ?? tag["value"]).map { JSON($0) } ?? .null
        }
        return .object(map)
    }
}
