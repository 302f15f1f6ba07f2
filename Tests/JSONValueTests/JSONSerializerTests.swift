import JSONValue
import Testing

struct JSONSerializerTests {
    static let written: [(JSON, String)] = [
        (JSON.null, "null"), (.boolean(true), "true"), (.integer(-3), "-3"), (.number(0.1), "0.1"),
        (.number(1e300), "1e+300"), (.number(.leastNonzeroMagnitude), "5e-324"),
        (.number(.nan), "null"), (.number(.infinity), "null"), (.number(-0.0), "-0.0"),
        (.integer(.min), "-9223372036854775808"),
        (.string("a\"b\\c\n\u{1}/é"), #""a\"b\\c\n\u0001/é""#), (.array([]), "[]"), (.object([:]), "{}"),
        (.array([1, "x"]), #"[1,"x"]"#),
        (.object(["b": 1, "a": [nil]]), #"{"b":1,"a":[null]}"#),
    ]

    @Test(arguments: written)
    func `a value is written compactly`(value: JSON, text: String) throws {
        #expect(value.serializedString() == text)
        #expect(throws: Never.self) { try JSON.parse(text) }
    }

    @Test func `pretty text puts one member on a line and sorts on demand`() {
        let value: JSON = ["b": [1, ["z": [], "y": [:]]], "a": "x"]
        #expect(
            value.serializedString([.pretty, .sortedKeys]) == """
                {
                  "a": "x",
                  "b": [
                    1,
                    {
                      "y": {},
                      "z": []
                    }
                  ]
                }
                """)
    }

    @Test func `what is written reads back equal`() throws {
        var generator = SplitMix(state: 7)
        for _ in 0..<2_000 {
            let value = JSON.random(depth: 4, using: &generator)
            #expect(try JSON.parse(value.serialized()) == value)
            #expect(try JSON.parse(value.serialized([.pretty, .sortedKeys])) == value)
        }
    }
}

/// A generator with a fixed seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension JSON {
    static func random(depth: Int, using generator: inout SplitMix) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &generator))
        case 2: return .integer(Int.random(in: .min ... .max, using: &generator))
        case 3: return .number(Double(Int.random(in: -999...999, using: &generator)) / 8 + 0.0625)
        case 4:
            let value = Double(bitPattern: generator.next())
            return value.isFinite && value != value.rounded() ? .number(value) : .null
        case 5: return .string(String.random(using: &generator))
        case 6: return .array((0..<3).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            return .object(
                JSONObject(
                    uniquing: (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
                        (String.random(using: &generator), random(depth: depth - 2, using: &generator))
                    }))
        }
    }
}

extension String {
    static func random(using generator: inout SplitMix) -> String {
        let alphabet: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{0}", "é", "😀", "\u{7F}", " ", "\u{2028}"]
        var text = ""
        for _ in 0..<Int.random(in: 0..<9, using: &generator) {
            text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
        }
        return text
    }
}
