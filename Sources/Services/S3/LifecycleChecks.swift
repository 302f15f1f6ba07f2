import ServiceModel

/// What lifecycle rules may say.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>
enum LifecycleChecks {
    /// The numbers of days in a rule: where they stand, what they are called, and whether nought is one of them.
    private static let numbers: [(action: String, name: String, allowsZero: Bool)] = [
        ("Expiration", "Days", false), ("Transitions", "Days", true),
        ("NoncurrentVersionExpiration", "NoncurrentDays", false),
        ("NoncurrentVersionExpiration", "NewerNoncurrentVersions", false),
        ("NoncurrentVersionTransitions", "NoncurrentDays", true),
        ("NoncurrentVersionTransitions", "NewerNoncurrentVersions", false),
        ("AbortIncompleteMultipartUpload", "DaysAfterInitiation", false),
    ]

    private static let actions = [
        "Expiration", "Transitions", "NoncurrentVersionExpiration", "NoncurrentVersionTransitions",
        "AbortIncompleteMultipartUpload",
    ]

    static func check(_ rules: [Value]) throws(ServiceError) {
        var ids: Set<String> = []
        for rule in rules {
            if let id = rule["ID"]?.text {
                guard id.count <= 255 else { throw invalid("ID length should not exceed allowed limit of 255") }
                guard ids.insert(id).inserted else {
                    throw invalid("Rule ID must be unique. Found same ID for more than one rule")
                }
            }
            guard actions.contains(where: { rule[$0] != nil }) else {
                throw S3Error.invalidRequest("At least one action needs to be specified in a rule")
            }
            for number in numbers {
                for action in rule[number.action].map({ $0.elements ?? [$0] }) ?? [] {
                    try check(action, number.name, number.action, allowsZero: number.allowsZero)
                }
            }
        }
    }

    private static func check(
        _ action: Value, _ name: String, _ kind: String, allowsZero: Bool
    ) throws(ServiceError) {
        if case .timestamp(let date)? = action["Date"], date.milliseconds % 86_400_000 != 0 {
            throw invalid("'Date' must be at midnight GMT")
        }
        guard case .integer(let number)? = action[name] else { return }
        guard number > 0 || number == 0 && allowsZero, number <= Int(Int32.max) else {
            throw invalid("'\(name)' for \(kind) action must be a positive integer")
        }
        guard action["Date"] == nil else { throw S3Error.malformedXML }
    }

    private static func invalid(_ message: String) -> ServiceError { S3Error.make("InvalidArgument", message) }
}
