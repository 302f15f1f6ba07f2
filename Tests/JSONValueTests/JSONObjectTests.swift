import JSONValue
import Testing

struct JSONObjectTests {
    @Test func `members keep the order in which their keys came`() {
        var object: JSONObject = ["z": 1, "a": 2]
        object["m"] = 3
        object["z"] = 4
        #expect(object.keys == ["z", "a", "m"])
        #expect(object.values == [4, 2, 3])
        object["a"] = nil
        #expect(object.keys == ["z", "m"])
        #expect(object["a"] == nil)
    }

    @Test func `large objects find, replace and remove their members`() {
        var object = JSONObject()
        for number in 0..<1_000 { object["key\(number)"] = .integer(number) }
        #expect((0..<1_000).allSatisfy { object["key\($0)"] == .integer($0) })
        object["key500"] = "changed"
        #expect(object["key500"] == "changed")
        object["key0"] = nil
        #expect(object.count == 999)
        #expect(object["key0"] == nil)
        #expect(object["key999"] == .integer(999))
    }

    @Test func `equality and hash do not depend on the order`() {
        let one: JSON = ["a": 1, "b": [2, nil]]
        let other: JSON = ["b": [2, nil], "a": 1]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != ["a": 1, "b": [2, nil], "c": 3])
        #expect(one != ["a": 1, "c": [2, nil]])
    }

    @Test func `accessors answer nil for another type`() {
        let value: JSON = ["s": "x", "n": 1, "d": 2.0, "f": 2.5, "a": [true], "z": nil]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["n"]?.intValue == 1)
        #expect(value["d"]?.intValue == 2)
        #expect(value["f"]?.intValue == nil)
        #expect(value["n"]?.doubleValue == 1)
        #expect(value["a"]?[0]?.boolValue == true)
        #expect(value["a"]?[1] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["z"]?.isNull == true)
        #expect(value["none"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value["s"]?.intValue == nil)
    }
}
