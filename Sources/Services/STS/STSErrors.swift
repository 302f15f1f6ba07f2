import CloudState
import PolicyEngine
import ServiceModel

/// AWS STS's errors, with AWS's codes and messages.
enum STSError {
    static func denied(_ caller: Caller, _ action: String, _ resource: String) -> ServiceError {
        ServiceError(
            "AccessDenied", "User: \(caller.arn) is not authorized to perform: sts:\(action) on resource: \(resource)",
            status: 403)
    }

    static func validation(_ message: String) -> ServiceError { ServiceError("ValidationError", message) }

    static func document(_ text: String) throws(ServiceError) -> PolicyDocument {
        do throws(PolicyError) {
            return try PolicyDocument(text, as: .identity)
        } catch {
            throw ServiceError("MalformedPolicyDocument", error.message)
        }
    }
}
