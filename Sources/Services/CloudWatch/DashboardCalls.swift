import CloudState
import JSONValue
import ServiceModel

/// Dashboards, which are kept as they come: nothing here draws them.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html>
enum DashboardCalls {
    static let operations: [String: Handler] = [
        "DeleteDashboards": .write(delete),
        "GetDashboard": .read(get),
        "ListDashboards": .read(list),
        "PutDashboard": .write(put),
    ]

    private static let quota = 5000
    private static let largest = 1 << 20

    private static func unknown(_ name: String) -> ServiceError {
        ServiceError("ResourceNotFound", "Dashboard \(name.prefix(255)) does not exist", status: 404)
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("DashboardName") ?? ""
        guard (1...255).contains(name.utf8.count),
            name.utf8.allSatisfy({ byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                    || byte == 95
            })
        else { throw invalid("The value \(name.prefix(255)) for field DashboardName contains invalid characters.") }
        let body = input.string("DashboardBody") ?? ""
        guard body.utf8.count <= largest, let document = try? JSON.parse(body), case .object(let members) = document
        else { throw invalid("The field DashboardBody must be a valid JSON object") }
        guard case .array? = members["widgets"] else {
            throw invalid(
                "The dashboard body is invalid, there are 1 validation errors: Should have required property 'widgets'")
        }
        guard context.cloudWatch.dashboards[name] != nil || context.cloudWatch.dashboards.count < quota else {
            throw ServiceError("LimitExceeded", "The maximum limit of \(quota) dashboards is reached.")
        }
        context.cloudWatch.dashboards.insert(
            Dashboard(
                name: name, arn: "arn:aws:cloudwatch::\(context.accountID):dashboard/\(name)", body: body,
                modified: context.now))
        return Response(["DashboardValidationMessages": []])
    }

    private static func invalid(_ message: String) -> ServiceError { ServiceError("InvalidParameterInput", message) }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("DashboardName") ?? ""
        guard let dashboard = context.cloudWatch.dashboards[name] else { throw unknown(name) }
        return Response([
            "DashboardArn": .string(dashboard.arn), "DashboardBody": .string(dashboard.body),
            "DashboardName": .string(dashboard.name),
        ])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let prefix = input.string("DashboardNamePrefix") ?? ""
        let found = context.cloudWatch.dashboards.filter { $0.name.hasPrefix(prefix) }.sorted { $0.name < $1.name }
        let (page, token) = try Paging.page(found, input.string("NextToken"), size: 1000)
        return Response([
            "DashboardEntries": .list(page) { dashboard in
                [
                    "DashboardName": .string(dashboard.name), "DashboardArn": .string(dashboard.arn),
                    "LastModified": .timestamp(dashboard.modified), "Size": .integer(dashboard.body.utf8.count),
                ]
            }, "NextToken": token,
        ])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let names = input.strings("DashboardNames")
        // One that is missing keeps all from being deleted.
        for name in names where context.cloudWatch.dashboards[name] == nil { throw unknown(name) }
        for name in names { context.cloudWatch.dashboards.remove(name) }
        return .empty
    }
}
