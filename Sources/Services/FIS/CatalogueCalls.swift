import CloudState
import ServiceModel

/// What FIS can do, and to what.
///
/// <https://docs.aws.amazon.com/fis/latest/APIReference/API_ListActions.html>
enum CatalogueCalls {
    static let operations: [String: Handler] = [
        "GetAction": .read(action),
        "GetTargetResourceType": .read(resourceType),
        "ListActions": .read(actions),
        "ListTargetResourceTypes": .read(resourceTypes),
    ]

    static func actions(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try Paging.page(ActionKind.all, input)
        let region = context.region
        return Response(["actions": .list(page.items) { summary($0, region) }, "nextToken": page.token])
    }

    static func action(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("id") ?? ""
        guard let kind = ActionKind.named(id) else {
            if ActionKind.existsOnAWS(id) { throw FISError.notEmulated("The action \(id.prefix(128))") }
            throw FISError.notFound("Action \(id.prefix(128)) does not exist.")
        }
        var fields = summary(kind, context.region).fields ?? Fields()
        fields["parameters"] = .map(
            Fields(
                kind.parameters.map { parameter in
                    .init(
                        name: parameter.name,
                        value: [
                            "description": .string(parameter.description), "required": .boolean(parameter.isRequired),
                        ])
                }))
        return Response(["action": .structure(fields)])
    }

    private static func summary(_ kind: ActionKind, _ region: String) -> Value {
        let targets = kind.target.map { target in
            Value.map(Fields([.init(name: target.name, value: ["resourceType": .string(target.type)])]))
        }
        return [
            "id": .string(kind.id), "arn": .string("arn:aws:fis:\(region)::action/\(kind.id)"),
            "description": .string(kind.description), "targets": targets ?? .map(Fields()), "tags": .map(Fields()),
        ]
    }

    static func resourceTypes(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let page = try Paging.page(TargetKind.all, input)
        return Response([
            "targetResourceTypes": .list(page.items) {
                ["resourceType": .string($0.type), "description": .string($0.description)]
            }, "nextToken": page.token,
        ])
    }

    static func resourceType(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let type = input.string("resourceType") ?? ""
        guard let kind = TargetKind.named(type) else {
            throw FISError.notFound("Target resource type \(type.prefix(128)) does not exist.")
        }
        let parameters = kind.parameters.map { parameter in
            Fields.Field(
                name: parameter.name, value: ["description": .string(parameter.description), "required": false])
        }
        return Response([
            "targetResourceType": [
                "resourceType": .string(kind.type), "description": .string(kind.description),
                "parameters": .map(Fields(parameters)),
            ]
        ])
    }
}
