import CSpawnProtocol
import Glibc

/// A message to or from `spawnd`, with the descriptors beside it.
///
/// Descriptors of an outgoing parcel are closed once it is sent.
struct Parcel {
    var kind: UInt32
    var code: UInt32
    var box: UInt64
    var values: [Int]
    var text: String
    var descriptors: [Int32]

    /// An outgoing message.
    init(_ kind: message_kind, box: UInt64, code: UInt32 = 0, values: [Int] = [], descriptors: [Int32] = []) {
        self.kind = kind.rawValue
        self.code = code
        self.box = box
        self.values = values
        self.text = ""
        self.descriptors = descriptors
    }

    private init(received: inout parcel) {
        kind = received.message.kind
        code = received.message.code
        box = received.message.box
        values = withUnsafeBytes(of: &received.message.values) { $0.bindMemory(to: Int64.self).map { Int($0) } }
        text = withUnsafeBytes(of: &received.message.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let count = Int(received.count)
        descriptors = withUnsafeBytes(of: &received.descriptors) {
            Array($0.bindMemory(to: Int32.self).prefix(count))
        }
    }

    /// What the socket has next.
    enum Arrival {
        case parcel(Parcel)
        case nothing
        /// The other side is gone, or does not speak as agreed.
        case end
    }

    /// Takes the next message without waiting for one.
    static func receive(from socket: Int32) -> Arrival {
        var raw = parcel()
        let result = channel_receive(socket, &raw, Int32(MSG_DONTWAIT))
        if result == 1 { return .parcel(Parcel(received: &raw)) }
        return result < 0 && errno == EAGAIN ? .nothing : .end
    }

    /// Sends the message if the socket has room for it, and says whether it is dealt with. A message to nobody counts
    /// as dealt with: the end of the stream tells the rest.
    func send(to socket: Int32) -> Bool {
        var raw = parcel()
        raw.message.kind = kind
        raw.message.code = code
        raw.message.box = box
        raw.message.values.0 = Int64(value(0))
        raw.message.values.1 = Int64(value(1))
        raw.message.values.2 = Int64(value(2))
        raw.message.values.3 = Int64(value(3))
        raw.count = min(descriptors.count, Int(MESSAGE_DESCRIPTORS))
        withUnsafeMutableBytes(of: &raw.descriptors) { $0.copyBytes(from: descriptors.withUnsafeBytes { Array($0) }) }
        if channel_send(socket, &raw, Int32(MSG_DONTWAIT)) != 0, errno == EAGAIN { return false }
        close()
        return true
    }

    /// Closes the descriptors.
    func close() {
        for descriptor in descriptors { _ = Glibc.close(descriptor) }
    }

    /// The value at `index` of one of the protocol's lists.
    func value(_ index: UInt32) -> Int { values.indices.contains(Int(index)) ? values[Int(index)] : 0 }
}
