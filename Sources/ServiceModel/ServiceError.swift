/// What a client sees when a call does not succeed: AWS's own code and message, and the HTTP status.
package struct ServiceError: Error, Sendable, Equatable {
    package enum Fault: Sendable, Equatable { case sender, receiver }

    /// For instance `InvalidAMIID.NotFound`.
    package var code: String
    package var message: String
    package var status: Int
    package var fault: Fault
    /// Members that the error's shape has beside the message, for instance `Type` of Lambda's errors.
    package var details: Fields
    /// Set where AWS would have answered and this emulator can't: nobody may be failed for it.
    package var isNotEmulated: Bool
    /// The code that clients of the service's older query protocol know it by; sent along in a header.
    ///
    /// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait>
    package var queryCode: String?

    package init(
        _ code: String, _ message: String, status: Int = 400, fault: Fault = .sender, details: Fields = Fields(),
        isNotEmulated: Bool = false
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.fault = fault
        self.details = details
        self.isNotEmulated = isNotEmulated
    }
}
