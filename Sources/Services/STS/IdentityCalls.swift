import CloudState
import ServiceModel

/// Who one is, whose a key is, and what a refusal said.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
enum IdentityCalls {
    static let operations: [String: Handler] = [
        "DecodeAuthorizationMessage": .read(decode),
        "GetAccessKeyInfo": .read(keyInfo),
        "GetCallerIdentity": .read { context, _ in
            Response([
                "UserId": .string(context.caller.userID), "Account": .string(context.caller.accountID),
                "Arn": .string(context.caller.arn),
            ])
        },
    ]

    static func keyInfo(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        let id = input.string("AccessKeyId") ?? ""
        guard ["AKIA", "ASIA"].contains(id.prefix(4)) else {
            throw STSError.validation("Invalid access key ID: \(id.prefix(128))")
        }
        return Response(["Account": .string(context.accountID)])
    }

    static func decode(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        guard let message = AuthorizationMessage.decode(input.string("EncodedMessage") ?? "", world: context.world)
        else {
            throw ServiceError("InvalidAuthorizationMessageException", "Message is not valid")
        }
        return Response(["DecodedMessage": .string(message)])
    }
}
