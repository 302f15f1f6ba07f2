import LabFormat
import Testing

struct CIDRBlockTests {
    static let within: [(String, String, Bool)] = [
        ("10.0.1.0/24", "10.0.0.0/16", true), ("10.0.0.0/16", "10.0.1.0/24", false),
        ("10.0.0.0/16", "10.0.0.0/16", true), ("10.1.0.0/24", "10.0.0.0/16", false),
        ("10.0.0.5", "10.0.0.0/30", false), ("10.0.0.3", "10.0.0.0/30", true), ("0.0.0.0/0", "0.0.0.0/0", true),
        ("1.2.3.4", "0.0.0.0/0", true),
        ("10.0.0.77/24", "10.0.0.0/24", true), ("2001:db8:1::/48", "2001:db8::/32", true),
        ("2001:db9::/48", "2001:db8::/32", false), ("::1", "::/0", true),
        ("10.0.0.0/8", "::/0", false), ("fe80::1", "fe80::/10", true), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8/128", true),
        ("1::8", "1:0:0:0:0:0:0:8", true),
        ("10.0.0.128/25", "10.0.0.0/25", false),
    ]

    @Test(arguments: within)
    func `a block is within another`(inner: String, outer: String, expected: Bool) throws {
        let first = try #require(CIDRBlock(inner))
        let second = try #require(CIDRBlock(outer))
        #expect(first.isWithin(second) == expected)
        #expect(!expected || first.overlaps(second) && second.overlaps(first))
    }

    @Test func `blocks without a common address do not overlap`() throws {
        let first = try #require(CIDRBlock("10.0.0.0/24"))
        let second = try #require(CIDRBlock("10.0.1.0/24"))
        #expect(!first.overlaps(second))
        #expect(first.overlaps(try #require(CIDRBlock("10.0.0.0/8"))))
    }

    @Test(arguments: [
        "", "10.0.0", "10.0.0.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8",
        "010.0.0.0/8", "a", "1.2.3.4/x", ":", ":::", "1:2", "1::2::3",
        "12345::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "::/129", "1:", ":1", "g::", "+1::", " 10.0.0.0/8",
        "10.0.0.0/0008",
    ])
    func `what is no block is refused`(text: String) {
        #expect(CIDRBlock(text) == nil)
    }
}
