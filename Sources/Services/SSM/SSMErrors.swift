import ServiceModel

/// Parameter Store's errors, with AWS's codes and messages.
enum SSMError {
    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationException", message) }

    /// AWS gives no message with it.
    static var notFound: ServiceError { ServiceError("ParameterNotFound", "") }

    static func noVersion(_ version: Int, _ name: String) -> ServiceError {
        ServiceError(
            "ParameterVersionNotFound",
            "Systems Manager could not find version \(version) of \(name). Verify the version and try again.")
    }

    static func noLabel(_ label: String, _ name: String) -> ServiceError {
        ServiceError(
            "ParameterVersionNotFound",
            "Systems Manager could not find a version of \(name) with the label \(label). Verify the label and try again."
        )
    }

    static var invalidResource: ServiceError { ServiceError("InvalidResourceId", "") }
}
