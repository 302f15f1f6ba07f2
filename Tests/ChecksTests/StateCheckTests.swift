import GradeModel
import JSONValue
import Testing

struct StateCheckTests {
    private let pair = TestRegion.instances([
        ("us-east-1a", "running", ["Owner": "ada"]), ("us-east-1b", "running", ["Owner": "bob"]),
        ("us-east-1a", "stopped", [:]),
    ])

    static let bounds: [(String, Verdict)] = [
        ("count: 2", .passed), ("count: 1", .failed), ("count: 3", .failed), ("count: {min: 2}", .passed),
        ("count: {min: 3}", .failed),
        ("count: {max: 2}", .passed), ("count: {max: 1}", .failed), ("count: {min: 1, max: 3}", .passed),
        ("count: 0", .failed),
    ]

    @Test(arguments: bounds)
    func `count bounds how many are selected`(count: String, verdict: Verdict) throws {
        let result = try gradeState("{select: 'ec2:instance', where: \"State.Name=='running'\", \(count)}", pair)
        #expect(result.verdict == verdict)
        #expect(result.points == (verdict == .passed ? Points(10) : .zero))
    }

    static let boundsOfNothing: [(String, Verdict)] = [
        ("count: 0", .passed), ("count: {max: 0}", .passed), ("count: {max: 3}", .failed),
        ("count: {min: 1}", .failed),
    ]

