import Checks
import GradeModel
import JSONValue
import LabFormat
import Testing

struct CheckRunnerTests {
    private let region = TestRegion(resources: ["a:b": [["Name": "x"]], "a:empty": []])
    private let good = "state: {select: 'a:b', count: 1}"
    private let bad = "state: {select: 'a:b', count: 2}"

    @Test func `a check whose requirement failed is skipped and says why`() throws {
        let results = try grade(
            """
            - {id: three, points: 3, requires: [two], \(good)}
            - {id: two, points: 3, requires: [one, four], \(good)}
            - {id: one, points: 2, \(bad)}
            - {id: four, points: 2, \(good)}
            """, region)
        #expect(results.map(\.id) == ["three", "two", "one", "four"])
        #expect(results.map(\.verdict) == [.skipped, .skipped, .failed, .passed])
        #expect(results.map(\.blockedBy) == [["one"], ["one"], [], []])
        #expect(results[0].message == "blocked by one")
        #expect(results[0].points == .zero)
    }

    @Test func `a check comes after what it requires, and otherwise in the lab's order`() throws {
        let text = """
            lab: v1
            id: test
            title: Test
            points: 4
            interfaces: {cli: {entry: solution.sh}}
            checks:
              - {id: c, points: 1, requires: [b], \(good)}
              - {id: a, points: 1, \(good)}
              - {id: b, points: 1, requires: [d], \(good)}
              - {id: d, points: 1, \(good)}
            """
        let lab = try LoadedLab.parse(Array(text.utf8)).lab
        var events: [String] = []
        _ = CheckRunner(lab: lab).run(
            in: region, started: { events.append("> \($0.id)") }, finished: { events.append("< \($0.id)") })
        #expect(events == ["> a", "< a", "> d", "< d", "> b", "< b", "> c", "< c"])
    }

    @Test func `a partly earned check does not open the way`() throws {
        let results = try grade(
            """
            - {id: one, points: 6, score: proportional, \(bad)}
            - {id: two, points: 4, requires: [one], \(good)}
            """, region)
        #expect(results.map(\.verdict) == [.partial, .skipped])
        #expect(results[0].points == Points(3))
    }

    @Test func `a grader that breaks is an error, never a pass and never the end of the others`() throws {
        let results = try grade(
            """
            - {id: one, points: 5, state: {select: "a:unknown", count: 0}}
            - {id: two, points: 2, requires: [one], \(good)}
            - {id: three, points: 3, \(good)}
            """, region)
        #expect(results.map(\.verdict) == [.error, .skipped, .passed])
        #expect(results[0].points == .zero)
        #expect(
            results[0].message
                == "This check could not be evaluated, which is not the submission's fault: 'a:unknown' cannot be selected: no such selector"
        )
    }

    @Test func `a bound reached while evaluating is an error`() throws {
        let wide = TestRegion(resources: ["a:b": [.array(Array(repeating: 1, count: 2_000))]])
        let results = try grade(
            "- {id: one, points: 10, state: {select: 'a:b', where: 'map(&map(&@, $), @)', count: 1}}".replacing(
                "$", with: "`[\(Array(repeating: "1", count: 2_000).joined(separator: ","))]`"), wide)
        #expect(results.map(\.verdict) == [.error])
    }

    @Test func `hints show from their attempt on, and only under a failure`() throws {
        let checks = """
            - {id: one, points: 5, hints: [first, {after: 3, text: third}], \(bad)}
            - {id: two, points: 5, hints: [unseen], \(good)}
            """
        #expect(try grade(checks, region).map(\.hints) == [["first"], []])
        #expect(try grade(checks, region, attempt: 2).map(\.hints) == [["first"], []])
        #expect(try grade(checks, region, attempt: 3).map(\.hints) == [["first", "third"], []])
    }

    @Test func `a result carries what the lab says of its check`() throws {
        let results = try grade(
            """
            - {id: one, title: {uk: "Перша", en: First}, points: 10, visibility: hidden, fail: "no", \(bad)}
            - {id: two, points: 2.5, extra_credit: true, \(good)}
            """, region)
        #expect(results[0].title == "First")
        #expect(results[0].visibility == .hidden)
        #expect(results[0].message == "no")
        #expect(results[0].kind == "state")
        #expect(results[1].title == "two")
        #expect(results[1].extraCredit)
        #expect(results[1].points == Points(thousandths: 2_500))
        #expect(results.allSatisfy { $0.seconds >= 0 })
    }

    @Test func `the same region gives the same results`() throws {
        let checks = """
            - {id: one, points: 5, score: proportional, \(bad)}
            - {id: two, points: 5, requires: [one], \(good)}
            """
        func run() throws -> [CheckResult] {
            try grade(checks, region).map {
                var result = $0
                result.seconds = 0
                return result
            }
        }
        #expect(try run() == run())
    }

    @Test(
        arguments: [
            ("ec2:instance", ["ImageId": "ami-1", "InstanceId": "i-1"] as JSON, "i-1"),
            ("ec2:security-group", ["OwnerId": "1", "GroupId": "sg-1"], "sg-1"),
            ("ecs:task-definition", ["taskDefinitionArn": "arn:x"], "arn:x"),
            ("lambda:function", ["FunctionName": "f"], "f"), ("a:b", ["x": 1], nil),
            ("a", [1], nil), ("", [:] as JSON, nil),
        ] as [(String, JSON, String?)])
    func `a resource is called what AWS calls it`(selector: String, resource: JSON, expected: String?) {
        #expect(region.identifier(of: resource, selector: selector) == expected)
    }
}
