import CloudState
import ServiceModel

/// Filters of a describe request: all must match, each by one of its values.
struct Filters {
    private var filters: [(name: String, values: Set<String>)] = []

    init(_ input: Input, allowed: [String], allowsTagColon: Bool = false) throws(ServiceError) {
        for filter in input.structures("Filters") {
            let name = filter.string("Name") ?? ""
            guard allowed.contains(name) || allowsTagColon && name.hasPrefix("tag:") else {
                throw AutoScalingError.validation(
                    "Filter type \(name.prefix(64)) is not correct. Allowed Filter types are: \(allowed.joined(separator: " "))"
                )
            }
            filters.append((name, Set(filter.strings("Values"))))
        }
    }

    /// Whether something passes, given its values by the name of the filter.
    func matches(_ values: (String) -> [String]) -> Bool {
        filters.allSatisfy { filter in values(filter.name).contains { filter.values.contains($0) } }
    }
}
