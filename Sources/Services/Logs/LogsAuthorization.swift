import CloudState
import ServiceModel

/// What CloudWatch Logs' operations need permission for.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>
enum LogsAuthorization {
    static let authorization = Authorization(vendor: "logs") { operation, input, context in
        func text(_ name: String) -> String? { input.shape.member(name) == nil ? nil : input.string(name) }
        let prefix = "arn:aws:logs:\(context.region):\(context.accountID):log-group:"
        if let arn = text("resourceArn") { return [Permission(arn)] }
        guard let group = (text("logGroupName") ?? text("logGroupIdentifier")).map(CallContext.groupName) else {
            return [Permission("\(prefix):log-stream:")]
        }
        return [Permission("\(prefix)\(group):log-stream:\(text("logStreamName") ?? "")")]
    }
}
