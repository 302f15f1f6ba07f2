import EmulatorCore
import GradeModel
import JSONValue
import ServiceModel

extension APICall {
    /// Bytes of a call's parameters that a report keeps.
    private static let maximumParameters = 4096

    /// Bytes of an answer that a report keeps.
    static let maximumAnswer = 1024

    /// A call of the trail, as reports show it; `start` is when the program began.
    init(_ record: CallRecord, since start: ContinuousClock.Instant) {
        let named = record.input.map { ResourceNames.found(in: .structure($0.fields)) } ?? []
        let made = record.isRead ? [] : record.answer?.resources ?? []
        var parameters = record.input.map { JSON(.structure($0.fields)).serializedString() } ?? "{}"
        if parameters.utf8.count > Self.maximumParameters {
            parameters = String(parameters.prefix(Self.maximumParameters)) + "…"
        }
        self.init(
            sequence: record.sequence, eventTime: record.eventTime.iso8601Seconds,
            eventSource: "\(record.service).amazonaws.com", eventName: record.eventName, readOnly: record.isRead,
            requestParameters: parameters, errorCode: record.error?.code, errorMessage: record.error?.message,
            requestID: record.requestID, userAgent: record.userAgent, notEmulated: record.error?.isNotEmulated ?? false,
            awsRegion: record.region, responseElements: record.answer?.text,
            resources: named + made.filter { !named.contains($0) }, httpStatus: record.error?.status ?? 200,
            startSeconds: record.started.map { max(0, start.duration(to: $0).seconds.rounded(toPlaces: 6)) },
            tookSeconds: record.took.map { $0.seconds.rounded(toPlaces: 6) })
    }
}

extension Double {
    /// Rounded to so many decimals.
    fileprivate func rounded(toPlaces places: Int) -> Double {
        let scale = (0..<places).reduce(1.0) { power, _ in power * 10 }
        return (self * scale).rounded() / scale
    }
}
