import CloudState
import ServiceModel

/// Event buses as destinations of asynchronous invocations.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
enum Destinations {
    /// Puts the record of an invocation on a bus.
    static func putEvent(_ document: String, onto bus: String, _ context: inout CallContext) {
        let failed = !document.contains("\"condition\":\"Success\"")
        _ = try? context.call(
            "events", "PutEvents",
            [
                "Entries": [
                    [
                        "EventBusName": .string(bus), "Source": "lambda",
                        "DetailType": .string(
                            "Lambda Function Invocation Result - \(failed ? "Failure" : "Success")"),
                        "Detail": .string(document),
                    ]
                ]
            ])
    }
}
