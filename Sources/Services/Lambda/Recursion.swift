import CloudState
import ServiceModel

/// Functions that bring about their own invocation: Lambda ends the circle after about sixteen rounds.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>
enum Recursion {
    private static let most = 16

    /// How many invocations have led to one that this caller brings about; zero where nobody but a client does.
    static func depth(_ context: CallContext) -> Int {
        guard case .session(let id) = context.caller.principal, context.lambda.sessions[context.caller.arn] == id else {
            return 0
        }
        return depth(after: context.caller.arn.split(separator: "/").last.map(String.init) ?? "", context)
    }

    /// The same for what a function has put into a queue, by whom the messages say they are from.
    static func depth(ofSenders senders: [String], _ context: CallContext) -> Int {
        let names = Set(senders.compactMap { $0.split(separator: ":").dropFirst().first.map(String.init) })
        return names.map { depth(after: $0, context) }.max() ?? 0
    }

    private static func depth(after function: String, _ context: CallContext) -> Int {
        context.lambda.depths[function].map { $0 + 1 } ?? 0
    }

    /// Whether the circle ends here; remembers where it does not.
    static func ends(_ function: LambdaFunction, at depth: Int, _ context: inout CallContext) -> Bool {
        guard depth >= most, function.recursiveLoop == "Terminate" else {
            context.lambda.depths[function.id] = depth
            return false
        }
        context.lambda.depths[function.id] = nil
        context.world.addMetrics(
            [("RecursiveInvocationsDropped", 1, "Count")], namespace: "AWS/Lambda",
            dimension: ("FunctionName", function.id), region: context.region)
        return true
    }

    static var error: ServiceError {
        var details = Fields()
        details.append("Type", "User")
        return ServiceError(
            "RecursiveInvocationException",
            "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation.",
            status: 400, details: details)
    }
}
