import Digests

/// One message of `application/vnd.amazon.eventstream`.
///
/// <https://smithy.io/2.0/aws/amazon-eventstream.html>
package struct EventStreamMessage: Sendable {
    package var headers: [(name: String, value: String)]
    package var payload: [UInt8]

    /// An event, as operations that stream answer with.
    package init(event: String, contentType: String, payload: [UInt8]) {
        headers = [(":message-type", "event"), (":event-type", event), (":content-type", contentType)]
        self.payload = payload
    }

    /// Lengths, headers and payload, each held by a checksum.
    package var bytes: [UInt8] {
        var fields: [UInt8] = []
        for header in headers {
            let (name, value) = (Array(header.name.utf8.prefix(255)), Array(header.value.utf8.prefix(0x7FFF)))
            // Seven is a string.
            fields += [UInt8(name.count)] + name + [7] + Self.number(value.count, bytes: 2) + value
        }
        var message = Self.number(16 + fields.count + payload.count, bytes: 4) + Self.number(fields.count, bytes: 4)
        message += CRC.crc32.of(message)
        message += fields
        message += payload
        return message + CRC.crc32.of(message)
    }

    private static func number(_ value: Int, bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ((bytes - 1 - $0) * 8)) }
    }
}
