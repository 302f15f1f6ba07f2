import CloudState
import ServiceModel

/// The safety lever: while it is engaged, nothing runs.
///
/// <https://docs.aws.amazon.com/fis/latest/userguide/safety-lever.html>
enum SafetyLeverCalls {
    static let operations: [String: Handler] = [
        "GetSafetyLever": .read(get),
        "UpdateSafetyLeverState": .write(update),
    ]

    private static func check(_ input: Input) throws(ServiceError) {
        let id = input.string("id") ?? ""
        guard id == "default" else { throw FISError.notFound("Safety lever \(id.prefix(64)) does not exist.") }
    }

    private static func view(_ context: CallContext) -> Value {
        [
            "id": "default", "arn": .string(context.fisARN("safety-lever/default")),
            "state": [
                "status": .string(context.fis.leverReason == nil ? "disengaged" : "engaged"),
                "reason": .string(context.fis.leverNote),
            ],
        ]
    }

    static func get(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try check(input)
        return Response(["safetyLever": view(context)])
    }

    static func update(_ context: inout CallContext, _ input: Input) throws(ServiceError) -> Response {
        try check(input)
        let state = input.structure("state")
        let reason = state?.string("reason") ?? ""
        let isEngaged = state?.string("status") == "engaged"
        context.fis.leverReason = isEngaged ? reason : nil
        context.fis.leverNote = reason
        if isEngaged {
            for experiment in context.fis.experiments where !experiment.status.isOver {
                ExperimentRun.halt(experiment.id, "Experiment halted by safety lever.", &context)
            }
        }
        return Response(["safetyLever": view(context)])
    }
}
