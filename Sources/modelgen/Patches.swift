/// A correction of a shape in which botocore's model differs from what AWS does.
struct Patch: Sendable {
    var service: String
    var shape: String
    /// Why the model is wrong, with the page or observation that says so.
    var reason: String
    var apply: @Sendable (inout [String: Any]) -> Void
}

/// Every correction that we make, so that `make models` can be repeated with a newer botocore.
let patches: [Patch] = [
    Patch(
        service: "EC2", shape: "Snapshot",
        reason: """
            The description of a snapshot is always there, empty where none was given, and Terraform reads it; the \
            model does not say so. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html
            """,
        apply: { $0["required"] = ["Description"] })
]
