package import CloudState
import ServiceModel

/// Amazon CloudWatch: metrics, alarms and dashboards.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html>
package enum CloudWatchService {
    package static let definition = ServiceDefinition(
        signingNames: ["monitoring"], model: { .cloudWatch },
        operations: groups.merged,
        authorization: .plain("cloudwatch"),
        reactions: ServiceReactions(handle: AlarmLook.handle, isAwaited: AlarmLook.isAwaited))

    /// One line a group of operations.
    package static let groups: [[String: Handler]] = [
        AlarmCalls.operations,
        AlarmViews.operations,
        CompositeAlarmCalls.operations,
        DashboardCalls.operations,
        MetricCalls.operations,
        MetricDataCalls.operations,
        TagCalls.operations,
    ]
}

/// CloudWatch's errors.
enum CloudWatchError {
    static func invalid(_ message: String) -> ServiceError { ServiceError("InvalidParameterValue", message) }
    static func combination(_ message: String) -> ServiceError { ServiceError("InvalidParameterCombination", message) }
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationError", message) }

    /// What is wrong with an expression of metric math, which is named by its query's id.
    static func expression(_ id: String, _ what: String) -> ServiceError {
        validation("Error in expression '\(id.prefix(64))': \(what)")
    }

    static func notEmulated(_ what: String) -> ServiceError {
        ServiceError("ValidationError", "\(what) is not emulated here.", isNotEmulated: true)
    }
}

extension MetricKey {
    /// The metric that a structure with `Namespace`, `MetricName` and `Dimensions` names.
    init(_ input: Input) throws(ServiceError) {
        var dimensions: [Dimension] = []
        for entry in input.structures("Dimensions") {
            let name = entry.string("Name") ?? ""
            guard !dimensions.contains(where: { $0.name == name }) else {
                throw CloudWatchError.invalid("No two dimensions may have the same name: \(name.prefix(255))")
            }
            dimensions.append(Dimension(name: name, value: entry.string("Value") ?? ""))
        }
        self.init(
            namespace: input.string("Namespace") ?? "", name: input.string("MetricName") ?? "", dimensions: dimensions)
    }

    /// As answers show it.
    var dimensionList: Value {
        .list(dimensions) { ["Name": .string($0.name), "Value": .string($0.value)] }
    }
}

/// Pages of answers.
enum Paging {
    private static let tokens = OffsetToken("w1:")

    static func page<Item>(
        _ items: [Item], _ token: String?, size: Int
    ) throws(ServiceError) -> (items: [Item], token: Value?) {
        guard let start = tokens.offset(token?.isEmpty ?? true ? nil : token) else {
            throw ServiceError("InvalidNextToken", "Invalid nextToken")
        }
        let page = tokens.page(of: items, from: start, size: max(1, size))
        return (Array(page.items), page.token)
    }
}
