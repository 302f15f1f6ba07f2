import CloudState
import ServiceModel

/// Idempotency by client token: the same request with the same token is answered with what it made the first time.
///
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>
enum Idempotency {
    /// What the same request with the same token made before; nil where there was none, or no token.
    static func known(
        _ operation: String, _ token: String, _ input: Input, _ context: CallContext
    ) throws(ServiceError) -> String? {
        guard !token.isEmpty else { return nil }
        guard token.utf8.count <= 128 else {
            throw EC2Error.invalidParameter(
                "Invalid value '\(token.prefix(80))' for clientToken. Maximum length of 128 characters exceeded.")
        }
        guard let known = context.ec2.idempotency["\(operation)/\(token)"] else { return nil }
        guard known.parameters == digest(input) else {
            throw ServiceError(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
        }
        return known.resource
    }

    /// Keeps what a request made, for the next one with its token.
    static func remember(
        _ operation: String, _ token: String, _ input: Input, _ resource: String, _ context: inout CallContext
    ) {
        guard !token.isEmpty else { return }
        context.ec2.idempotency.insert(
            IdempotentLaunch(id: "\(operation)/\(token)", parameters: digest(input), resource: resource))
    }

    /// What two requests with the same token must agree in: everything but the token and dry run.
    private static func digest(_ input: Input) -> UInt64 {
        var fields = input.fields
        fields["ClientToken"] = nil
        fields["DryRun"] = nil
        return IDGenerator.hash("\(fields.fields.sorted { $0.name < $1.name })", 0xCBF2_9CE4_8422_2325)
    }
}