    @Test(arguments: boundsOfNothing)
    func `an empty selection fails unless count is 0`(count: String, verdict: Verdict) throws {
        let empty = TestRegion(resources: ["ec2:instance": []])
        #expect(try gradeState("{select: 'ec2:instance', \(count)}", empty).verdict == verdict)
        #expect(
            try gradeState("{select: 'ec2:instance', where: \"State.Name=='gone'\", \(count)}", pair).verdict == verdict
        )
    }

    @Test func `each holds for nothing when nothing is selected`() throws {
        let empty = TestRegion(resources: ["ec2:instance": []])
        let result = try gradeState("{select: 'ec2:instance', count: {min: 1}, each: {a: {ne: b}}}", empty)
        #expect(result.verdict == .failed)
        #expect(result.message == "Expected at least 1 ec2:instance, found 0.")
    }

    @Test func `distinct counts different values and ignores missing ones`() throws {
        let state =
            "{select: 'ec2:instance', count: {min: 2}, distinct: {Placement.AvailabilityZone: 2, Tags.Owner: 2}}"
        #expect(try gradeState(state, pair).verdict == .passed)
        let result = try gradeState("{select: 'ec2:instance', count: {min: 2}, distinct: {Tags.Owner: 3}}", pair)
        #expect(result.verdict == .failed)
        #expect(result.message == "Expected at least 3 different values of Tags.Owner, found 2: 'ada', 'bob'.")
        let most = try gradeState(
            "{select: 'ec2:instance', count: 3, distinct: {Placement.AvailabilityZone: {max: 1}}}", pair)
        #expect(most.verdict == .failed)
        let missing = try gradeState("{select: 'ec2:instance', count: 3, distinct: {Nowhere: {max: 5}}}", pair)
        #expect(missing.verdict == .failed)
    }

    @Test func `each holds for every selected resource`() throws {
        let good = try gradeState(
            "{select: 'ec2:instance', where: Tags.Owner, count: 2, each: {State.Name: {eq: running}}}", pair)
        #expect(good.verdict == .passed)
        #expect(good.evidence.map(\.subject) == ["", "i-1", "i-2"])
        let bad = try gradeState(
            "{select: 'ec2:instance', count: 3, each: {State.Name: {eq: running}, Tags.Owner: {exists: true}}}", pair)
        #expect(bad.verdict == .failed)
        #expect(bad.message == "i-3: expected State.Name to be 'running', found 'stopped'.")
        #expect(bad.expected == "'running'")
        #expect(bad.actual == "'stopped'")
        let wrong = bad.evidence.prefix { !$0.holds }
        #expect(wrong.map(\.property) == ["State.Name", "Tags.Owner"])
        #expect(wrong.map(\.actual) == ["'stopped'", "nothing"])
    }

    @Test func `the verdict's own words name what was expected and found`() throws {
        let result = try gradeState(
            "{select: 'ec2:instance', where: \"State.Name=='stopped'\", count: {min: 2, max: 4}}", pair)
        #expect(result.expected == "2 to 4 ec2:instance where State.Name=='stopped'")
        #expect(result.actual == "1: 'i-3'")
        #expect(result.message == "Expected 2 to 4 ec2:instance where State.Name=='stopped', found 1: 'i-3'.")
    }

    /// Neither a pass nor a failure may come from a condition that cannot be evaluated.
    @Test func `a condition that cannot be decided counts against the check either way`() throws {
        let state = "{select: 'ec2:instance', where: \"contains(Tags.Owner, 'a')\", count: "
        #expect(
            try gradeState(state + "1}", TestRegion(resources: ["ec2:instance": [["Tags": ["Owner": "ada"]]]])).verdict
                == .passed)
        let mixed = TestRegion(resources: [
            "ec2:instance": [["Tags": ["Owner": "ada"]], ["InstanceId": "i-9", "Tags": [:]]]
        ])
        #expect(try gradeState(state + "{min: 1}}", mixed).verdict == .passed)
        #expect(try gradeState(state + "{min: 2}}", mixed).verdict == .failed)
        let exactly = try gradeState(state + "1}", mixed)
        #expect(exactly.verdict == .failed)
        #expect(exactly.evidence.map(\.subject) == ["", "i-9"])
        #expect(exactly.evidence[1].actual.contains("argument 1 of contains() must be an array or a string, not null"))
        let untagged = TestRegion(resources: ["ec2:instance": [["InstanceId": "i-9"]]])
        #expect(try gradeState(state + "0}", untagged).verdict == .failed)
    }

    @Test func `a path that cannot be evaluated satisfies not even a negative matcher`() throws {
        let result = try gradeState("{select: 'ec2:instance', count: 3, each: {length(Nowhere): {ne: 3}}}", pair)
        #expect(result.verdict == .failed)
        #expect(result.evidence.filter { !$0.holds }.count == 3)
    }

    static let shares: [(String, Int)] = [
        ("{select: 'ec2:instance', where: \"State.Name=='running'\", count: {min: 4}}", 5_000),
        ("{select: 'ec2:instance', count: 3, each: {State.Name: {eq: running}}}", 6_666),
        ("{select: 'ec2:instance', count: {min: 4}, each: {State.Name: {eq: running}}}", 5_000),
        ("{select: 'ec2:instance', count: 3, distinct: {Placement.AvailabilityZone: 4}}", 5_000),
        ("{select: 'ec2:instance', count: 2}", 6_666),
        ("{select: 'ec2:instance', where: Nowhere, count: 2, each: {a: {ne: b}}}", 0),
        ("{select: 'ec2:instance', count: 3}", 10_000),
        ("{select: 'ec2:instance', count: 3, distinct: {Placement.AvailabilityZone: 4}, each: {Nowhere: {eq: 1}}}", 0),
    ]

    @Test(arguments: shares)
    func `a proportional check earns the smallest of its shares`(state: String, thousandths: Int) throws {
        let result = try gradeState(state, pair, "score: proportional")
        #expect(result.points == Points(thousandths: thousandths))
        #expect(result.verdict == (thousandths == 0 ? .failed : thousandths == 10_000 ? .passed : .partial))
    }

    @Test func `an author's words are filled in`() throws {
        let fail =
            "fail: \"{{count}}/{{min}} in {{distinct}} zone(s); {{offender.InstanceId}} of {{ offender.Tags.Owner }}: {{actual}}, not {{expected}}\""
        let state =
            "{select: 'ec2:instance', count: {min: 2}, distinct: {Placement.AvailabilityZone: 1}, each: {Tags.Owner: {eq: ada}}}"
        let result = try gradeState(state, pair, fail)
        #expect(result.message == "3/2 in 2 zone(s); i-2 of bob: 'bob', not 'ada'")
    }

    @Test func `what a student wrote cannot grow a message or pose as a placeholder`() throws {
        let region = TestRegion.instances([
            ("a", "running", ["Owner": .string("{{count}}" + String(repeating: "x", count: 10_000))])
        ])
        let result = try gradeState(
            "{select: 'ec2:instance', count: 1, each: {Tags.Owner: {eq: ada}}}", region,
            "fail: \"{{offender.Tags.Owner}}\"")
        #expect(result.message.hasPrefix("{{count}}xxx"))
        #expect(result.message.count <= 202)
        #expect(result.evidence.allSatisfy { $0.actual.count <= 210 })
    }

    @Test func `evidence is bounded and begins with what is wrong`() throws {
        let states = Array(repeating: "running", count: 299) + ["stopped"]
        let many = TestRegion.instances(states.map { ("a", $0, [:]) })
        let state = "{select: 'ec2:instance', count: 300, each: {State.Name: {eq: running}}}"
        let result = try gradeState(state, many)
        #expect(result.evidence.count == 50)
        #expect(result.evidence.first?.subject == "i-300")
        #expect(result.evidence.filter { !$0.holds }.count == 1)
    }
}
