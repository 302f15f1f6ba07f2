import JSONValue
import Testing

struct JSONParserTests {
    static let accepted: [(String, JSON)] = [
        ("null", JSON.null), ("true", .boolean(true)), (" false\n", .boolean(false)), ("0", .integer(0)),
        ("-0", .integer(0)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9223372036854775808)), ("1.5", .number(1.5)), ("-1.25e2", .number(-125)),
        ("0.1", .number(0.1)), ("1e-400", .number(0)), ("123456789012345678.5", .number(123456789012345678.5)),
        ("\"a\\u0041\\n\\/\"", .string("aA\n/")), ("\"\\ud83d\\ude00\"", .string("😀")), ("\"é😀\"", .string("é😀")),
        ("[]", .array([])), ("[1, [2], {}]", [1, [2], .object([:])]),
        ("{\"a\": 1, \"b\": [true]}", ["a": 1, "b": [true]]),
        ("{\"a\": 1, \"b\": 2, \"a\": 3}", ["a": 3, "b": 2]),
    ]

    static let refused: [(String, JSONError.Reason, Int)] = [
        ("", JSONError.Reason.empty, 0), ("  ", .empty, 2), ("1 2", .trailingContent, 2),
        ("[1,]", .unexpectedByte(0x5D, expected: "a value"), 3),
        ("[1", .unexpectedEnd, 2), ("{\"a\" 1}", .unexpectedByte(0x31, expected: "':'"), 5),
        ("{a:1}", .unexpectedByte(0x61, expected: "a key"), 1), ("01", .malformedNumber, 0),
        ("[1E400]", .numberOutOfRange, 1), ("-", .unexpectedEnd, 1),
        ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2), (".5", .unexpectedByte(0x2E, expected: "a value"), 0),
        ("+1", .unexpectedByte(0x2B, expected: "a value"), 0), ("NaN", .unexpectedByte(0x4E, expected: "a value"), 0),
        ("nul", .unexpectedEnd, 3), ("\"a", .unexpectedEnd, 2), ("\"\\", .unexpectedEnd, 2),
        ("\"\\x\"", .invalidEscape, 1),
        ("\"\\u12", .unexpectedEnd, 5), ("\"\\u12g4\"", .invalidEscape, 5), ("\"\\ud800\"", .loneSurrogate, 1),
        ("\"\\ud800\\u0041\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1),
        ("\"a\tb\"", .unescapedControl(9), 2),
        ("\u{FEFF}1", .byteOrderMark, 0), ("[1}", .unexpectedByte(0x7D, expected: "',' or ']'"), 2),
    ]

    @Test(arguments: accepted)
    func `a text becomes its value`(text: String, expected: JSON) throws {
        #expect(try JSON.parse(text) == expected)
    }

    @Test(arguments: refused)
    func `a text that is not JSON is refused where it goes wrong`(
        text: String, reason: JSONError.Reason, offset: Int
    ) throws {
        let error = try #require(throws: JSONError.self) { try JSON.parse(text) }
        #expect(error.reason == reason)
        #expect(error.offset == offset)
    }

    @Test func `an error knows its line and its column in scalars`() throws {
        let error = try #require(throws: JSONError.self) { try JSON.parse("{\n  \"é\": x}") }
        #expect(error.line == 2)
        #expect(error.column == 8)
        #expect(error.description == "'x' where a value should be at line 2, column 8")
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) throws {
        let error = try #require(throws: JSONError.self) { try JSON.parse(bytes) }
        #expect(error.reason == .invalidUTF8)
        #expect(error.offset == 1)
    }

    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test func `nesting is bounded`() throws {
        #expect(try JSON.parse(nested(128)) != .null)
        let error = try #require(throws: JSONError.self) { try JSON.parse(nested(129)) }
        #expect(error.reason == .tooDeep(limit: 128))
        let deepest = try #require(throws: JSONError.self) { try JSON.parse(nested(100_000), maximumDepth: .max) }
        #expect(deepest.reason == .tooDeep(limit: JSON.depthCeiling))
    }

    @Test func `any collection of bytes will do`() throws {
        let slice = Array("xx[1]yy".utf8)[2..<5]
        #expect(try JSON.parse(slice) == [1])
        #expect(try JSON.parse(Array("[1]".utf8.reversed()).reversed() as ReversedCollection<[UInt8]>) == [1])
    }

    private static let sample = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",true,null],"b":{"c":"ü"}}"#.utf8)

    @Test func `no truncated text is accepted`() {
        #expect(Self.sample.indices.allSatisfy { (try? JSON.parse(Self.sample[..<$0])) == nil })
    }

    @Test func `no flipped byte traps, and what is still accepted can be written again`() {
        for position in Self.sample.indices {
            for value in UInt8.min...UInt8.max {
                var changed = Self.sample
                changed[position] = value
                guard let parsed = try? JSON.parse(changed) else { continue }
                #expect((try? JSON.parse(parsed.serialized())) == parsed)
            }
        }
    }
}
