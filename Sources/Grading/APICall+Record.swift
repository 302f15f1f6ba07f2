import EmulatorCore
import GradeModel
import JSONValue
import ServiceModel

extension APICall {
    /// Bytes of a call's parameters that a report keeps.
    private static let maximumParameters = 4096

    /// A call of the trail, as reports show it.
    init(_ record: CallRecord) {
        var parameters = record.input.map { JSON(.structure($0.fields)).serializedString() } ?? "{}"
        if parameters.utf8.count > Self.maximumParameters {
            parameters = String(parameters.prefix(Self.maximumParameters)) + "…"
        }
        self.init(
            sequence: record.sequence, eventTime: record.eventTime.iso8601Seconds,
            eventSource: "\(record.service).amazonaws.com", eventName: record.eventName, readOnly: record.isRead,
            requestParameters: parameters, errorCode: record.error?.code, errorMessage: record.error?.message,
            requestID: record.requestID, userAgent: record.userAgent, notEmulated: record.error?.isNotEmulated ?? false)
    }
}
