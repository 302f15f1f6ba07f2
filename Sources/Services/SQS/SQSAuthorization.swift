import CloudState
import PolicyEngine
import ServiceModel

/// What SQS's operations need permission for: of the caller's own policies, or of the queue's.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>
enum SQSAuthorization {
    static let authorization = Authorization(vendor: "sqs") { operation, input, context in
        func text(_ name: String) -> String? { input.shape.member(name) == nil ? nil : input.string(name) }
        // A batch needs what its entries need.
        let action = operation.hasSuffix("Batch") ? "sqs:\(operation.dropLast(5))" : nil
        let name =
            text("QueueUrl").flatMap { $0.split(separator: "/").last.map(String.init) } ?? text("QueueName")
            ?? text("SourceArn").flatMap { $0.split(separator: ":").last.map(String.init) }
        guard let name else { return Permission.anything }
        let policy = context.sqs.queues[name]?.attributes["Policy"].flatMap { try? Policy(parsing: $0, as: .resource) }
        return [
            Permission(
                "arn:aws:sqs:\(context.region):\(context.accountID):\(name)", action: action, policy: policy)
        ]
    }
}
