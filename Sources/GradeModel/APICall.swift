/// One API call of the student's program, as the report shows it; the field names are CloudTrail's.
///
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
package struct APICall: Codable, Sendable, Equatable {
    package var sequence: Int
    /// Virtual time, ISO 8601 in UTC.
    package var eventTime: String
    /// For instance `ec2.amazonaws.com`.
    package var eventSource: String
    package var eventName: String
    package var readOnly: Bool
    /// JSON, capped.
    package var requestParameters: String
    package var errorCode: String?
    package var errorMessage: String?
    package var requestID: String
    package var userAgent: String
    /// Set when the operation exists on AWS and is not emulated here: nobody may be failed for it.
    package var notEmulated: Bool
    /// The emulated region that was called; nil in results of before it was kept, as all that follow.
    package var awsRegion: String?
    /// The answer's members as JSON, capped; nil where the call failed.
    package var responseElements: String?
    /// Ids and ARNs of the resources that the call names or makes.
    package var resources: [String]?
    /// The answer's HTTP status.
    package var httpStatus: Int?
    /// Real seconds from the start of the program to the call.
    package var startSeconds: Double?
    /// Real seconds that the call took inside the emulator.
    package var tookSeconds: Double?

    package init(
        sequence: Int, eventTime: String, eventSource: String, eventName: String, readOnly: Bool,
        requestParameters: String, errorCode: String? = nil, errorMessage: String? = nil, requestID: String,
        userAgent: String, notEmulated: Bool = false,
        awsRegion: String? = nil, responseElements: String? = nil, resources: [String]? = nil,
        httpStatus: Int? = nil, startSeconds: Double? = nil, tookSeconds: Double? = nil
    ) {
        self.sequence = sequence
        self.eventTime = eventTime
        self.eventSource = eventSource
        self.eventName = eventName
        self.readOnly = readOnly
        self.requestParameters = requestParameters
        self.errorCode = errorCode
        self.errorMessage = errorMessage
        self.requestID = requestID
        self.userAgent = userAgent
        self.notEmulated = notEmulated
        self.awsRegion = awsRegion
        self.responseElements = responseElements
        self.resources = resources
        self.httpStatus = httpStatus
        self.startSeconds = startSeconds
        self.tookSeconds = tookSeconds
    }
}
