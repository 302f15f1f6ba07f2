import CloudState
import Testing

struct InstanceTypeNameTests {
    @Test func `a name is family, generation, attributes and size`() throws {
        let name = try #require(InstanceTypeName("c5n.xlarge"))
        #expect(name.family == "c")
        #expect(name.generation == 5)
        #expect(name.attributes == ["n"])
        #expect(name.size == "xlarge")
        #expect(name.series == "c5n")
    }

    static let names: [(name: String, family: String, generation: Int?, attributes: [String], xlarges: Double?)] = [
        ("t3.micro", "t", 3, [], 1.0 / 16),
        ("m7i-flex.large", "m", 7, ["i", "flex"], 0.5),
        ("x2iedn.32xlarge", "x", 2, ["i", "e", "d", "n"], 32),
        ("im4gn.16xlarge", "im", 4, ["g", "n"], 16),
        ("inf2.48xlarge", "inf", 2, [], 48),
        ("u-6tb1.112xlarge", "u", nil, ["6tb1"], 112),
        ("p6-b200.48xlarge", "p", 6, ["b200"], 48),
        ("m7i.metal-48xl", "m", 7, ["i"], nil),
        ("mac2-m2pro.metal", "mac", 2, ["m2pro"], nil),
    ]

    @Test(arguments: names)
    func `names of every form are taken apart`(
        expected: (name: String, family: String, generation: Int?, attributes: [String], xlarges: Double?)
    ) throws {
        let name = try #require(InstanceTypeName(expected.name))
        #expect(name.family == expected.family)
        #expect(name.generation == expected.generation)
        #expect(name.attributes == expected.attributes)
        #expect(name.xlarges == expected.xlarges)
    }

    @Test(arguments: ["", "t3", ".micro", "t3.", "t3.micro.x", "T3.MICRO", "3.micro", "t3 micro.x"])
    func `what is no name is none`(text: String) {
        #expect(InstanceTypeName(text) == nil)
    }

    @Test func `families count against their own quotas`() {
        let quotas = [
            "t3.micro", "g5.xlarge", "vt1.3xlarge", "p5.48xlarge", "x2gd.large", "hpc7g.4xlarge", "u-6tb1.56xlarge",
        ]
        .map { InstanceTypeName($0)?.quota }
        #expect(quotas == [.standard, .gAndVT, .gAndVT, .p, .x, .hpc, .highMemory])
    }
}
