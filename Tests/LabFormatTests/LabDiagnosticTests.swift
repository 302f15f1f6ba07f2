import LabFormat
import Testing

/// What an author reads. Each case replaces one piece of a good lab and gives the whole output.
struct LabDiagnosticTests {
    static let good = """
        lab: v1
        id: demo
        title: {en: Demo}
        points: 10
        interfaces: {cli: {entry: solution.sh}}
        checks:
          - id: one
            points: 4
            state: {select: ec2:instance, count: 1}
          - id: two
            points: 6
            requires: [one]
            state: {select: ec2:instance, count: {min: 2}, each: {State.Name: {eq: running}}}
            fail: "only {{count}}"
        """

    static func diagnostics(_ text: String) -> [String] {
        do {
            return try LoadedLab.parse(Array(text.utf8)).warnings.map(\.description)
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    static let cases: [(old: String, new: String, expected: String)] = [
        // Keys
        (
            "points: 10", "pionts: 10",
            "lab.yaml:1:1: error: a lab needs 'points'|lab.yaml:4:1: error: a lab has no key 'pionts'; did you mean 'points'?"
        ),
        ("requires:", "require:", "lab.yaml:12:5: error: a check has no key 'require'; did you mean 'requires'?"),
        (
            "id: two", "name: two",
            "lab.yaml:10:5: error: a check needs 'id'|lab.yaml:10:5: error: a check has no key 'name'; known here: id, title, points, requires, visibility, score, extra_credit, fail, hints, state, reach, http, scenario, invoke, document, run_task"
        ),
        (
            "{cli: ", "{pulumi: ",
            "lab.yaml:5:14: error: 'interfaces' has no key 'pulumi'; known here: cli, boto3, terraform, zip, taskdef"
        ),
        (
            "points: 10", "points: 10\ncollect: [a/../b]",
            "lab.yaml:5:11: error: a path in 'collect' must be a relative path without '.', '..' and empty parts, not 'a/../b'"
        ),
        (
            "points: 10", "points: 10\ncollect: [a, b, a]",
            "lab.yaml:5:10: error: 'collect' has 'a' twice; leave one out"
        ),
        ("lab: v1", "lab: v2", "lab.yaml:1:6: error: 'lab' must be v1, the version of the format, not 'v2'"),
        // Types
        (
            "points: 10", "points: ten",
            "lab.yaml:4:9: error: 'points' must be a number of points with at most three decimals, for instance 5 or 2.5"
        ),
        (
            "points: 10", "points: \"10\"",
            "lab.yaml:4:9: error: 'points' must be a number of points with at most three decimals, for instance 5 or 2.5"
        ),
        ("{en: Demo}", "{en: 7}", "lab.yaml:3:13: error: 'title' must be text, not a number"),
        ("{en: Demo}", "[Demo]", "lab.yaml:3:8: error: 'title' must be text, not a list"),
        ("[one]", "one", "lab.yaml:12:15: error: 'requires' must be a list, not text"),
        (
            "id: demo", "id: yes",
            "lab.yaml:2:5: error: 'id' must be text, not 'yes': write true, or put it in quotes to mean the text"
        ),
        ("id: demo", "id: Demo_1", "lab.yaml:2:5: error: 'id' must be 1 to 64 of a-z, 0-9 and '-', not 'Demo_1'"),
        (
            "id: demo", "id: demo\naccount: {quotas: {standart: 1}}",
            "lab.yaml:3:20: error: 'quotas' has no key 'standart'; did you mean 'standard'?"
        ),
        (
            "id: demo", "id: demo\naccount: {student_policies: [ReadOnlyAccess]}",
            "lab.yaml:3:29: error: 'student_policies' means nothing without 'enforce_iam: true'"
        ),
        (
            "id: demo", "id: demo\naccount: {shortages: [{zone: us-east-1a}]}",
            "lab.yaml:3:23: error: a shortage needs 'types'"
        ),
        ("count: 1", "count: one", "lab.yaml:9:42: error: 'count' must be a whole number, not text"),
        ("count: 1", "count: {min: 3, max: 2}", "lab.yaml:9:42: error: 'count': 'min' (3) is above 'max' (2)"),
        ("count: 1", "count: -1", "lab.yaml:9:42: error: 'count' must be from 0 to 1000000, not -1"),
        (
            "count: {min: 2}", "count: {min: 0}",
            "lab.yaml:13:42: error: 'min: 0' allows nothing: an empty selection fails unless 'count' is 0; write 'min: 1' or leave it out"
        ),
        (
            "{eq: running}", "{eq: no}",
            "lab.yaml:13:76: error: 'eq': 'no' is ambiguous: write false, or put it in quotes to mean the text"
        ),
        (
            "{eq: running}", "{eq: 0644}",
            "lab.yaml:13:76: error: 'eq': '0644' is ambiguous: write a decimal number, or put it in quotes to mean the text"
        ),
        (
            "{eq: running}", "{eq: null}",
            "lab.yaml:13:76: error: 'eq' cannot be null: use 'absent: true' or 'exists: true'"
        ),
        ("{eq: running}", "{absent: false}", "lab.yaml:13:80: error: write 'exists: true' instead of 'absent: false'"),
        (
            "{eq: running}", "{equals: running}",
            "lab.yaml:13:72: error: 'State.Name' has no key 'equals'; known here: eq, ne, in, lt, lte, gt, gte, matches, contains, not_contains, contains_all, all_match, none_match, absent, exists, cidr_within, cidr_disjoint, len, approx, within"
        ),
        ("{eq: running}", "running", "lab.yaml:13:71: error: 'State.Name' must be a mapping, not text"),
        ("{eq: running}", "{within: 1}", "lab.yaml:13:80: error: 'within' needs 'approx', the expected number"),
        (
            "{eq: running}", "{cidr_within: 10.0.0.0/33}",
            "lab.yaml:13:85: error: 'cidr_within' must be a CIDR block such as 10.0.0.0/16 or 2001:db8::/32, not '10.0.0.0/33'"
        ),
        // Meaning
        (
            "points: 4", "points: 5",
            "lab.yaml:4:9: error: 'points' is 10, but the checks without extra credit add up to 11"
        ),
        (
            "id: two", "id: one",
            "lab.yaml:10:5: error: the id 'one' is already used in line 7"
        ),
        (
            "[one]", "[onw]",
            "lab.yaml:10:5: error: 'requires' of 'two' names 'onw', which is no check; did you mean 'one'?"
        ),
        ("[one]", "[two]", "lab.yaml:10:5: error: 'requires' runs in a circle: two → two"),
        (
            "points: 4\n", "points: 4\n    requires: [two]\n",
            "lab.yaml:7:5: error: 'requires' runs in a circle: one → two → one"
        ),
        (
            "count: 1}", "where: \"a = b\", count: 1}",
            "lab.yaml:9:45: error: 'where' is not a JMESPath expression: '=' alone is no operator: use '==' (at character 3)"
        ),
        (
            "{State.Name: {eq", "{State.: {eq",
            "lab.yaml:13:65: error: the path 'State.' is not a JMESPath expression: the end of the expression where a name, '*', '[' or '{' should be (at character 7)"
        ),
        (
            "{eq: running}", "{matches: '(a'}",
            "lab.yaml:13:82: error: 'matches' is not a pattern: '(' without ')' (at character 1)"
        ),
        (
            "{eq: running}", "{matches: '(?=a)b'}",
            "lab.yaml:13:82: error: 'matches' is not a pattern: '(?=' (look-around and the like) is not available (at character 1)"
        ),
        (", count: 1}", "}", "lab.yaml:9:12: error: 'state' needs 'count'"),
        (
            "select: ec2:instance, count: 1}", "select: instances, count: 1}",
            "lab.yaml:9:21: error: 'select' must be a service and a resource, for instance ec2:instance, not 'instances'"
        ),
        (
            "count: 1}", "count: 0, each: {a: {exists: true}}}",
            "lab.yaml:9:51: error: with 'count: 0' there is nothing that 'distinct' or 'each' could look at"
        ),
        (
            "only {{count}}", "only {{cuont}}",
            "lab.yaml:14:17: error: '{{cuont}}' cannot be filled in here; did you mean 'count'?"
        ),
        ("only {{count}}", "only {{count}", "lab.yaml:14:17: error: '{{' without '}}' in 'fail'"),
        ("only {{count}}", "{{count.x}}", "lab.yaml:14:12: error: '{{count}}' is a plain value and has no members"),
        (
            "only {{count}}", "{{distinct}}",
            "lab.yaml:14:12: error: '{{distinct}}' cannot be filled in here; known: count, expected, actual, offender, min"
        ),
        (
            "requires: [one]", "visibility: hidden",
            "lab.yaml:14:17: error: '{{count}}' would tell what a check that is not visible has found: leave it out, or make the check visible"
        ),
        (
            "requires: [one]", "visibility: hiden",
            "lab.yaml:12:17: error: 'visibility' must be one of visible, no_detail, hidden, after_due_date, after_published, staff, not 'hiden'; did you mean 'hidden'?"
        ),
        (
            "    state: {select: ec2:instance, count: 1}\n", "",
            "lab.yaml:7:5: error: a check needs a kind: state, reach, http, scenario, invoke, document, run_task"
        ),
        (
            "entry: solution.sh", "entry: ../x",
            "lab.yaml:5:27: error: 'entry' must be a relative path without '.', '..' and empty parts, not '../x'"
        ),
        (
            "points: 10", "points: 10\nlimits: {wall: 60, memory: 512MB}",
            "lab.yaml:5:16: error: 'wall' must be a duration with a unit (ms, s, m, h, d), for instance 60s|lab.yaml:5:28: error: 'memory' must be a size with a unit (B, KiB, MiB, GiB), for instance 512MiB"
        ),
        (
            "points: 10", "points: 10\nselftest: [{path: bad/x, fails: [tow]}, {path: a, score: 11}, {path: b}]",
            "lab.yaml:5:19: error: 'fails' of selftest 'bad/x' names 'tow', which is no check; did you mean 'two'?|lab.yaml:5:48: error: selftest 'a' expects 11 points; all checks together are worth 10|lab.yaml:5:63: error: a selftest must expect something: a score, or checks that fail or pass"
        ),
        (
            "points: 4", "points: 4\n    visibility: staff",
            "lab.yaml:11:5: error: 'two' (visible) requires 'one' (staff) and would tell its outcome by being skipped"
        ),
        (
            "each: {State.Name: {eq: running}}", "distinct: {a: 0}",
            "lab.yaml:13:66: error: 'distinct' must ask for at least one value"
        ),
        // YAML
        (
            "points: 10", "points: 10\npoints: 10",
            "lab.yaml:4:1: error: 'points' is given more than once in the same mapping"
        ),
        (
            "points: 10", "points: &p 10",
            "lab.yaml:4:9: error: YAML anchors and aliases are not part of the lab format: write the value out"
        ),
        (
            "points: 10", "points: !!int 10",
            "lab.yaml:4:9: error: YAML tags (tag:yaml.org,2002:int) are not part of the lab format"
        ),
        (
            "points: 10", "<<: {a: b}\npoints: 10",
            "lab.yaml:4:1: error: YAML merge keys are not part of the lab format: write the values out"
        ),
        ("points: 10", "? [a]\n: 10", "lab.yaml:4:3: error: a key must be plain text"),
        (
            "points: 10", "points: [10",
            "lab.yaml:5:11: error: not YAML: did not find expected ',' or ']' (while parsing a flow sequence at line 4)"
        ),
        (
            "points: 10", "points: 10\n---\nx: 1",
            "lab.yaml:5:1: error: not YAML: but found another document (expected a single document in the stream at line 1)"
        ),
    ]

    @Test(arguments: cases)
    func `a mistake is named, located and followed by advice`(old: String, new: String, expected: String) throws {
        #expect(Self.good.contains(old))
        guard let range = Self.good.firstRange(of: old) else { return }
        let text = Self.good.replacingCharacters(in: range, with: new)
        #expect(Self.diagnostics(text).joined(separator: "|") == expected)
    }

    @Test func `the lab that the mistakes are made in has none`() {
        #expect(Self.diagnostics(Self.good) == [])
    }

    @Test func `several mistakes are reported at once, in the order of the file`() {
        let text = Self.good.replacing("id: demo", with: "id: De mo").replacing("count: 1", with: "cuont: 1").replacing(
            "eq: running", with: "eqq: running")
        #expect(
            Self.diagnostics(text).map { $0.prefix(16) } == [
                "lab.yaml:2:5: er", "lab.yaml:9:12: e", "lab.yaml:9:35: e", "lab.yaml:13:72: ",
            ])
    }

    @Test(arguments: [
        ("", "lab.yaml:1:1: error: the file is empty"),
        (
            "\u{FEFF}lab: v1",
            "lab.yaml:1:1: error: the file begins with a byte order mark: save it as UTF-8 without one"
        ),
        ("- a", "lab.yaml:1:1: error: a lab must be a mapping, not a list"),
        ("a: \u{1}", "lab.yaml:1:4: error: not YAML: control characters are not allowed"),
        (
            String(repeating: "[", count: 100) + String(repeating: "]", count: 100),
            "lab.yaml:1:33: error: nested more than 32 deep"
        ),
    ])
    func `a file that is no lab is refused`(text: String, expected: String) {
        #expect(Self.diagnostics(text).first == expected)
    }

    @Test func `a file that is not UTF-8 is refused where it goes wrong`() throws {
        let bytes = Array("lab: v1\ntitle: ".utf8) + [0xC3, 0x28]
        let error = try #require(throws: LabError.self) { try LoadedLab.parse(bytes) }
        #expect(error.description == "lab.yaml:2:8: error: the file is not UTF-8 from here on: save it as UTF-8")
    }

    @Test func `a file that is too large is refused unread`() throws {
        let error = try #require(throws: LabError.self) {
            try LoadedLab.parse([UInt8](repeating: 0x20, count: 2 << 20))
        }
        #expect(error.description == "lab.yaml:1:1: error: the file has 2097152 bytes; at most 1048576 are allowed")
    }

    @Test func `an alias bomb ends quickly in an error`() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...40 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        #expect(
            Self.diagnostics(text + "? *a40\n: 1\n").first?.contains("aliases are not part of the lab format") == true)
        var narrow = "a0: &a0 [x, x]\n"
        for level in 1...10 { narrow += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n" }
        #expect(Self.diagnostics(narrow + "? *a10\n: 1\n").isEmpty == false)
    }

    @Test func `no cut and no change of a lab traps`() {
        let text = Array(LabReadingTests.complete.utf8)
        var refused = 0
        for position in stride(from: 0, to: text.count, by: 13) {
            if (try? LoadedLab.parse(Array(text[..<position]))) == nil { refused += 1 }
            for byte in [
                UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "}"), UInt8(ascii: "\n"), UInt8(ascii: "&"), 0, 0xFF,
            ] {
                var changed = text
                changed[position] = byte
                if (try? LoadedLab.parse(changed)) == nil { refused += 1 }
            }
        }
        #expect(refused > 100)
    }
}

extension String {
    func firstRange(of text: String) -> Range<Index>? { ranges(of: text).first }

    func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: text)
        return copy
    }
}
