import PolicyEngine

// What a resource's own policy lets a service of AWS do, for a resource of that service.
extension CallContext {
    /// Whether a function's policy lets a service invoke it.
    ///
    /// - Parameters:
    ///   - service: for instance `events.amazonaws.com`.
    ///   - function: the function's ARN, perhaps with a qualifier.
    ///   - source: the ARN of the rule, bucket or schedule that it is for.
    package func lets(_ service: String, invoke function: String, for source: String) -> Bool {
        let parts = function.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 7, let record = lambda.functions[parts[6]],
            let text = record.policies[parts.count > 7 ? parts[7] : ""]?.document
        else { return false }
        return lets(service, "lambda:InvokeFunction", function, text, source)
    }

    /// Whether a queue's policy lets a service send messages to it.
    package func lets(_ service: String, sendTo queue: String, for source: String) -> Bool {
        guard let record = sqs.queues.first(where: { $0.arn == queue }), let text = record.attributes["Policy"] else {
            return false
        }
        return lets(service, "sqs:SendMessage", queue, text, source)
    }

    /// Whether one of the policies of CloudWatch Logs lets a service write to a group.
    package func lets(_ service: String, logTo group: String, for source: String) -> Bool {
        logs.policies.contains { policy in
            ["logs:CreateLogStream", "logs:PutLogEvents"].allSatisfy { action in
                lets(service, action, "\(group):log-stream:x", policy.document, source)
            }
        }
    }

    /// Whether a policy lets a service do something.
    package func lets(
        _ service: String, _ action: String, _ resource: String, _ document: String, _ source: String
    ) -> Bool {
        guard let policy = try? Policy(parsing: document, as: .resource) else { return false }
        var conditions = ConditionContext()
        conditions.set("aws:SourceArn", source)
        conditions.set("aws:SourceAccount", accountID)
        let request = AccessRequest(
            principal: .init(arn: service, accountID: "", service: service), action: action, resource: resource,
            context: conditions)
        return policy.grant(request) == .toPrincipal
    }

    /// Whether a role's policies let it do something; always where permissions are not enforced.
    package func may(_ role: String, _ action: String, on resource: String) -> Bool {
        guard enforcesIAM else { return true }
        guard let name = role.split(separator: "/").last, let record = iam.role(String(name)) else { return false }
        var principal = AccessRequest.Principal(arn: role, accountID: accountID)
        principal.roleARN = role
        let request = AccessRequest(principal: principal, action: action, resource: resource)
        return iam.policies(of: record).decide(request).isAllowed
    }

    /// The role of that ARN, where it trusts a service.
    package func role(_ arn: String, trusting service: String) -> IAMRole? {
        let request = AccessRequest(
            principal: .init(arn: service, accountID: "", service: service), action: "sts:AssumeRole", resource: arn)
        guard let name = arn.split(separator: "/").last, let role = iam.role(String(name)), role.arn == arn,
            role.trust.policy.grant(request) == .toPrincipal
        else { return nil }
        return role
    }
}
