import ServiceModel

/// IAM's errors, with AWS's codes and messages.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>
enum IAMError {
    static func noSuchEntity(_ message: String) -> ServiceError { ServiceError("NoSuchEntity", message, status: 404) }

    static func noUser(_ name: String) -> ServiceError { noSuchEntity("The user with name \(name) cannot be found.") }
    static func noGroup(_ name: String) -> ServiceError { noSuchEntity("The group with name \(name) cannot be found.") }
    static func noRole(_ name: String) -> ServiceError { noSuchEntity("The role with name \(name) cannot be found.") }
    static func noProfile(_ name: String) -> ServiceError { noSuchEntity("Instance Profile \(name) cannot be found.") }
    static func noPolicy(_ arn: String) -> ServiceError { noSuchEntity("Policy \(arn) was not found.") }
    static func notAttachable(_ arn: String) -> ServiceError {
        noSuchEntity("Policy \(arn) does not exist or is not attachable.")
    }

    static func exists(_ message: String) -> ServiceError { ServiceError("EntityAlreadyExists", message, status: 409) }

    static func conflict(_ message: String) -> ServiceError { ServiceError("DeleteConflict", message, status: 409) }

    static func limit(_ message: String) -> ServiceError { ServiceError("LimitExceeded", message, status: 409) }

    static func quota(_ name: String, _ limit: Int) -> ServiceError {
        self.limit("Cannot exceed quota for \(name): \(limit)")
    }

    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationError", message) }

    static func invalidInput(_ message: String) -> ServiceError { ServiceError("InvalidInput", message) }

    static func malformed(_ message: String) -> ServiceError { ServiceError("MalformedPolicyDocument", message) }

    static func protected(_ role: String) -> ServiceError {
        ServiceError(
            "UnmodifiableEntity",
            "Cannot perform the operation on the protected role '\(role)' - this role is only modifiable by AWS")
    }
}
