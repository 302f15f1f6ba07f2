import CloudState
import ServiceModel

/// Account settings.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSetting.html>
enum AccountSettingCalls {
    static let operations: [String: Handler] = [
        "DeleteAccountSetting": .write(delete),
        "ListAccountSettings": .read(list),
        "PutAccountSetting": .write(put),
        "PutAccountSettingDefault": .write(put),
    ]

    /// The settings and what they are where nobody set them.
    private static let defaults: [(name: String, value: String)] = [
        ("awsvpcTrunking", "disabled"), ("containerInsights", "disabled"),
        ("containerInstanceLongArnFormat", "enabled"), ("defaultLogDriverMode", "non-blocking"),
        ("dualStackIPv6", "disabled"),
        ("fargateFIPSMode", "disabled"), ("fargateTaskRetirementWaitPeriod", "7"), ("guardDutyActivate", "on"),
        ("serviceLongArnFormat", "enabled"), ("tagResourceAuthorization", "off"), ("taskLongArnFormat", "enabled"),
    ]

    /// What a setting can be.
    private static func values(of name: String) -> [String] {
        switch name {
        case "containerInsights": ["enabled", "disabled", "enhanced"]
        case "defaultLogDriverMode": ["blocking", "non-blocking"]
        case "fargateTaskRetirementWaitPeriod": ["0", "7", "14"]
        case "guardDutyActivate", "tagResourceAuthorization": ["on", "off"]
        default: ["enabled", "disabled"]
        }
    }

    static func put(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("name") ?? ""
        guard defaults.contains(where: { $0.name == name }) else {
            throw ECSError.parameter("Invalid setting name: \(name.prefix(64))")
        }
        let value = input.string("value") ?? ""
        guard values(of: name).contains(value) else {
            throw ECSError.parameter("Invalid setting value: \(value.prefix(64))")
        }
        context.ecs.accountSettings[name] = value
        return Response(["setting": view(name, context)])
    }

    static func delete(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let name = input.string("name") ?? ""
        context.ecs.accountSettings[name] = nil
        return Response(["setting": view(name, context)])
    }

    static func list(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let wanted = input.string("name")
        let isEffective = input.boolean("effectiveSettings") ?? false
        let names = defaults.map(\.name).filter { name in
            (wanted.map { $0 == name } ?? true)
                && (isEffective || context.ecs.accountSettings[name] != nil)
                && (input.string("value").map { $0 == value(name, context) } ?? true)
        }
        return Response(["settings": .list(names) { view($0, context) }])
    }

    private static func value(_ name: String, _ context: CallContext) -> String? {
        context.ecs.accountSettings[name] ?? defaults.first { $0.name == name }?.value
    }

    private static func view(_ name: String, _ context: CallContext) -> Value {
        [
            "name": .string(name), "value": .optional(value(name, context)),
            "principalArn": .string("arn:aws:iam::\(context.accountID):root"), "type": "user",
        ]
    }
}
