import CloudState
import PolicyEngine
import ServiceModel

/// The roles that ECS takes on for a task, and that its containers are.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html>
enum TaskRoles {
    /// - Throws: where a role is not there or does not trust ECS's tasks; those of the overrides are in place of the
    ///   definition's.
    static func check(
        _ definition: TaskDefinition, overrides: Value, _ context: CallContext
    ) throws(ServiceError) {
        if let problem = problem(definition, overrides: overrides, context) { throw ECSError.client(problem) }
    }

    /// What is wrong with the roles of a definition; nil where nothing is.
    static func problem(
        _ definition: TaskDefinition, overrides: Value? = nil, _ context: CallContext
    ) -> String? {
        for member in ["executionRoleArn", "taskRoleArn"] {
            let named = overrides?[member]?.text ?? definition.content[member]?.text
            guard let text = named, !isTrusting(text, context) else { continue }
            let arn = text.hasPrefix("arn:") ? text : "arn:aws:iam::\(context.accountID):role/\(text)"
            return
                "ECS was unable to assume the role '\(arn)' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
        }
        return nil
    }

    private static func isTrusting(_ text: String, _ context: CallContext) -> Bool {
        let name = text.split(separator: "/").last.map(String.init) ?? text
        guard let role = context.iam.role(name), !text.hasPrefix("arn:") || role.arn == text else { return false }
        let service = "ecs-tasks.amazonaws.com"
        let request = AccessRequest(
            principal: .init(arn: service, accountID: "", service: service), action: "sts:AssumeRole",
            resource: role.arn)
        return role.trust.policy.grant(request) == .toPrincipal
    }
}
