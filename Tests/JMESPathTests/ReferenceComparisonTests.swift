import Foundation
import JMESPath
import JSONValue
import Testing

/// Random expressions, evaluated here and by jmespath.py where this machine has it. Both must agree on the value, or
/// agree that there is none; known quirks of Python's (`True == 1`, lenient commas) are kept out of the grammar.
struct ReferenceComparisonTests {
    private static let script = """
        import json, sys, warnings, jmespath
        warnings.simplefilter("ignore")
        def run(case):
            try:
                return {"value": jmespath.search(case["expression"], case["document"])}
            except (jmespath.exceptions.JMESPathError, TypeError, ValueError):
                return {"error": True}
        json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
        """

    private static func python(_ script: String, input: [UInt8]) -> [UInt8]? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let standardInput = Pipe()
        let standardOutput = Pipe()
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let writer = standardInput.fileHandleForWriting
        Thread.detachNewThread {
            try? writer.write(contentsOf: Data(input))
            try? writer.close()
        }
        let output = standardOutput.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? [UInt8](output) : nil
    }

    static let isInstalled = python("import jmespath", input: []) != nil

    @Test(.enabled(if: isInstalled, "jmespath.py is not installed"))
    func `random expressions have the value that the reference implementation gives`() throws {
        var maker = ExpressionMaker(generator: SplitMix(state: 2_025))
        let cases: [(expression: String, document: JSON)] = (0..<3_000).map { _ in
            (maker.expression(depth: 3), maker.document(depth: 3))
        }
        let input = JSON.array(cases.map { ["expression": .string($0.expression), "document": $0.document] })
        let output = try #require(Self.python(Self.script, input: input.serialized()))
        let answers = try #require(try JSON.parse(output).arrayValue)
        #expect(answers.count == cases.count)
        var valued = 0
        for (item, answer) in zip(cases, answers) {
            let ours = try? JMESPathExpression(item.expression).search(item.document)
            guard let reference = answer["value"] else { continue }
            valued += 1
            #expect(
                ours?.equals(reference) ?? false,
                "\(item.expression) on \(item.document.serializedString()): \(ours?.serializedString() ?? "an error")")
        }
        #expect(valued > 1_000)
    }
}

/// Makes expressions and documents over a small alphabet, so that paths often lead somewhere.
struct ExpressionMaker {
    var generator: SplitMix

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int(generator.next() % UInt64(choices.count))] }

    mutating func document(depth: Int) -> JSON {
        let leaves: [JSON] = [nil, "a", "b", "", "é", .integer(2), .integer(-3), .number(2.5), "10", .array([])]
        switch depth > 0 ? Int(generator.next() % 5) : 0 {
        case 0, 1: return pick(leaves)
        case 2: return pick([[3, 5, 2], ["b", "a"], [["k": 2, "a": "x"], ["k": 3, "a": "y"]], [[2, [3]], [4]]])
        case 3: return .array((0..<3).map { _ in document(depth: depth - 1) })
        default:
            return .object(
                JSONObject(uniquing: (0..<3).map { _ in (pick(["a", "b", "k", "d-e"]), document(depth: depth - 1)) }))
        }
    }

    mutating func expression(depth: Int) -> String {
        if depth == 0 {
            return pick(["a", "b", "k", "\"d-e\"", "@", "'a'", "`2`", "`[3, 2]`", "`null`", "*", "[*]", "[]", "[?a]"])
        }
        func sub() -> String { expression(depth: depth - 1) }
        let function = pick([
            "keys", "length", "max", "reverse", "sort", "sum", "to_array", "type", "values", "avg", "to_number",
        ])
        switch Int(generator.next() % 16) {
        case 0, 1: return "\(sub()).\(pick(["a", "b", "k", "*", "[a, b]", "{x: a, y: k}", "length(@)"]))"
        case 2: return "(\(sub()))\(pick(["[0]", "[-1]", "[*]", "[]", "[1:]", "[::-1]", "[-2:5:2]"]))"
        case 3, 4: return "\(sub())[?\(sub())]"
        case 5: return "\(sub()) \(pick(["==", "!=", "<", "<=", ">", ">="])) \(sub())"
        case 6: return "\(sub()) || \(sub())"
        case 7: return "\(sub()) && \(sub())"
        case 8: return "!\(sub())"
        case 9: return "\(sub()) | \(sub())"
        case 10: return "\(function)(\(sub()))"
        case 11: return "\(pick(["sort_by", "min_by", "max_by"]))(\(sub()), &\(sub()))"
        case 12: return "map(&\(sub()), \(sub()))"
        case 13: return "[\(sub()), \(sub())]"
        case 14: return "{x: \(sub()), y: \(sub())}"
        default: return "not_null(\(sub()), \(sub()))"
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
