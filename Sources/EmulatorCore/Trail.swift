package import CloudState
package import ServiceModel

/// One API call, in CloudTrail's words.
///
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
package struct CallRecord: Sendable {
    /// Counts all calls of the session from 1.
    package var sequence: Int
    /// Virtual time at which the call was handled.
    package var eventTime: Timestamp
    /// The signing name, for instance `ec2`.
    package var service: String
    package var eventName: String
    package var region: String
    /// Nil where the parameters could not be decoded.
    package var input: Input?
    package var error: ServiceError?
    package var isRead: Bool
    package var requestID: String
    package var userAgent: String
    package var caller: Caller
    /// What was answered, where the emulator keeps answers; nil where the call failed.
    package var answer: KeptAnswer?
    /// When the request had come in, by the machine's own clock, and how long the call took; for reports only.
    package var started: ContinuousClock.Instant?
    package var took: Duration?
}

/// The calls of a session, oldest first; with a limit only the newest are kept. Of a body only its beginning is kept.
package struct Trail: Sendable {
    package private(set) var records: [CallRecord] = []
    /// How many calls there were in all.
    package private(set) var count = 0
    private let limit: Int

    package init(limit: Int) { self.limit = max(limit, 1) }

    mutating func append(_ record: CallRecord) {
        // Dropping half at a time keeps an append cheap on average.
        if records.count >= 2 * limit { records.removeFirst(records.count - limit) }
        var record = record
        record.input?.cutBlobs(to: Self.mostBytes)
        records.append(record)
        count += 1
    }

    /// What is kept of bytes that a client sent: an object of megabytes would otherwise stay for as long as its call.
    private static let mostBytes = 16 * 1024
}

extension Input {
    /// Keeps the beginning of each long blob.
    fileprivate mutating func cutBlobs(to limit: Int) {
        for field in fields.fields {
            guard case .blob(let bytes) = field.value, bytes.count > limit else { continue }
            fields[field.name] = .blob(Array(bytes[..<limit]))
        }
    }
}

extension World {
    /// What comes of a world when the calls of a trail are made on it again.
    ///
    /// `replayed(trail) == world` is a law: nothing but the calls and their times decides what a world is.
    package func replayed(_ records: some Sequence<CallRecord>) -> World {
        var world = self
        world.automation = Services.automation(enforcesIAM: automation.enforcesIAM)
        for record in records {
            world.advance(to: record.eventTime)
            guard !record.isRead, record.error == nil, let input = record.input,
                let handler = Services.signed(record.service)?.operations[record.eventName]
            else { continue }
            var context = CallContext(
                world: world, region: record.region, caller: record.caller, dispatch: Services.dispatch)
            if (try? handler.body(&context, input)) != nil {
                world = context.world
                world.wake()
            }
        }
        // What programs did is in the trail, as far as they made calls; they do not run again.
        _ = world.takeOutbox()
        return world
    }
}
