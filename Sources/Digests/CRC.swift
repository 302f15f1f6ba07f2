/// Cyclic redundancy checks, all of the reflected kind that begins and ends with all ones.
///
/// The parameters are those of the catalogue at <https://reveng.sourceforge.io/crc-catalogue/>.
package struct CRC: Sendable {
    private let table: [UInt64]
    /// Bytes of the result.
    package let width: Int

    /// CRC-32/ISO-HDLC, as in zip and Ethernet.
    package static let crc32 = CRC(polynomial: 0xEDB8_8320, width: 4)
    /// CRC-32/ISCSI, Castagnoli's.
    package static let crc32c = CRC(polynomial: 0x82F6_3B78, width: 4)
    /// CRC-64/NVME.
    package static let crc64nvme = CRC(polynomial: 0x9A6C_9329_AC4B_C9B5, width: 8)

    private init(polynomial: UInt64, width: Int) {
        self.width = width
        table = (0..<256).map { byte in
            (0..<8).reduce(UInt64(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ polynomial : sum >> 1 }
        }
    }

    /// The check of some bytes, the most significant byte first.
    package func of(_ bytes: [UInt8]) -> [UInt8] {
        let ones: UInt64 = width == 8 ? .max : 0xFFFF_FFFF
        var sum = ones
        table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                for byte in bytes { sum = table[Int((sum ^ UInt64(byte)) & 0xFF)] ^ sum >> 8 }
            }
        }
        sum ^= ones
        return (0..<width).map { UInt8(truncatingIfNeeded: sum >> UInt64((width - 1 - $0) * 8)) }
    }
}
