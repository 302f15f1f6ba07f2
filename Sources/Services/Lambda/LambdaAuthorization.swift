import CloudState
import PolicyEngine
import ServiceModel

/// What Lambda's operations need permission for.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html>
enum LambdaAuthorization {
    static let authorization = Authorization(vendor: "lambda") { operation, input, context in
        var permissions = [
            Permission(resource(input, context), action: action(operation), policy: policy(input, context))
        ]
        if operation == "CreateFunction" || operation == "UpdateFunctionConfiguration", let role = input.string("Role")
        {
            var conditions = ConditionContext()
            conditions.set("iam:PassedToService", "lambda.amazonaws.com")
            permissions.append(Permission(role, action: "iam:PassRole", context: conditions))
        }
        return permissions
    }

    private static func action(_ operation: String) -> String? {
        operation == "Invoke" || operation == "InvokeWithResponseStream" ? "lambda:InvokeFunction" : nil
    }

    private static func resource(_ input: Input, _ context: CallContext) -> String {
        if input.shape.member("FunctionName") != nil, let text = input.string("FunctionName"),
            let name = try? FunctionName(
                text, qualifier: input.shape.member("Qualifier") == nil ? nil : input.string("Qualifier"), context)
        {
            return context.functionARN(name.name, name.qualifier)
        }
        if input.shape.member("LayerName") != nil, let name = input.string("LayerName") {
            let arn = "arn:aws:lambda:\(context.region):\(context.accountID):layer:\(name)"
            guard input.shape.member("VersionNumber") != nil, let number = input.integer("VersionNumber") else {
                return arn
            }
            return "\(arn):\(number)"
        }
        if input.shape.member("UUID") != nil, let id = input.string("UUID") {
            return "arn:aws:lambda:\(context.region):\(context.accountID):event-source-mapping:\(id)"
        }
        if input.shape.member("Resource") != nil, let arn = input.string("Resource") { return arn }
        return "*"
    }

    private static func policy(_ input: Input, _ context: CallContext) -> Policy? {
        guard input.shape.member("FunctionName") != nil, let text = input.string("FunctionName"),
            let name = try? FunctionName(
                text, qualifier: input.shape.member("Qualifier") == nil ? nil : input.string("Qualifier"), context),
            let document = context.lambda.functions[name.name]?.policies[name.qualifier ?? ""]?.document
        else { return nil }
        return try? Policy(parsing: document, as: .resource)
    }
}
