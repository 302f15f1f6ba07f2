import CloudState
import ServiceModel

/// GetParameter, GetParameters, GetParametersByPath, GetParameterHistory and DescribeParameters.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>
struct ReadingCalls: Sendable {
    let publicParameters: @Sendable (String) -> [PublicParameter]

    var operations: [String: Handler] {
        [
            "DescribeParameters": .read(describe),
            "GetParameter": .read(get),
            "GetParameterHistory": .read(history),
            "GetParameters": .read(getMany),
            "GetParametersByPath": .read(getByPath),
        ]
    }

    private static func isPublic(_ name: String) -> Bool { name.hasPrefix("/aws/service/") }

    private func found(
        _ text: String, withDecryption: Bool, _ context: CallContext
    ) throws(ServiceError) -> Value {
        guard let reference = ParameterReference(text, context) else { throw SSMError.notFound }
        if Self.isPublic(reference.name) {
            guard let parameter = publicParameters(context.region).first(where: { $0.name == reference.name }) else {
                throw SSMError.notFound
            }
            return ParameterViews.parameter(parameter, context)
        }
        guard let parameter = context.ssm.parameters[reference.name] else { throw SSMError.notFound }
        return ParameterViews.parameter(
            parameter.name, try reference.version(of: parameter), selector: reference.selectorText,
            withDecryption: withDecryption, context)
    }

    @Sendable private func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("Name") ?? ""
        return Response([
            "Parameter": try found(name, withDecryption: input.boolean("WithDecryption") ?? false, context)
        ])
    }

    @Sendable private func getMany(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("Names")
        guard Set(names).count == names.count else {
            throw SSMError.validation("Parameter names must be unique within a GetParameters request.")
        }
        var parameters: [Value] = []
        var invalid: [String] = []
        for name in names {
            do throws(ServiceError) {
                parameters.append(try found(name, withDecryption: input.boolean("WithDecryption") ?? false, context))
            } catch {
                invalid.append(name)
            }
        }
        return Response(["Parameters": .list(parameters), "InvalidParameters": .strings(invalid)])
    }

    @Sendable private func getByPath(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        var path = input.string("Path") ?? ""
        guard path.hasPrefix("/") else {
            throw SSMError.validation(
                "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: /get/parameters2-/by1./path0_."
            )
        }
        if !path.hasSuffix("/") { path += "/" }
        let isRecursive = input.boolean("Recursive") ?? false
        let withDecryption = input.boolean("WithDecryption") ?? false
        func isBelow(_ name: String) -> Bool {
            name.hasPrefix(path) && (isRecursive || !name.dropFirst(path.count).contains("/"))
        }
        if Self.isPublic(path) || path == "/aws/" {
            let parameters = publicParameters(context.region).filter { isBelow($0.name) }
            let page = try SSMPage(parameters, input, limit: 10)
            return Response(page.answer("Parameters") { ParameterViews.parameter($0, context) })
        }
        let filters = try ParameterFilter.all(input, "ParameterFilters", allowed: ["Type", "KeyId", "Label"])
        let parameters = context.ssm.parameters.filter { parameter in
            isBelow(parameter.name) && filters.allSatisfy { $0.matches(parameter) }
        }
        let page = try SSMPage(parameters.sorted { $0.name < $1.name }, input, limit: 10)
        var values: [Value] = []
        for parameter in page.items {
            let label = filters.first { $0.key == "Label" }?.values.first
            let version =
                label.flatMap { label in parameter.versions.first { $0.labels.contains(label) } } ?? parameter.latest
            guard let version else { continue }
            values.append(ParameterViews.parameter(parameter.name, version, withDecryption: withDecryption, context))
        }
        return Response(["Parameters": .list(values), "NextToken": page.nextToken])
    }

    @Sendable private func history(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let reference = ParameterReference(input.string("Name") ?? "", context),
            let parameter = context.ssm.parameters[reference.name]
        else { throw SSMError.notFound }
        let withDecryption = input.boolean("WithDecryption") ?? false
        let page = try SSMPage(parameter.versions, input, limit: 50)
        return Response(
            page.answer("Parameters") {
                ParameterViews.history(parameter, $0, withDecryption: withDecryption, context)
            })
    }

    @Sendable private func describe(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard !(input.has("Filters") && input.has("ParameterFilters")) else {
            throw SSMError.validation(
                "You can use either Filters or ParameterFilters in a single request.")
        }
        var filters = try ParameterFilter.all(
            input, "ParameterFilters", allowed: ["Name", "Type", "KeyId", "Path", "Label", "Tier", "DataType"])
        for filter in input.structures("Filters") {
            filters.append(
                ParameterFilter(
                    key: filter.string("Key") ?? "", option: filter.string("Key") == "Name" ? "Contains" : "Equals",
                    values: filter.strings("Values")))
        }
        let found = context.ssm.parameters.filter { parameter in filters.allSatisfy { $0.matches(parameter) } }
        let page = try SSMPage(found.sorted { $0.name < $1.name }, input, limit: 50)
        let values = page.items.compactMap { parameter in
            parameter.latest.map { ParameterViews.metadata(parameter, $0, context) }
        }
        return Response(["Parameters": .list(values), "NextToken": page.nextToken])
    }
}

/// A page of a list: `MaxResults`, `NextToken`.
struct SSMPage<Item> {
    let items: [Item]
    let nextToken: Value?

    init(_ all: [Item], _ input: Input, limit: Int) throws(ServiceError) {
        let tokens = OffsetToken("AAEAA:")
        guard let start = tokens.offset(input.string("NextToken").flatMap { $0.isEmpty ? nil : $0 }) else {
            throw ServiceError("InvalidNextToken", "The specified token isn't valid.")
        }
        let size = input.integer("MaxResults") ?? limit
        guard (1...limit).contains(size) else {
            throw SSMError.validation(
                "1 validation error detected: Value '\(size)' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to \(limit)"
            )
        }
        let page = tokens.page(of: all, from: start, size: size)
        items = Array(page.items)
        nextToken = page.token
    }

    func answer(_ name: String, _ view: (Item) -> Value) -> Value {
        [name: .list(items.map(view)), "NextToken": nextToken]
    }
}
