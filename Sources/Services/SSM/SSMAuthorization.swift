import CloudState
import PolicyEngine
import ServiceModel

/// What Parameter Store's operations need permission for: the parameters that they name.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html>
enum SSMAuthorization {
    static let authorization = Authorization(vendor: "ssm") { operation, input, context in
        let root = "arn:aws:ssm:\(context.region):\(context.accountID)"
        func text(_ name: String) -> String? { input.shape.member(name) == nil ? nil : input.string(name) }
        func permission(_ name: String) -> Permission {
            let bare = ParameterReference(name, context)?.name ?? name
            var conditions = ConditionContext()
            for tag in context.ssm.parameters[bare]?.tags.tags ?? [] {
                conditions.set("aws:ResourceTag/\(tag.key)", tag.value)
                conditions.set("ssm:resourceTag/\(tag.key)", tag.value)
            }
            if let recursive = input.shape.member("Recursive").flatMap({ _ in input.boolean("Recursive") }) {
                conditions.set("ssm:Recursive", recursive ? "true" : "false")
            }
            if input.shape.member("Overwrite") != nil {
                conditions.set("ssm:Overwrite", input.boolean("Overwrite") ?? false ? "true" : "false")
            }
            return Permission(ParameterViews.arn(bare, context), context: conditions)
        }
        if let name = text("Name") { return [permission(name)] }
        if let path = text("Path") { return [permission(path)] }
        if input.shape.member("Names") != nil { return input.strings("Names").map(permission) }
        if text("ResourceType") == "Parameter", let name = text("ResourceId") { return [permission(name)] }
        return [Permission("\(root):*")]
    }
}
