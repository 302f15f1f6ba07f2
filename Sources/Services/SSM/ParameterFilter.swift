import CloudState
import ServiceModel

/// One filter of DescribeParameters or GetParametersByPath.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html>
struct ParameterFilter {
    let key: String
    let option: String
    let values: [String]

    static func all(
        _ input: Input, _ parameter: String, allowed: [String]
    ) throws(ServiceError) -> [ParameterFilter] {
        var filters: [ParameterFilter] = []
        for filter in input.structures(parameter) {
            let key = filter.string("Key") ?? ""
            let isTag = key.hasPrefix("tag:") && allowed.contains("Name")
            guard allowed.contains(key) || isTag else {
                throw ServiceError(
                    "InvalidFilterKey",
                    "The following filter key is not valid: \(key.prefix(128)). Valid filter keys include: [\((allowed + (allowed.contains("Name") ? ["tag:.+"] : [])).joined(separator: ", "))]."
                )
            }
            guard !filters.contains(where: { $0.key == key }) else {
                throw SSMError.validation(
                    "The following filters are duplicated in the request: [\(key)]. A request can contain only one instance of a specific filter."
                )
            }
            let option = filter.string("Option") ?? (key == "Path" ? "OneLevel" : "Equals")
            let options =
                key == "Path"
                ? ["OneLevel", "Recursive"]
                : key == "Name" ? ["BeginsWith", "Contains", "Equals"] : ["BeginsWith", "Equals"]
            guard options.contains(option) else {
                throw ServiceError(
                    "InvalidFilterOption",
                    "The following filter option is not valid: \(option.prefix(64)). Valid options include: [\(options.joined(separator: ", "))]."
                )
            }
            let values = filter.strings("Values")
            guard !values.isEmpty || isTag else {
                throw ServiceError(
                    "InvalidFilterValue", "The following filter values are missing : null for filter key \(key).")
            }
            filters.append(ParameterFilter(key: key, option: option, values: values))
        }
        return filters
    }

    init(key: String, option: String, values: [String]) {
        self.key = key
        self.option = option
        self.values = values
    }

    func matches(_ parameter: Parameter) -> Bool {
        guard let version = parameter.latest else { return false }
        switch key {
        case "Name":
            // A leading slash makes no difference for names without a path.
            let name = parameter.name
            return values.contains { test(name, $0) || test("/" + name, $0) }
        case "Type": return values.contains { test(version.type, $0) }
        case "KeyId": return version.keyID.map { id in values.contains { test(id, $0) } } ?? false
        case "Tier": return values.contains { test(version.tier, $0) }
        case "DataType": return values.contains { test(version.dataType, $0) }
        case "Label": return parameter.versions.contains { !Set($0.labels).isDisjoint(with: values) }
        case "Path":
            return values.contains { path in
                let path = path.hasSuffix("/") ? path : path + "/"
                guard parameter.name.hasPrefix(path) else { return path == "/" && option == "Recursive" }
                return option == "Recursive" || !parameter.name.dropFirst(path.count).contains("/")
            }
        default:
            guard let value = parameter.tags[String(key.dropFirst(4))] else { return false }
            return values.isEmpty || values.contains { test(value, $0) }
        }
    }

    private func test(_ text: String, _ value: String) -> Bool {
        switch option {
        case "BeginsWith": text.hasPrefix(value)
        case "Contains": text.contains(value)
        default: text == value
        }
    }
}
