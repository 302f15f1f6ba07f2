import CloudState
import Testing

@testable import EC2

/// Which blocks may stand side by side in a VPC.
struct AddressRangeTests {
    private static func block(_ text: String) throws -> IPv4Block { try #require(IPv4Block(text)) }

    @Test(arguments: [
        ("10.2.0.0/16", ["10.0.0.0/16"]), ("10.0.0.0/16", ["10.2.0.0/16"]), ("100.64.0.0/16", ["10.0.0.0/16"]),
        ("52.0.0.0/20", ["192.168.0.0/16"]), ("172.20.0.0/16", ["172.31.0.0/16"]),
        ("10.2.0.0/16", ["10.0.0.0/16", "100.64.0.0/16"]),
    ])
    func `blocks of one private range, and public ones, may join`(block: String, blocks: [String]) throws {
        #expect(AddressRange.may(try Self.block(block), join: try blocks.map(Self.block)))
    }

    @Test(arguments: [
        ("192.168.0.0/16", ["10.0.0.0/16"]), ("10.0.0.0/16", ["172.16.0.0/16"]), ("10.0.0.0/16", ["10.1.0.0/16"]),
        ("172.31.0.0/16", ["172.16.0.0/16"]), ("198.19.0.0/20", ["10.0.0.0/16"]), ("10.0.0.0/16", ["100.64.0.0/16"]),
    ])
    func `blocks of different private ranges, and reserved ones, may not`(block: String, blocks: [String]) throws {
        #expect(!AddressRange.may(try Self.block(block), join: try blocks.map(Self.block)))
    }
}
